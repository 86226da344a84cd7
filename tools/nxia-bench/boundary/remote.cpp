// SPDX-License-Identifier: GPL-2.0-only
#include "remote.h"

#include "../scenarios/scenarios.h"
#include "boundary.h"

#include <array>
#include <format>

namespace bench {
namespace {

std::span<RemoteTransport* const> remotes() {
    static const std::array all{&rawTransport(Path::vsock), &portalTransport(Path::vsock),
                                &rawTransport(Path::tcp), &portalTransport(Path::tcp)};
    return all;
}

class NothingToServe final : public Service {
public:
    void serve() override {}
};

} // namespace

bool RemoteTransport::can(Feature feature) const {
    return feature == Feature::bulk || feature == Feature::manyClients || feature == Feature::sleep;
}

std::string RemoteTransport::unavailable() const {
    return address_.empty() ? std::format("no address: run --{}", name()) : std::string();
}

std::unique_ptr<Service> RemoteTransport::listen(const Setup&) {
    return std::make_unique<NothingToServe>();
}

std::span<Transport* const> transports() {
    static const std::vector<Transport*> all(remotes().begin(), remotes().end());
    return all;
}

Place place() {
    return {.prefix = "windows-", .cpus = {1}, .apart = true};
}

std::span<const Scenario> scenarios() {
    static constexpr std::array all{
        Scenario{"rpc", "calls of 64 and 1024 bytes, one after another", runRpc},
        Scenario{"open-loop", "calls of 64 bytes at 50 and 80 % of that rate, at random times",
                 runOpenLoop},
        Scenario{"clients", "1 to 64 clients of one service", runClients},
        Scenario{"sizes", "calls of 8 bytes to 16 MiB", runSizes},
        Scenario{"split", "calls of 64 bytes while bulk flows on another connection", runSplit},
        Scenario{"bulk", "1, 16 and 256 MiB: to the server, from it, both at the same time",
                 runBulk},
    };
    return all;
}

void addBoundaryCommands(CLI::App&, CLI::App& run) {
    for (RemoteTransport* transport : remotes())
        run.add_option_function<std::string>(
               std::format("--{}", transport->name()),
               [transport](const std::string& address) { transport->setAddress(address); },
               "where its server is")
            ->type_name("HOST:PORT");
}

} // namespace bench
