// SPDX-License-Identifier: GPL-2.0-only
#include "registry.h"

#include "daemon/log.h"
#include "rpc/error.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace nxia::registry {

namespace {

using Answer = LabelRules::Answer;
using daemon::Level;
using daemon::log;
using portal::core::Capability;
using portal::core::Peer;
using portal::rpc::FaultCode;
using portal::rpc::unwrap;
namespace schema = portal::schema;

constexpr std::uint64_t offeredRights =
    NXIA_RIGHT_CONNECT | NXIA_RIGHT_DERIVE | NXIA_RIGHT_TRANSFER | NXIA_RIGHT_REVOKE;

template <typename... Arguments>
[[noreturn]] void fail(FaultCode code, std::format_string<Arguments...> format,
                       Arguments&&... arguments) {
    const std::string text = std::format(format, std::forward<Arguments>(arguments)...);
    portal::rpc::fail(code, kj::StringPtr(text.data(), text.size()));
}

/// Throws `invalid` unless clients can be given children of it.
void checkOffered(const std::string& name, const Capability& endpoint) {
    const nxia_query found = unwrap(endpoint.query());
    if (found.type != NXIA_TYPE_ENDPOINT || (found.rights & offeredRights) != offeredRights ||
        found.badge != 0)
        fail(FaultCode::INVALID,
             "what is offered as '{}' is no unbadged endpoint with the rights "
             "connect, derive, transfer and revoke",
             name);
}

class RegistrationServer final : public schema::Registration::Server {
public:
    RegistrationServer(Registry& registry, std::string name, std::uint64_t number)
        : registry_(registry), name_(std::move(name)), number_(number) {}
    ~RegistrationServer() noexcept(false) {
        registry_.services.remove(name_, number_);
        log(Level::info, "service '{}' is no longer offered (registration {})", name_, number_);
    }

private:
    Registry& registry_;
    std::string name_;
    std::uint64_t number_;
};

class RegistryServer final : public schema::Registry::Server {
public:
    RegistryServer(Registry& registry, const Peer& peer) : registry_(registry), peer_(peer) {}

    kj::Promise<void> register_(RegisterContext context) override {
        const std::string name(context.getParams().getName().cStr());
        if (!isServiceName(name))
            fail(FaultCode::INVALID, "'{}' is no name of a service: 1 to 64 of a-z 0-9 . -",
                 daemon::printable(name));
        if (registry_.kernel.rules().mayRegister(name, peer_.domain) != Answer::allowed)
            refuseDomain("register", name);
        if (!registry_.policy.mayRegister(name, peer_.uid))
            refuseUser("register", name);
        return registry_.vat.take(context.getParams().getEndpoint())
            .then([this, name, context](Capability endpoint) mutable {
                checkOffered(name, endpoint);
                const auto number = registry_.services.add(name, std::move(endpoint));
                log(Level::info, "service '{}' is offered by pid {} of user {} (registration {})",
                    name, peer_.pid, peer_.uid, number);
                context.getResults().setRegistration(
                    kj::heap<RegistrationServer>(registry_, name, number));
            });
    }

    kj::Promise<void> open(OpenContext context) override {
        const std::string name(context.getParams().getName().cStr());
        if (!registry_.policy.knows(name))
            fail(FaultCode::NOT_FOUND, "no service named '{}'", daemon::printable(name));
        const LabelRules& rules = registry_.kernel.rules();
        const Answer answer = rules.mayOpen(name, peer_.domain);
        if (answer == Answer::localOnly)
            refuseRemote(name);
        if (answer != Answer::allowed)
            refuseDomain("open", name);
        if (!registry_.policy.mayOpen(name, peer_.uid))
            refuseUser("open", name);
        const Capability* endpoint = registry_.services.find(name);
        if (!endpoint)
            fail(FaultCode::UNAVAILABLE, "service '{}' is not running", name);
        std::uint64_t rights = NXIA_RIGHT_CONNECT;
        if (rules.domainOf(peer_.domain).remote) {
            rights |= NXIA_RIGHT_REMOTE;
            if (!(unwrap(endpoint->query()).rights & NXIA_RIGHT_REMOTE))
                refuseRemote(name); // the service itself does not want it
        }
        // The client gets a child of this one, which goes when the message has been sent.
        const auto badge = ++registry_.lastBadge;
        context.getResults().setEndpoint(registry_.vat.give(
            unwrap(endpoint->derive(rights | NXIA_RIGHT_TRANSFER, badge)), rights));
        log(Level::info, "service '{}' is opened by pid {} of user {} (badge {})", name, peer_.pid,
            peer_.uid, badge);
        return kj::READY_NOW;
    }

    kj::Promise<void> list(ListContext context) override {
        auto names = registry_.services.names();
        const LabelRules& rules = registry_.kernel.rules();
        std::erase_if(names, [&](const std::string& name) {
            return !registry_.policy.mayOpen(name, peer_.uid) ||
                   rules.mayOpen(name, peer_.domain) != Answer::allowed;
        });
        auto list = context.getResults().initServices(names.size());
        for (unsigned i = 0; i < names.size(); ++i)
            list.set(i, names[i].c_str());
        return kj::READY_NOW;
    }

private:
    /// What comes from outside does not get at what is local-only.
    [[noreturn]] void refuseRemote(const std::string& name) {
        record("open", name, "local-only");
        fail(FaultCode::REFUSED, "refused by policy: local-only");
    }

    [[noreturn]] void refuseDomain(const char* action, const std::string& name) {
        record(action, name, std::format("{} of service {}", action, name));
        fail(FaultCode::REFUSED, "refused by policy: domain '{}' may not {} service '{}'", domain(),
             action, name);
    }

    [[noreturn]] void refuseUser(const char* action, const std::string& name) {
        record(action, name, "user");
        fail(FaultCode::REFUSED, "user {} may not {} service '{}'", peer_.uid, action, name);
    }

    /// The audit trail's record of a refusal, and a line in the journal.
    void record(const char* action, const std::string& name, const std::string& rule) {
        log(Level::warning,
            "audit: refused to {} service '{}': pid {} of user {} in domain {} may not: {}", action,
            name, peer_.pid, peer_.uid, domain(), rule);
        registry_.auditor.note("denied", {{"pid", static_cast<std::uint64_t>(peer_.pid)},
                                          {"uid", static_cast<std::uint64_t>(peer_.uid)},
                                          {"domain", domain()},
                                          {"operation", std::string(action)},
                                          {"target", "service " + name},
                                          {"rule", rule},
                                          {"error", std::uint64_t{EACCES}}});
    }

    std::string domain() { return registry_.kernel.rules().domainOf(peer_.domain).name; }

    Registry& registry_;
    Peer peer_;
};

} // namespace

kj::Own<schema::Registry::Server> serveClient(Registry& registry, const Peer& peer) {
    return kj::heap<RegistryServer>(registry, peer);
}

} // namespace nxia::registry
