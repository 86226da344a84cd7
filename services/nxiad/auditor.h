// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "audit/log.h"
#include "netlink/netlink.h"

#include <string>
#include <vector>

namespace nxia::registry {

/// Whoever holds audit records: the kernel.
class RecordSource {
public:
    virtual ~RecordSource() = default;

    /// Number of the newest that there was to be.
    virtual std::uint64_t newestRecord() = 0;

    /// Those that are still held from number `first` on, oldest first.
    virtual std::vector<netlink::AuditRecord> recordsFrom(std::uint64_t first) = 0;
};

/// Brings the kernel's audit records into the log, and those of nxiad itself.
///
/// The log says where the kernel's numbers have got to, so that after a restart, or a burst, each
/// record comes once, and a record of kind "lost" says exactly how many did not.
class Auditor {
public:
    /// `boot` is what tells this boot from others: with each the kernel's numbers begin anew.
    Auditor(audit::Log& log, std::string boot);

    /// Takes over what `source` holds and the log does not have yet. Throws std::system_error if
    /// the log cannot be written: nothing has changed then, and what is still held can be had
    /// later. Gives how many records were written.
    std::size_t catchUp(RecordSource& source);

    /// Writes a record of nxiad's own. If that cannot be, a later one says how many are missing.
    void note(const std::string& kind, audit::Fields fields);

private:
    audit::Fields lost(std::uint64_t first, std::uint64_t last) const;
    audit::Fields fieldsOf(const netlink::AuditRecord& record) const;

    audit::Log& log_;
    std::string boot_;
    std::uint64_t last_ = 0; ///< of the kernel's records, the newest in the log
    std::uint64_t unwritten_ = 0;
};

/// "denied", "policy-loaded" and so on.
std::string kindName(std::uint32_t kind);

} // namespace nxia::registry
