// SPDX-License-Identifier: GPL-2.0-only
//
// nxia-store: the store of documents.
#include "daemon/main.h"
#include "daemon/log.h"
#include "daemon/privileges.h"
#include "database.h"
#include "registration.h"
#include "rpc/error.h"
#include "rpc/server.h"
#include "server.h"

#include <CLI/CLI.hpp>
#include <kj/async-io.h>

namespace {

using namespace nxia;
using portal::rpc::unwrap;
namespace core = portal::core;

struct Options {
    std::string service = "store";
    bool localOnly = false;
    std::string database = NXIA_STATE_FOLDER "/store/store.db";
    store::Database::Limits limits;
    std::size_t memory = std::size_t{256} << 20;
};

[[noreturn]] void serve(const Options& options) {
    daemon::dropAllPrivileges();
    store::Database database(options.database, options.limits);
    store::Budget budget(options.memory);

    auto io = kj::setupAsyncIo();
    auto session = unwrap(core::Session::open());
    portal::rpc::Vat vat(session, io.unixEventPort);
    auto endpoint = unwrap(core::Endpoint::create(session));
    portal::rpc::Server server(vat, std::move(endpoint), [&](const core::Peer&) {
        return portal::schema::Store::Client(store::serveClient(database, budget));
    });
    const auto reach = options.localOnly ? store::Reach::local : store::Reach::remote;
    store::Registrar registrar(vat, server.endpoint().capability(), options.service, reach,
                               daemon::notifyReady);
    registrar.run().exclusiveJoin(server.listen()).wait(io.waitScope);
    throw std::runtime_error("the store's endpoint is gone");
}

void addOptions(CLI::App& app, Options& options) {
    app.add_option("--service", options.service, "the name to be registered under")
        ->capture_default_str();
    app.add_flag("--local-only", options.localOnly,
                 "never to be opened from a remote domain, whatever policy says");
    app.add_option("--database", options.database, "the database file")->capture_default_str();
    app.add_option("--max-document", options.limits.documentBytes, "most bytes of a document")
        ->transform(CLI::AsSizeValue(false))
        ->check(CLI::Range(std::size_t{1}, std::size_t{512} << 20))
        ->capture_default_str();
    app.add_option("--max-size", options.limits.fileBytes, "most bytes of the database file")
        ->transform(CLI::AsSizeValue(false))
        ->capture_default_str();
    app.add_option("--memory", options.memory, "most bytes of documents on their way")
        ->transform(CLI::AsSizeValue(false))
        ->capture_default_str();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("nxia-store: the store of documents.");
    Options options;
    addOptions(app, options);
    CLI11_PARSE(app, argc, argv);
    return daemon::runUntilFailure([&] { serve(options); });
}
