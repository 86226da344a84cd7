// SPDX-License-Identifier: MIT
#include "handles.h"

namespace nxia {

Client::Client(Target target) {
    loop.run([&] {
        return Connection::open(loop.io(), kj::mv(target)).then([this](kj::Own<Connection> opened) {
            server = opened->server().cStr();
            protocol = opened->protocol();
            connection = kj::mv(opened);
        });
    });
}

Client::~Client() {
    disconnect();
}

void Client::disconnect() {
    loop.run([this] { connection = nullptr; });
}

Connection& Client::live() {
    if (connection.get() == nullptr) {
        kj::throwFatalException(kj::Exception(kj::Exception::Type::DISCONNECTED, __FILE__, __LINE__,
                                              kj::str("the client has been disconnected")));
    }
    return *connection;
}

Service::Service(std::shared_ptr<Client> owner, kj::StringPtr name) : client(std::move(owner)) {
    client->run([&](Connection& connection) {
        return connection.watch(connection.openService(name))
            .then([this](kj::Own<ServiceLink> opened) {
                link = kj::mv(opened);
                store = kj::heap<Store>(link->service().castAs<portal::schema::Store>());
            });
    });
}

Service::~Service() {
    close();
}

void Service::close() {
    client->onLoop([this] {
        store = nullptr;
        link = nullptr;
    });
}

} // namespace nxia
