// SPDX-License-Identifier: GPL-2.0-only
#include "netlink.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <format>
#include <linux/netlink.h>
#include <linux/nxia.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <sys/socket.h>
#include <system_error>

namespace nxia::netlink {

namespace {

/// A policy is one message: 64 tags, 4096 domains. The kernel sets the true limit.
constexpr std::size_t policyRoom = std::size_t{2} << 20;
constexpr int sendBuffer = 1 << 20;
constexpr int receiveBuffer = 1 << 20;
constexpr int attempts = 20;

/// What the callbacks of one exchange have in common.
struct Exchange {
    const std::function<void(nlattr**)>& onReply;
    int error = 0;        ///< errno
    std::string reason{}; ///< the kernel's own words, if it had some
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
              NXIA_ATTR_UID, NXIA_ATTR_TYPE, NXIA_ATTR_PARENT_SESSION, NXIA_ATTR_GENERATION,
              NXIA_ATTR_KIND, NXIA_ATTR_ERROR})
            p[attribute] = policyFor(NLA_U32);
        for (int attribute :
             {NXIA_ATTR_SESSIONS, NXIA_ATTR_CAPS, NXIA_ATTR_OBJECTS, NXIA_ATTR_PAGES,
              NXIA_ATTR_HANDLE, NXIA_ATTR_RIGHTS, NXIA_ATTR_BADGE, NXIA_ATTR_OBJECT,
              NXIA_ATTR_PARENT_HANDLE, NXIA_ATTR_REVOKED_COUNT, NXIA_ATTR_SEQUENCE, NXIA_ATTR_TIME})
            p[attribute] = policyFor(NLA_U64);
        for (int attribute :
             {NXIA_ATTR_COMM, NXIA_ATTR_EXE, NXIA_ATTR_DOMAIN_NAME, NXIA_ATTR_OPERATION,
              NXIA_ATTR_TARGET, NXIA_ATTR_TAGS, NXIA_ATTR_RULE})
            p[attribute] = policyFor(NLA_STRING);
        for (int attribute : {NXIA_ATTR_REVOKED, NXIA_ATTR_SEALED})
            p[attribute] = policyFor(NLA_FLAG);
        for (int attribute : {NXIA_ATTR_TAG, NXIA_ATTR_SINK, NXIA_ATTR_DOMAIN, NXIA_ATTR_SERVICE})
            p[attribute] = policyFor(NLA_NESTED);
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

/// The extended acknowledgement's text. The request, or its header alone, comes before it.
std::string reasonIn(const nlmsgerr* error) {
    const auto* header =
        reinterpret_cast<const nlmsghdr*>(reinterpret_cast<const char*>(error) - NLMSG_HDRLEN);
    if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
        return {};
    std::size_t offset = sizeof(*error);
    if (!(header->nlmsg_flags & NLM_F_CAPPED))
        offset += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
    const std::size_t length = header->nlmsg_len - NLMSG_HDRLEN;
    if (header->nlmsg_len < NLMSG_HDRLEN || offset >= length)
        return {};
    const auto* first =
        reinterpret_cast<const nlattr*>(reinterpret_cast<const char*>(error) + offset);
    const nlattr* text = nla_find(first, static_cast<int>(length - offset), NLMSGERR_ATTR_MSG);
    return text ? std::string(static_cast<const char*>(nla_data(text)),
                              strnlen(static_cast<const char*>(nla_data(text)), nla_len(text)))
                : std::string();
}

int onError(sockaddr_nl*, nlmsgerr* error, void* argument) {
    auto& exchange = *static_cast<Exchange*>(argument);
    exchange.error = -error->error;
    exchange.reason = reasonIn(error);
    exchange.done = true;
    return NL_STOP;
}

std::string explain(int code, const std::string& reason = {}) {
    if (!reason.empty())
        return std::format("{} ({})", reason, std::generic_category().message(code));
    switch (code) {
    case EPERM:
        return "not permitted: this needs CAP_MAC_ADMIN (run it as root)";
    case EOPNOTSUPP:
        return "this kernel, or its module nxia, cannot do that";
    case EMSGSIZE:
        return "the policy is too large for one message: raise net.core.wmem_max";
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

// ---- policy ----

/// An attribute with others in it, which `fill` puts. Throws if there is no room, or it would have
/// 64 KiB or more.
template <typename Fill>
void nest(nl_msg* message, int attribute, std::string_view name, Fill&& fill) {
    nlattr* start = nla_nest_start(message, attribute | NLA_F_NESTED);
    if (!start || !fill(message) || nla_nest_end(message, start) < 0)
        throw Error(E2BIG, std::format("what policy says of '{}' is too long", name));
}

bool putName(nl_msg* message, int attribute, const std::string& name) {
    return nla_put_string(message, attribute, name.c_str()) == 0;
}

bool putNames(nl_msg* message, int attribute, const std::vector<std::string>& names) {
    return std::ranges::all_of(
        names, [&](const std::string& name) { return putName(message, attribute, name); });
}

/// Zero is what is meant without it.
bool putLabel(nl_msg* message, int attribute, policy::Label label) {
    return label == 0 || nla_put_u64(message, attribute, label) == 0;
}

bool putFlags(nl_msg* message, int attribute, std::uint32_t flags) {
    return flags == 0 || nla_put_u32(message, attribute, flags) == 0;
}

void putTag(nl_msg* message, const policy::Tag& tag) {
    nest(message, NXIA_ATTR_TAG, tag.name, [&](nl_msg* m) {
        return putName(m, NXIA_TAG_NAME, tag.name) && nla_put_u32(m, NXIA_TAG_BIT, tag.bit) == 0;
    });
}

void putSink(nl_msg* message, std::uint32_t sink, policy::Label label) {
    nest(message, NXIA_ATTR_SINK, policy::sinkNames[sink], [&](nl_msg* m) {
        return nla_put_u32(m, NXIA_SINK_ATTR_ID, sink) == 0 &&
               putLabel(m, NXIA_SINK_ATTR_LABEL, label);
    });
}

void putDomain(nl_msg* message, const policy::Domain& domain) {
    nest(message, NXIA_ATTR_DOMAIN, domain.name, [&](nl_msg* m) {
        return putName(m, NXIA_DOMAIN_ATTR_NAME, domain.name) &&
               putLabel(m, NXIA_DOMAIN_ATTR_LABEL, domain.label) &&
               putLabel(m, NXIA_DOMAIN_ATTR_MAY_DROP, domain.mayDrop) &&
               putFlags(m, NXIA_DOMAIN_ATTR_FLAGS, domain.flags) &&
               putNames(m, NXIA_DOMAIN_ATTR_ENTER, domain.enter);
    });
}

void putService(nl_msg* message, const policy::Service& service) {
    nest(message, NXIA_ATTR_SERVICE, service.name, [&](nl_msg* m) {
        return putName(m, NXIA_SERVICE_ATTR_NAME, service.name) &&
               putFlags(m, NXIA_SERVICE_ATTR_FLAGS, service.flags) &&
               putNames(m, NXIA_SERVICE_ATTR_REGISTER, service.offerers) &&
               putNames(m, NXIA_SERVICE_ATTR_OPEN, service.openers);
    });
}

void putPolicy(nl_msg* message, const policy::Policy& policy) {
    for (const auto& tag : policy.tags)
        putTag(message, tag);
    for (std::uint32_t sink = 0; sink < policy.sinks.size(); ++sink)
        if (policy.sinks[sink])
            putSink(message, sink, policy.sinks[sink]);
    for (const auto& domain : policy.domains)
        putDomain(message, domain);
    // Services may name it.
    if (!policy.findDomain(policy::unconfined))
        putDomain(message, {.name = std::string(policy::unconfined)});
    for (const auto& service : policy.services)
        putService(message, service);
}

/// The attributes in a nested one; what this program does not know is passed over.
template <int last>
struct Inner {
    nlattr* attributes[last + 1];

    explicit Inner(nlattr* outer) {
        if (nla_parse_nested(attributes, last, outer, nullptr) < 0)
            throw Error(EPROTO, "the module's answer cannot be understood");
    }
};

/// The values of an attribute that can come many times.
std::vector<std::string> namesIn(nlattr* outer, int attribute) {
    std::vector<std::string> names;
    int remaining = 0;
    nlattr* inner = nullptr;
    nla_for_each_nested(inner, outer, remaining) {
        nlattr* one[] = {inner};
        if (nla_type(inner) == attribute)
            names.push_back(string(one, 0));
    }
    return names;
}

void takeTag(nlattr* outer, policy::Policy& policy) {
    const Inner<NXIA_TAG_MAX> in(outer);
    auto* a = const_cast<nlattr**>(in.attributes);
    policy.tags.push_back({string(a, NXIA_TAG_NAME), u32(a, NXIA_TAG_BIT)});
}

void takeSink(nlattr* outer, policy::Policy& policy) {
    const Inner<NXIA_SINK_ATTR_MAX> in(outer);
    auto* a = const_cast<nlattr**>(in.attributes);
    if (const auto id = u32(a, NXIA_SINK_ATTR_ID); id < policy.sinks.size())
        policy.sinks[id] = u64(a, NXIA_SINK_ATTR_LABEL);
}

void takeDomain(nlattr* outer, policy::Policy& policy) {
    const Inner<NXIA_DOMAIN_ATTR_MAX> in(outer);
    auto* a = const_cast<nlattr**>(in.attributes);
    policy.domains.push_back({.name = string(a, NXIA_DOMAIN_ATTR_NAME),
                              .label = u64(a, NXIA_DOMAIN_ATTR_LABEL),
                              .mayDrop = u64(a, NXIA_DOMAIN_ATTR_MAY_DROP),
                              .flags = u32(a, NXIA_DOMAIN_ATTR_FLAGS),
                              .enter = namesIn(outer, NXIA_DOMAIN_ATTR_ENTER),
                              .number = u32(a, NXIA_DOMAIN_ATTR_ID)});
}

void takeService(nlattr* outer, policy::Policy& policy) {
    const Inner<NXIA_SERVICE_ATTR_MAX> in(outer);
    auto* a = const_cast<nlattr**>(in.attributes);
    policy.services.push_back({.name = string(a, NXIA_SERVICE_ATTR_NAME),
                               .flags = u32(a, NXIA_SERVICE_ATTR_FLAGS),
                               .offerers = namesIn(outer, NXIA_SERVICE_ATTR_REGISTER),
                               .openers = namesIn(outer, NXIA_SERVICE_ATTR_OPEN)});
}

void takePart(nlattr** a, policy::Policy& policy) {
    if (a[NXIA_ATTR_TAG])
        takeTag(a[NXIA_ATTR_TAG], policy);
    if (a[NXIA_ATTR_SINK])
        takeSink(a[NXIA_ATTR_SINK], policy);
    if (a[NXIA_ATTR_DOMAIN])
        takeDomain(a[NXIA_ATTR_DOMAIN], policy);
    if (a[NXIA_ATTR_SERVICE])
        takeService(a[NXIA_ATTR_SERVICE], policy);
}

AuditRecord parseAudit(nlattr** a) {
    return {.sequence = u64(a, NXIA_ATTR_SEQUENCE),
            .time = u64(a, NXIA_ATTR_TIME),
            .kind = u32(a, NXIA_ATTR_KIND),
            .pid = u32(a, NXIA_ATTR_PID),
            .uid = u32(a, NXIA_ATTR_UID),
            .comm = string(a, NXIA_ATTR_COMM),
            .exe = string(a, NXIA_ATTR_EXE),
            .domain = string(a, NXIA_ATTR_DOMAIN_NAME),
            .operation = string(a, NXIA_ATTR_OPERATION),
            .target = string(a, NXIA_ATTR_TARGET),
            .tags = string(a, NXIA_ATTR_TAGS),
            .rule = string(a, NXIA_ATTR_RULE),
            .error = u32(a, NXIA_ATTR_ERROR)};
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
    // Reasons in words, and no copy of a whole policy back. Without them all else still works.
    const int on = 1;
    const int fd = nl_socket_get_fd(socket_.get());
    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
    nl_socket_set_buffer_size(socket_.get(), receiveBuffer, sendBuffer);
    nl_socket_enable_msg_peek(socket_.get());
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
                  .pages = u64(a, NXIA_ATTR_PAGES),
                  .generation = u32(a, NXIA_ATTR_GENERATION),
                  .sealed = a[NXIA_ATTR_SEALED] != nullptr,
                  .auditSequence = u64(a, NXIA_ATTR_SEQUENCE)};
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

std::uint32_t Module::loadPolicy(const policy::Policy& policy) {
    Message message = request(NXIA_CMD_POLICY_LOAD, 0, policyRoom);
    putPolicy(message.get(), policy);
    std::uint32_t generation = 0;
    try {
        exchange(std::move(message),
                 [&](nlattr** a) { generation = u32(a, NXIA_ATTR_GENERATION); });
    } catch (const Error& error) {
        // What policy names and does not have; to callers ENOENT means that there is no module.
        if (error.code() == ENOENT)
            throw Error(EINVAL, error.what());
        throw;
    }
    return generation;
}

PolicyInForce Module::policy() {
    for (int attempt = 0; attempt < attempts; ++attempt) {
        PolicyInForce found;
        bool whole = true;
        bool first = true;
        exchange(request(NXIA_CMD_POLICY_GET, NLM_F_DUMP), [&](nlattr** a) {
            const auto generation = u32(a, NXIA_ATTR_GENERATION);
            whole = whole && (first || generation == found.generation);
            first = false;
            found.generation = generation;
            takePart(a, found.policy);
        });
        if (whole)
            return found;
    }
    throw Error(EBUSY, "policy is loaded again and again while it is read");
}

void Module::sealPolicy() {
    exchange(request(NXIA_CMD_POLICY_SEAL, 0), [](nlattr**) {});
}

std::vector<AuditRecord> Module::auditRecords(std::uint64_t first) {
    Message message = request(NXIA_CMD_AUDIT_GET, NLM_F_DUMP);
    nla_put_u64(message.get(), NXIA_ATTR_SEQUENCE, first);
    std::vector<AuditRecord> records;
    exchange(std::move(message), [&](nlattr** a) { records.push_back(parseAudit(a)); });
    return records;
}

void Module::Bell::FreeSocket::operator()(nl_sock* socket) const {
    nl_socket_free(socket);
}

Module::Bell::Bell(Module& module) : socket_(nl_socket_alloc()) {
    if (!socket_ || genl_connect(socket_.get()) < 0)
        throw Error(EIO, "cannot open a generic netlink socket");
    const int group = genl_ctrl_resolve_grp(module.socket_.get(), NXIA_GENL_NAME, NXIA_GENL_AUDIT);
    if (group < 0)
        throw Error(EOPNOTSUPP, explain(EOPNOTSUPP));
    if (nl_socket_add_membership(socket_.get(), group) < 0)
        throw Error(EPERM, "not permitted: to hear audit records needs CAP_MAC_ADMIN");
    nl_socket_set_nonblocking(socket_.get());
}

int Module::Bell::fd() const {
    return nl_socket_get_fd(socket_.get());
}

void Module::Bell::silence() {
    char byte;
    for (;;) {
        const auto size = recv(fd(), &byte, sizeof(byte), MSG_DONTWAIT | MSG_TRUNC);
        // ENOBUFS says that more came than there was room for: it rang all the same.
        if (size < 0 && errno != ENOBUFS && errno != EINTR)
            return;
    }
}

Module::Message Module::request(std::uint8_t command, int flags, std::size_t room) {
    Message message(room ? nlmsg_alloc_size(room) : nlmsg_alloc());
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
    if (result == -NLE_MSGSIZE)
        throw Error(EMSGSIZE, explain(EMSGSIZE));
    while (result >= 0 && !state.done)
        result = nl_recvmsgs(socket_.get(), callbacks.get());
    if (state.error != 0)
        throw Error(state.error, explain(state.error, state.reason));
    if (state.exception)
        std::rethrow_exception(state.exception);
    if (!state.done)
        throw Error(EIO, std::format("generic netlink: {}", nl_geterror(result)));
}

} // namespace nxia::netlink
