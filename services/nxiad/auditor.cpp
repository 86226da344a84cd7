// SPDX-License-Identifier: GPL-2.0-only
#include "auditor.h"

#include "daemon/log.h"

#include <format>
#include <linux/nxia.h>
#include <system_error>

namespace nxia::registry {

namespace {

using audit::Fields;
using daemon::Level;
using daemon::log;

void addText(Fields& fields, const char* name, const std::string& text) {
    if (!text.empty())
        fields.push_back({name, text});
}

void addNumber(Fields& fields, const char* name, std::uint64_t number) {
    if (number != 0)
        fields.push_back({name, number});
}

} // namespace

std::string kindName(std::uint32_t kind) {
    switch (kind) {
    case NXIA_AUDIT_DENIED:
        return "denied";
    case NXIA_AUDIT_POLICY_LOADED:
        return "policy-loaded";
    case NXIA_AUDIT_POLICY_REFUSED:
        return "policy-refused";
    case NXIA_AUDIT_POLICY_SEALED:
        return "policy-sealed";
    case NXIA_AUDIT_LABEL_CHANGED:
        return "label-changed";
    default:
        return std::format("kind-{}", kind);
    }
}

Auditor::Auditor(audit::Log& log, std::string boot) : log_(log), boot_(std::move(boot)) {
    if (log_.position() && log_.position()->boot == boot_)
        last_ = log_.position()->sequence;
}

std::size_t Auditor::catchUp(RecordSource& source) {
    // First how many there are, then which of them: what is in the count and not in the answer was
    // overwritten or held back.
    const std::uint64_t newest = source.newestRecord();
    if (newest == last_)
        return 0;
    std::vector<Fields> fresh;
    std::uint64_t last = last_;
    if (newest < last) {
        last = 0; // the module was loaded anew, and its numbers begin anew
        fresh.push_back({{"time", audit::nowText()}, {"kind", "module-loaded"}});
    }
    for (const auto& record : source.recordsFrom(last + 1)) {
        if (record.sequence > last + 1)
            fresh.push_back(lost(last + 1, record.sequence - 1));
        fresh.push_back(fieldsOf(record));
        last = record.sequence;
    }
    if (last < newest)
        fresh.push_back(lost(last + 1, newest));
    log_.append(fresh);
    last_ = std::max(last, newest);
    return fresh.size();
}

void Auditor::note(const std::string& kind, Fields fields) {
    std::vector<Fields> records;
    if (unwritten_)
        records.push_back(
            {{"time", audit::nowText()}, {"kind", "unwritten"}, {"count", unwritten_}});
    Fields record{{"time", audit::nowText()}, {"kind", kind}};
    record.insert(record.end(), fields.begin(), fields.end());
    records.push_back(std::move(record));
    try {
        log_.append(records);
        unwritten_ = 0;
    } catch (const std::system_error& error) {
        ++unwritten_;
        log(Level::error, "the audit log cannot be written, {} records are missing: {}", unwritten_,
            error.what());
    }
}

Fields Auditor::lost(std::uint64_t first, std::uint64_t last) const {
    return {{"boot", boot_},  {"sequence", last}, {"time", audit::nowText()},
            {"kind", "lost"}, {"first", first},   {"count", last - first + 1}};
}

Fields Auditor::fieldsOf(const netlink::AuditRecord& record) const {
    Fields fields{{"boot", boot_},
                  {"sequence", record.sequence},
                  {"time", audit::timeText(record.time)},
                  {"kind", kindName(record.kind)},
                  {"pid", std::uint64_t{record.pid}},
                  {"uid", std::uint64_t{record.uid}}};
    addText(fields, "comm", record.comm);
    addText(fields, "exe", record.exe);
    addText(fields, "domain", record.domain);
    addText(fields, "operation", record.operation);
    addText(fields, "target", record.target);
    addText(fields, "tags", record.tags);
    addText(fields, "rule", record.rule);
    addNumber(fields, "error", record.error);
    return fields;
}

} // namespace nxia::registry
