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

/// An array of strings, of names with commas between them.
std::string nameArray(const std::string& names) {
    std::string text;
    for (char c : names)
        text += c == ',' ? std::string("\",\"") : std::string(1, c);
    return text.empty() ? "[]" : "[\"" + text + "\"]";
}

std::string stringArray(const std::vector<std::string>& strings) {
    std::string text;
    for (const auto& string : strings)
        text += (text.empty() ? "" : ",") + quoteJson(string);
    return "[" + text + "]";
}

template <typename Things>
std::string joined(const Things& things, auto&& toText) {
    std::string text;
    for (const auto& thing : things)
        text += (text.empty() ? "" : ",\n") + toText(thing);
    return text;
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
                       nameArray(rightNames(c.rights)), c.badge, parent, c.revoked);
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
                       R"("capabilities":{},"objects":{},"pages":{},"policy":{},"sealed":{},)"
                       R"("auditSequence":{}}})"
                       "\n",
                       status.abiVersion, status.enforcing, status.registry, status.sessions,
                       status.capabilities, status.objects, status.pages, status.generation,
                       status.sealed, status.auditSequence);
}

std::string toJson(const std::vector<netlink::Session>& sessions) {
    return array(sessions, [](const auto& session) { return object(session); });
}

std::string toJson(const std::vector<CapabilityView>& capabilities) {
    return array(capabilities, [](const auto& view) { return object(view); });
}

std::string toJson(const netlink::PolicyInForce& found, bool sealed) {
    const policy::Policy& policy = found.policy;
    auto tags = [&](policy::Label label) { return nameArray(policy::printLabel(policy, label)); };
    const std::string tagList = joined(policy.tags, [](const policy::Tag& tag) {
        return std::format(R"({{"name":{},"bit":{}}})", quoteJson(tag.name), tag.bit);
    });
    std::string sinks;
    for (std::size_t sink = 0; sink < policy.sinks.size(); ++sink)
        sinks += std::format(R"({}"{}":{})", sink ? "," : "", policy::sinkNames[sink],
                             tags(policy.sinks[sink]));
    const std::string domains = joined(policy.domains, [&](const policy::Domain& d) {
        return std::format(R"({{"name":{},"number":{},"label":{},"mayDrop":{},"enter":{},)"
                           R"("remote":{},"authority":{}}})",
                           quoteJson(d.name), d.number, tags(d.label), tags(d.mayDrop),
                           stringArray(d.enter), d.remote(),
                           (d.flags & NXIA_DOMAIN_AUTHORITY) != 0);
    });
    const std::string services = joined(policy.services, [](const policy::Service& s) {
        return std::format(R"({{"name":{},"register":{},"open":{},"remote":{}}})",
                           quoteJson(s.name), stringArray(s.offerers), stringArray(s.openers),
                           s.remote());
    });
    return std::format("{{\"generation\":{},\"sealed\":{},\n\"tags\":[{}],\n\"sinks\":{{{}}},\n"
                       "\"domains\":[{}],\n\"services\":[{}]}}\n",
                       found.generation, sealed, tagList, sinks, domains, services);
}

std::string toJson(const policy::Verdict& verdict, const std::string& left) {
    return std::format(R"({{"allowed":{},"rule":{},"tags":{},"summary":{},"reasons":{}}})"
                       "\n",
                       verdict.allowed, quoteJson(verdict.rule), nameArray(left),
                       quoteJson(verdict.summary), stringArray(verdict.reasons));
}

std::string toJson(const audit::Report& report) {
    const std::string problems = joined(report.problems, [](const audit::Problem& problem) {
        return std::format(R"({{"line":{},"reason":{}}})", problem.line, quoteJson(problem.reason));
    });
    return std::format("{{\"records\":{},\"problems\":[{}]}}\n", report.records, problems);
}

} // namespace nxia::ctl
