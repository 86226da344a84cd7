// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Paths come in and go out as UTF-8, whatever the code page.
std::filesystem::path pathOf(const std::string& utf8);
std::string textOf(const std::filesystem::path& path);

/// The whole file. Throws std::runtime_error that names it.
std::string readFile(const std::filesystem::path& path);

/// Makes `path` hold `content`, or leaves it as it was: writes beside it and renames. Throws
/// std::runtime_error that names it.
void replaceFile(const std::filesystem::path& path, std::string_view content);

/// One file to be put.
struct Upload {
    std::filesystem::path path;
    std::string name; ///< of the document: relative to the base, with forward slashes
};

/// What to put under which name.
struct Selection {
    std::vector<std::string> files; ///< files, and folders to be searched
    std::string base;               ///< names are relative to it; empty: to each file's own folder
    std::string match = "*";        ///< of the files in folders, those whose last part matches
};

/// The files of a selection, folders in order of their names. Throws std::runtime_error for a path
/// that does not exist or is not under the base.
std::vector<Upload> collect(const Selection& selection);

/// True if `name` matches `pattern`, in which * stands for any characters and ? for any one.
bool matches(std::string_view name, std::string_view pattern);

} // namespace cli
