// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <algorithm>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

namespace nxia::daemon {

namespace {

/// Whether the standard error is the journal: JOURNAL_STREAM says which file that is, and may have
/// been inherited by one whose standard error is another.
bool logsToJournal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status{};
    return stream && fstat(STDERR_FILENO, &status) == 0 &&
           std::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

} // namespace

std::string printable(std::string_view text) {
    std::string result(text);
    std::ranges::replace_if(result, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return result;
}

void logLine(Level level, std::string_view text) {
    static const bool journal = logsToJournal();
    const std::string prefix = journal ? std::format("<{}>", static_cast<int>(level)) : "";
    const std::string line = prefix + printable(text) + '\n';
    // One write, so that lines of several processes do not mix. There is nobody to tell if it
    // fails.
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

void logLines(Level level, std::string_view text) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        logLine(level, line);
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
}

} // namespace nxia::daemon
