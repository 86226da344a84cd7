// SPDX-License-Identifier: GPL-2.0-only
//
// gRPC over a socket of AF_UNIX, by the synchronous interface for C++.
#include "echo.grpc.pb.h"
#include "rpc.h"

#include <algorithm>
#include <format>
#include <grpcpp/grpcpp.h>
#include <stdexcept>
#include <unistd.h>

namespace bench {
namespace {

using grpc_schema::Echo;
using grpc_schema::Nothing;
using grpc_schema::Payload;
using grpc_schema::Wanted;

class EchoServer final : public Echo::Service {
    grpc::Status Call(grpc::ServerContext*, const Payload* request, Payload* answer) override {
        answer->set_data(request->data());
        return grpc::Status::OK;
    }

    grpc::Status Push(grpc::ServerContext*, grpc::ServerReader<Payload>* pieces,
                      Nothing*) override {
        Payload piece;
        while (pieces->Read(&piece)) {
        }
        return grpc::Status::OK;
    }

    grpc::Status Pull(grpc::ServerContext*, const Wanted* wanted,
                      grpc::ServerWriter<Payload>* pieces) override {
        Payload piece;
        piece.set_data(std::string(wanted->piece(), '\0'));
        for (std::uint64_t sent = 0; sent < wanted->total(); sent += piece.data().size()) {
            piece.mutable_data()->resize(std::min(wanted->piece(), wanted->total() - sent));
            pieces->Write(piece);
        }
        return grpc::Status::OK;
    }
};

class GrpcService final : public Service {
public:
    explicit GrpcService(std::string address) : address_(std::move(address)) {}

    void serve() override {
        EchoServer echo;
        grpc::ServerBuilder builder;
        builder.AddListeningPort(address_, grpc::InsecureServerCredentials());
        builder.SetMaxReceiveMessageSize(-1);
        builder.RegisterService(&echo);
        auto server = builder.BuildAndStart();
        if (!server)
            throw std::runtime_error("gRPC cannot listen on " + address_);
        server->Wait();
    }

private:
    std::string address_;
};

void check(const grpc::Status& status) {
    if (!status.ok())
        throw std::runtime_error("gRPC: " + status.error_message());
}

class GrpcClient final : public Client {
public:
    explicit GrpcClient(const std::string& address) {
        grpc::ChannelArguments arguments;
        arguments.SetMaxReceiveMessageSize(-1);
        arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1); // a connection of its own
        arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
        stub_ = Echo::NewStub(
            grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    }

    void call(Bytes request, MutableBytes answer) override {
        grpc::ClientContext context;
        context.set_wait_for_ready(true);
        Payload sent, got;
        sent.set_data(request.data(), request.size());
        check(stub_->Call(&context, sent, &got));
        copy(got, answer);
    }

    void push(Bytes piece, std::uint64_t total) override {
        grpc::ClientContext context;
        context.set_wait_for_ready(true);
        Nothing nothing;
        auto pieces = stub_->Push(&context, &nothing);
        Payload sent;
        while (total > 0) {
            auto size = std::min<std::uint64_t>(piece.size(), total);
            sent.set_data(piece.data(), size);
            pieces->Write(sent);
            total -= size;
        }
        pieces->WritesDone();
        check(pieces->Finish());
    }

    void pull(MutableBytes piece, std::uint64_t total) override {
        grpc::ClientContext context;
        context.set_wait_for_ready(true);
        Wanted wanted;
        wanted.set_total(total);
        wanted.set_piece(piece.size());
        auto pieces = stub_->Pull(&context, wanted);
        Payload got;
        while (pieces->Read(&got))
            copy(got, piece);
        check(pieces->Finish());
    }

private:
    static void copy(const Payload& from, MutableBytes to) {
        auto bytes = std::as_bytes(std::span(from.data()));
        std::ranges::copy(bytes.first(std::min(bytes.size(), to.size())), to.begin());
    }

    std::unique_ptr<Echo::Stub> stub_;
};

class GrpcTransport final : public Transport {
public:
    std::string_view name() const override { return "grpc"; }

    bool can(Feature feature) const override { return feature != Feature::busy; }

    // gRPC's threads do not survive a fork: this names the place, and the server makes it.
    std::unique_ptr<Service> listen(const Setup&) override {
        address_ = std::format("unix-abstract:nxia-bench-{}-{}", ::getpid(), ++made_);
        return std::make_unique<GrpcService>(address_);
    }

    std::unique_ptr<Client> connect(unsigned) override {
        return std::make_unique<GrpcClient>(address_);
    }

private:
    std::string address_;
    unsigned made_ = 0;
};

} // namespace

Transport& grpcTransport() {
    static GrpcTransport transport;
    return transport;
}

} // namespace bench
