// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace nxia::ctl {

/// What the extended attribute security.nxia says of a file.
struct FileLabel {
    std::string tags{};   ///< "a,b"
    std::string domain{}; ///< that a program enters at exec; empty: none

    bool operator==(const FileLabel&) const = default;
};

/// Of the attribute's text: "label=TAG,TAG" and "domain=NAME", in any order. What is neither is
/// passed over.
FileLabel parseFileLabel(std::string_view text);

/// The attribute's text; empty if there is nothing to say.
std::string printFileLabel(const FileLabel& label);

/// Adds "label".
void addLabelCommand(CLI::App& app);

} // namespace nxia::ctl
