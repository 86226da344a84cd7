// SPDX-License-Identifier: GPL-2.0-only
//
// What each call on a capability costs, in a session that holds few or many, beside what file
// descriptors, the kernel's own handles, cost.
#include "../links/nxia-place.h"
#include "../links/sys.h"
#include "crew.h"
#include "descriptor-message.h"
#include "nxia-limit.h"
#include "scenarios.h"

#include <array>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {
namespace {

using namespace portal::core;

constexpr std::uint64_t rights = NXIA_RIGHTS_ENDPOINT & ~NXIA_RIGHT_INSPECT;

/// What can be done with one of a kind of handle. Each step is timed by itself.
class Handles {
public:
    virtual ~Handles() = default;
    virtual void derive() = 0;  ///< makes another one
    virtual void send() = 0;    ///< of what derive() made
    virtual void receive() = 0; ///< of what was sent
    virtual void closeReceived() = 0;
    virtual void close() = 0; ///< of what derive() made
};

class Capabilities final : public Handles {
public:
    explicit Capabilities(std::size_t count)
        : sender_(value(Session::open())), receiver_(value(Session::open())),
          root_(value(Endpoint::create(sender_))), meeting_(value(Endpoint::create(receiver_))),
          channel_(value(Channel::connect(importMeeting()))),
          accepted_(value(meeting_.accept()).channel) {
        while (held_.size() + 1 < count)
            held_.push_back(value(root_.capability().derive(rights)).release());
    }

    void derive() override { child_ = derived(root_.capability().handle()); }
    void send() override {
        value(channel_.transfer(std::array{nxia_transfer_cap{child_, rights, 0}}));
    }

    void receive() override {
        nxia_transfer_cap entry{};
        nxia_receive call{.channel = accepted_.capability().handle(),
                          .caps = reinterpret_cast<std::uintptr_t>(&entry),
                          .count = 1};
        value(receiver_.call(NXIA_IOC_RECEIVE, call, "RECEIVE"));
        received_ = entry.handle;
    }

    void closeReceived() override { closeIn(receiver_, received_); }
    void close() override { closeIn(sender_, child_); }

    /// A child with a child of its own.
    void growTwo() {
        derive();
        grandchild_ = derived(child_);
    }
    void revoke() {
        nxia_revoke call{.handle = child_};
        value(sender_.call(NXIA_IOC_REVOKE, call, "REVOKE"));
    }
    void closeTwo() {
        closeIn(sender_, grandchild_);
        close();
    }

private:
    // In the sender's session, so that both ends of the channel have a session of their own.
    Capability importMeeting() {
        nxia_import call{.fd = meeting_.fd(), .rights = NXIA_RIGHT_CONNECT};
        value(sender_.call(NXIA_IOC_IMPORT, call, "IMPORT"));
        return {sender_, call.handle};
    }

    std::uint64_t derived(std::uint64_t parent) {
        nxia_derive call{.parent = parent, .rights = rights};
        value(sender_.call(NXIA_IOC_DERIVE, call, "DERIVE"));
        return call.handle;
    }

    static void closeIn(const Session& session, std::uint64_t handle) {
        nxia_close call{.handle = handle};
        value(session.call(NXIA_IOC_CLOSE, call, "CLOSE"));
    }

    Session sender_;
    Session receiver_;
    Endpoint root_;
    Endpoint meeting_;
    Channel channel_;
    Channel accepted_;
    std::vector<std::uint64_t> held_; // until the session ends
    std::uint64_t child_ = 0;
    std::uint64_t grandchild_ = 0;
    std::uint64_t received_ = 0;
};

/// File descriptors: dup(), and SCM_RIGHTS.
class Descriptors final : public Handles {
public:
    Descriptors() : file_(check(::open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null")) {
        check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets_.data()),
              "socketpair");
    }
    ~Descriptors() override {
        for (int socket : sockets_)
            ::close(socket);
    }

    void derive() override { copy_ = check(::dup(file_.get()), "dup"); }

    void send() override { sendDescriptor(sockets_[0], copy_, 0); }
    void receive() override { received_ = receiveDescriptor(sockets_[1]).descriptor; }
    void closeReceived() override { check(::close(received_), "close"); }
    void close() override { check(::close(copy_), "close"); }

private:
    Fd file_;
    std::array<int, 2> sockets_;
    int copy_ = -1;
    int received_ = -1;
};

enum Step : unsigned { deriving, sending, receiving, closing, revoking, steps };
constexpr std::array<const char*, steps> stepNames{"cap-derive", "cap-transfer", "cap-receive",
                                                   "cap-close", "cap-revoke"};
using Stages = std::array<std::unique_ptr<Stage>, steps>;

template <typename Call>
void time(Stage& stage, Call call) {
    auto start = Clock::now();
    call();
    stage.add(nanoseconds(Clock::now() - start));
}

void timeSteps(Handles& handles, Stages& stages) {
    time(*stages[deriving], [&] { handles.derive(); });
    time(*stages[sending], [&] { handles.send(); });
    time(*stages[receiving], [&] { handles.receive(); });
    handles.closeReceived();
    time(*stages[closing], [&] { handles.close(); });
}

void timeRevoke(Capabilities& capabilities, Stages& stages) {
    capabilities.growTwo();
    time(*stages[revoking], [&] { capabilities.revoke(); });
    capabilities.closeTwo();
}

/// Does `work` in a process of its own and reports what it left on the stages.
void runSteps(Result name, const Conditions& conditions, std::size_t samples, const Report& report,
              const std::function<void(Stages&)>& work) {
    Stages stages;
    for (auto& stage : stages)
        stage = std::make_unique<Stage>(1, samples);
    Crew crew(name.transport + ", capabilities");
    crew.waitFor({crew.start("process", usableProcessors().front(), [&] { work(stages); })});
    for (unsigned step = 0; step < steps; step++) {
        std::vector<double> taken = allSamples(*stages[step], 1);
        if (taken.empty())
            continue;
        name.scenario = stepNames[step];
        name.unit = unitOf(conditions);
        fill(name, std::move(taken));
        report(name);
    }
}

void runNxia(const Conditions& conditions, std::size_t count, std::size_t samples,
             const Report& report) {
    NxiaLimit capabilities("max_caps"), children("max_children");
    Result name{.transport = "nxia", .capabilities = static_cast<double>(count)};
    runSteps(name, conditions, samples, report, [&](Stages& stages) {
        Capabilities handles(count);
        for (std::size_t i = 0; i < samples; i++) {
            timeSteps(handles, stages);
            timeRevoke(handles, stages);
        }
    });
}

} // namespace

void runCapabilities(const Conditions& conditions, const Report& report) {
    std::size_t samples = conditions.instructions ? 201 : 2001;
    std::string why = NxiaPlace::unavailable();
    for (std::size_t count : {1, 1000, 1'000'000}) {
        if (conditions.quick && count > 1)
            break;
        if (why.empty())
            runNxia(conditions, count, samples, report);
    }
    if (!why.empty())
        report({.scenario = "cap-derive", .transport = "nxia", .skipped = why});
    runSteps({.transport = "descriptor", .capabilities = 1}, conditions, samples, report,
             [&](Stages& stages) {
                 Descriptors descriptors;
                 for (std::size_t i = 0; i < samples; i++)
                     timeSteps(descriptors, stages);
             });
}

} // namespace bench
