// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

#include <format>

namespace nxia::ctl {

namespace {

/// An array with an element a line.
template <typename Elements>
std::string array(const Elements& elements, auto&& toObject) {
    std::string text = "[";
    for (const auto& element : elements)
        text += (text.size() > 1 ? ",\n" : "\n") + toObject(element);
    return text + "\n]\n";
}

std::string rightsArray(std::uint64_t rights) {
    std::string text;
    for (char c : rightNames(rights))
        text += c == ',' ? std::string("\",\"") : std::string(1, c);
    return text.empty() ? "[]" : "[\"" + text + "\"]";
}

std::string object(const netlink::Session& session) {
    return std::format(R"({{"session":{},"pid":{},"uid":{},"comm":{},"capabilities":{}}})",
                       session.number, session.pid, session.uid, quoteJson(session.comm),
                       session.capabilities);
}

std::string object(const CapabilityView& view) {
    const auto& c = view.capability;
    const std::string parent = c.parent ? std::format(R"({{"session":{},"handle":{}}})",
                                                      c.parent->session, c.parent->handle)
                                        : "null";
    return std::format(R"({{"session":{},"holder":{},"handle":{},"type":{},"object":{},)"
                       R"("target":{},"rights":{},"badge":{},"parent":{},"revoked":{}}})",
                       c.session, quoteJson(view.holder), c.handle, quoteJson(typeName(c.type)),
                       c.object, view.target.empty() ? "null" : quoteJson(view.target),
                       rightsArray(c.rights), c.badge, parent, c.revoked);
}

} // namespace

std::string quoteJson(std::string_view text) {
    std::string quoted = "\"";
    for (unsigned char c : text) {
        if (c == '"' || c == '\\')
            (quoted += '\\') += static_cast<char>(c);
        else if (c < 0x20)
            quoted += std::format("\\u{:04x}", c);
        else if (c < 0x7f)
            quoted += static_cast<char>(c);
        else
            quoted += "\\ufffd";
    }
    return quoted + '"';
}

std::string toJson(const netlink::Status& status) {
    return std::format(R"({{"abiVersion":{},"enforcing":{},"registry":{},"sessions":{},)"
                       R"("capabilities":{},"objects":{},"pages":{}}})"
                       "\n",
                       status.abiVersion, status.enforcing, status.registry, status.sessions,
                       status.capabilities, status.objects, status.pages);
}

std::string toJson(const std::vector<netlink::Session>& sessions) {
    return array(sessions, [](const auto& session) { return object(session); });
}

std::string toJson(const std::vector<CapabilityView>& capabilities) {
    return array(capabilities, [](const auto& view) { return object(view); });
}

} // namespace nxia::ctl
