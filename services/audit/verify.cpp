// SPDX-License-Identifier: GPL-2.0-only
#include "verify.h"

#include "log.h"

#include <cerrno>
#include <format>
#include <fstream>
#include <system_error>

namespace nxia::audit {

namespace {

std::string records(std::uint64_t count) {
    return count == 1 ? std::string("1 record") : std::format("{} records", count);
}

/// Goes from record to record, and says of each what is wrong between it and the one before.
class Walk {
public:
    explicit Walk(std::optional<Link> head) : head_(std::move(head)) {}

    void take(std::string_view line) {
        ++line_;
        const auto record = parseRecord(line);
        if (!record)
            return problem("this is no record of the log");
        ++report_.records;
        if (!record->intact)
            problem("record {} was changed", record->link.number);
        checkOrder(*record);
        if (head_ && head_->number == record->link.number && head_->hash != record->link.hash)
            problem("record {} is not the one that was written: the head names another",
                    record->link.number);
        last_ = record->link;
    }

    Report end() {
        ++line_;
        if (!head_)
            problem("the head is missing: whether records were removed here cannot be told");
        else if (head_->number > last_.number)
            problem("{} removed at the end: the newest was record {}",
                    records(head_->number - last_.number), head_->number);
        return std::move(report_);
    }

private:
    template <typename... Arguments>
    void problem(std::format_string<Arguments...> format, Arguments&&... arguments) {
        report_.problems.push_back(
            {line_, std::format(format, std::forward<Arguments>(arguments)...)});
    }

    void checkOrder(const Parsed& record) {
        const auto number = record.link.number;
        const auto expected = last_.number + 1;
        if (number > expected && last_.number == 0)
            problem("the log begins with record {}: {} removed or moved", number,
                    records(number - expected));
        else if (number > expected)
            problem("record {} comes after record {}: {} removed or moved", number, last_.number,
                    records(number - expected));
        else if (number < expected)
            problem("record {} comes after record {}: it was moved or repeated", number,
                    last_.number);
        else if (record.previous != last_.hash)
            problem("record {} does not belong to the one before it: that was replaced", number);
    }

    std::optional<Link> head_;
    std::uint64_t line_ = 0;
    Link last_;
    Report report_;
};

} // namespace

Report verify(const std::filesystem::path& folder) {
    // The head first: nxiad may write meanwhile, and a log that is ahead of it is no harm.
    Walk walk(readHead(folder));
    errno = 0;
    std::ifstream file(logFile(folder), std::ios::binary);
    if (!file)
        throw std::system_error(errno, std::generic_category(), logFile(folder).string());
    for (std::string line; std::getline(file, line);) {
        if (file.eof())
            break; // it is being written
        walk.take(line);
    }
    return walk.end();
}

} // namespace nxia::audit
