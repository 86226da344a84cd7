// SPDX-License-Identifier: GPL-2.0-only
#include "netlink.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <format>
#include <linux/nxia.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <system_error>

namespace nxia::netlink {

namespace {

/// What the callbacks of one exchange have in common.
struct Exchange {
    const std::function<void(nlattr**)>& onReply;
    int error = 0; ///< errno
    bool done = false;
    std::exception_ptr exception; ///< cannot pass through libnl
};

nla_policy policyFor(std::uint16_t type) {
    nla_policy policy{};
    policy.type = type;
    return policy;
}

const nla_policy* attributePolicy() {
    static const auto policy = [] {
        std::array<nla_policy, NXIA_ATTR_MAX + 1> p{};
        for (int attribute :
             {NXIA_ATTR_ABI_VERSION, NXIA_ATTR_FLAGS, NXIA_ATTR_SESSION, NXIA_ATTR_PID,
              NXIA_ATTR_UID, NXIA_ATTR_TYPE, NXIA_ATTR_PARENT_SESSION})
            p[attribute] = policyFor(NLA_U32);
        for (int attribute : {NXIA_ATTR_SESSIONS, NXIA_ATTR_CAPS, NXIA_ATTR_OBJECTS,
                              NXIA_ATTR_PAGES, NXIA_ATTR_HANDLE, NXIA_ATTR_RIGHTS, NXIA_ATTR_BADGE,
                              NXIA_ATTR_OBJECT, NXIA_ATTR_PARENT_HANDLE, NXIA_ATTR_REVOKED_COUNT})
            p[attribute] = policyFor(NLA_U64);
        p[NXIA_ATTR_COMM] = policyFor(NLA_STRING);
        p[NXIA_ATTR_REVOKED] = policyFor(NLA_FLAG);
        return p;
    }();
    return policy.data();
}

int onValid(nl_msg* message, void* argument) {
    auto& exchange = *static_cast<Exchange*>(argument);
    nlattr* attributes[NXIA_ATTR_MAX + 1];
    try {
        if (genlmsg_parse(nlmsg_hdr(message), 0, attributes, NXIA_ATTR_MAX, attributePolicy()) < 0)
            throw Error(EPROTO, "the module's answer cannot be understood");
        exchange.onReply(attributes);
    } catch (...) {
        exchange.exception = std::current_exception();
    }
    return NL_OK;
}

int onAck(nl_msg*, void* argument) {
    static_cast<Exchange*>(argument)->done = true;
    return NL_STOP;
}

/// The end of a dump carries an errno as well.
int onFinish(nl_msg* message, void* argument) {
    auto& exchange = *static_cast<Exchange*>(argument);
    const nlmsghdr* header = nlmsg_hdr(message);
    if (nlmsg_datalen(header) >= static_cast<int>(sizeof(int)))
        exchange.error = -*static_cast<const int*>(nlmsg_data(header));
    exchange.done = true;
    return NL_STOP;
}

int onError(sockaddr_nl*, nlmsgerr* error, void* argument) {
    auto& exchange = *static_cast<Exchange*>(argument);
    exchange.error = -error->error;
    exchange.done = true;
    return NL_STOP;
}

std::string explain(int code) {
    switch (code) {
    case EPERM:
        return "not permitted: this needs CAP_MAC_ADMIN (run it as root)";
    case ESRCH:
        return "no such session";
    case EBADF:
        return "no such handle in that session";
    case EKEYREVOKED:
        return "capability revoked";
    default:
        return std::generic_category().message(code);
    }
}

std::uint64_t u64(nlattr** attributes, int attribute) {
    return attributes[attribute] ? nla_get_u64(attributes[attribute]) : 0;
}

std::uint32_t u32(nlattr** attributes, int attribute) {
    return attributes[attribute] ? nla_get_u32(attributes[attribute]) : 0;
}

std::string string(nlattr** attributes, int attribute) {
    const nlattr* value = attributes[attribute];
    return value ? std::string(static_cast<const char*>(nla_data(value)),
                               strnlen(static_cast<const char*>(nla_data(value)), nla_len(value)))
                 : std::string();
}

Capability parseCapability(nlattr** a) {
    std::optional<Parent> parent;
    if (a[NXIA_ATTR_PARENT_SESSION] && a[NXIA_ATTR_PARENT_HANDLE])
        parent = {u32(a, NXIA_ATTR_PARENT_SESSION), u64(a, NXIA_ATTR_PARENT_HANDLE)};
    return {.session = u32(a, NXIA_ATTR_SESSION),
            .handle = u64(a, NXIA_ATTR_HANDLE),
            .type = u32(a, NXIA_ATTR_TYPE),
            .rights = u64(a, NXIA_ATTR_RIGHTS),
            .badge = u64(a, NXIA_ATTR_BADGE),
            .object = u64(a, NXIA_ATTR_OBJECT),
            .parent = parent,
            .revoked = a[NXIA_ATTR_REVOKED] != nullptr};
}

} // namespace

void Module::FreeSocket::operator()(nl_sock* socket) const {
    nl_socket_free(socket);
}
void Module::FreeMessage::operator()(nl_msg* message) const {
    nlmsg_free(message);
}

Module::Module() : socket_(nl_socket_alloc()) {
    if (!socket_ || genl_connect(socket_.get()) < 0)
        throw Error(EIO, "cannot open a generic netlink socket");
    family_ = genl_ctrl_resolve(socket_.get(), NXIA_GENL_NAME);
    if (family_ < 0)
        throw Error(ENOENT, "the kernel module nxia is not loaded (modprobe nxia)");
}

Status Module::status() {
    Status status{};
    exchange(request(NXIA_CMD_STATUS, 0), [&](nlattr** a) {
        const std::uint32_t flags = u32(a, NXIA_ATTR_FLAGS);
        status = {.abiVersion = u32(a, NXIA_ATTR_ABI_VERSION),
                  .enforcing = (flags & NXIA_INFO_ENFORCING) != 0,
                  .registry = (flags & NXIA_INFO_REGISTRY) != 0,
                  .sessions = u64(a, NXIA_ATTR_SESSIONS),
                  .capabilities = u64(a, NXIA_ATTR_CAPS),
                  .objects = u64(a, NXIA_ATTR_OBJECTS),
                  .pages = u64(a, NXIA_ATTR_PAGES)};
    });
    return status;
}

std::vector<Session> Module::sessions() {
    std::vector<Session> sessions;
    exchange(request(NXIA_CMD_SESSION, NLM_F_DUMP), [&](nlattr** a) {
        sessions.push_back({.number = u32(a, NXIA_ATTR_SESSION),
                            .pid = u32(a, NXIA_ATTR_PID),
                            .uid = u32(a, NXIA_ATTR_UID),
                            .comm = string(a, NXIA_ATTR_COMM),
                            .capabilities = u64(a, NXIA_ATTR_CAPS)});
    });
    return sessions;
}

std::vector<Capability> Module::capabilities(std::optional<std::uint32_t> session) {
    Message message = request(NXIA_CMD_CAP, NLM_F_DUMP);
    if (session)
        nla_put_u32(message.get(), NXIA_ATTR_SESSION, *session);
    std::vector<Capability> capabilities;
    exchange(std::move(message), [&](nlattr** a) { capabilities.push_back(parseCapability(a)); });
    return capabilities;
}

std::uint64_t Module::revoke(std::uint32_t session, std::uint64_t handle) {
    Message message = request(NXIA_CMD_REVOKE, 0);
    nla_put_u32(message.get(), NXIA_ATTR_SESSION, session);
    nla_put_u64(message.get(), NXIA_ATTR_HANDLE, handle);
    std::uint64_t count = 0;
    exchange(std::move(message), [&](nlattr** a) { count = u64(a, NXIA_ATTR_REVOKED_COUNT); });
    return count;
}

Module::Message Module::request(std::uint8_t command, int flags) {
    Message message(nlmsg_alloc());
    if (!message || !genlmsg_put(message.get(), NL_AUTO_PORT, NL_AUTO_SEQ, family_, 0, flags,
                                 command, NXIA_GENL_VERSION))
        throw Error(ENOMEM, explain(ENOMEM));
    return message;
}

void Module::exchange(Message message, const OnReply& onReply) {
    const std::unique_ptr<nl_cb, decltype(&nl_cb_put)> callbacks(nl_cb_alloc(NL_CB_DEFAULT),
                                                                 nl_cb_put);
    Exchange state{.onReply = onReply, .exception = {}};
    nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, onValid, &state);
    nl_cb_set(callbacks.get(), NL_CB_ACK, NL_CB_CUSTOM, onAck, &state);
    nl_cb_set(callbacks.get(), NL_CB_FINISH, NL_CB_CUSTOM, onFinish, &state);
    nl_cb_err(callbacks.get(), NL_CB_CUSTOM, onError, &state);

    int result = nl_send_auto(socket_.get(), message.get());
    while (result >= 0 && !state.done)
        result = nl_recvmsgs(socket_.get(), callbacks.get());
    if (state.error != 0)
        throw Error(state.error, explain(state.error));
    if (state.exception)
        std::rethrow_exception(state.exception);
    if (!state.done)
        throw Error(EIO, std::format("generic netlink: {}", nl_geterror(result)));
}

} // namespace nxia::netlink
