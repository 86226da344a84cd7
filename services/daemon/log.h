// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <format>
#include <string>
#include <string_view>

/// What the daemons have in common with systemd and the kernel.
namespace nxia::daemon {

/// Of syslog.
enum class Level { error = 3, warning = 4, notice = 5, info = 6 };

/// One line to the standard error, with systemd's level prefix when that is the journal. Control
/// characters become '?': what clients send must not forge lines.
void logLine(Level level, std::string_view text);

template <typename... Arguments>
void log(Level level, std::format_string<Arguments...> format, Arguments&&... arguments) {
    logLine(level, std::format(format, std::forward<Arguments>(arguments)...));
}

/// The lines of `text`, each as one of the log.
void logLines(Level level, std::string_view text);

/// What the log would show of `text`.
std::string printable(std::string_view text);

} // namespace nxia::daemon
