// SPDX-License-Identifier: MIT
#include "files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <process.h>
#include <stdexcept>

namespace fs = std::filesystem;

namespace cli {
namespace {

using File = std::unique_ptr<FILE, int (*)(FILE*)>;

[[noreturn]] void fail(const char* verb, const fs::path& path, const std::string& why) {
    throw std::runtime_error(std::string("cannot ") + verb + " '" + textOf(path) + "': " + why);
}

std::string nameOf(const fs::path& path, const fs::path& base) {
    auto relative = fs::absolute(path).lexically_normal().lexically_relative(
        fs::absolute(base).lexically_normal());
    if (relative.empty() || *relative.begin() == "..") {
        fail("put", path, "it is not under '" + textOf(base) + "'");
    }
    return textOf(relative);
}

void collectFolder(const fs::path& folder, const fs::path& base, std::string_view match,
                   std::vector<Upload>& uploads) {
    auto first = uploads.size();
    for (auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && matches(textOf(entry.path().filename()), match)) {
            uploads.push_back({entry.path(), nameOf(entry.path(), base)});
        }
    }
    std::ranges::sort(uploads.begin() + first, uploads.end(), {}, &Upload::name);
}

} // namespace

fs::path pathOf(const std::string& utf8) {
    return fs::path(std::u8string(utf8.begin(), utf8.end()));
}

std::string textOf(const fs::path& path) {
    auto utf8 = path.generic_u8string();
    return std::string(utf8.begin(), utf8.end());
}

std::string readFile(const fs::path& path) {
    File file(_wfopen(path.c_str(), L"rb"), fclose);
    if (file == nullptr) {
        fail("read", path, strerror(errno));
    }
    std::string content;
    char block[65536];
    while (auto n = fread(block, 1, sizeof(block), file.get())) {
        content.append(block, n);
    }
    if (ferror(file.get())) {
        fail("read", path, strerror(errno));
    }
    return content;
}

void replaceFile(const fs::path& path, std::string_view content) {
    auto temporary = path;
    temporary += L"." + std::to_wstring(_getpid()) + L".tmp";
    File file(_wfopen(temporary.c_str(), L"wb"), fclose);
    if (file == nullptr) {
        fail("write", path, strerror(errno));
    }
    bool written = fwrite(content.data(), 1, content.size(), file.get()) == content.size();
    if (fclose(file.release()) != 0 || !written) {
        auto why = strerror(errno);
        std::error_code ignored;
        fs::remove(temporary, ignored);
        fail("write", path, why);
    }
    std::error_code error;
    fs::rename(temporary, path, error);
    if (error) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        fail("write", path, error.message());
    }
}

std::vector<Upload> collect(const Selection& selection) {
    std::vector<Upload> uploads;
    for (auto& text : selection.files) {
        auto path = fs::absolute(pathOf(text)).lexically_normal();
        if (!path.has_filename()) {
            path = path.parent_path(); // of a folder with a slash at its end
        }
        auto base = selection.base.empty() ? path.parent_path() : pathOf(selection.base);
        std::error_code error;
        if (fs::is_directory(path, error)) {
            collectFolder(path, base, selection.match, uploads);
        } else {
            uploads.push_back({path, nameOf(path, base)});
        }
    }
    return uploads;
}

bool matches(std::string_view name, std::string_view pattern) {
    if (pattern.empty()) {
        return name.empty();
    }
    if (pattern[0] == '*') {
        return matches(name, pattern.substr(1)) ||
               (!name.empty() && matches(name.substr(1), pattern));
    }
    return !name.empty() && (pattern[0] == '?' || pattern[0] == name[0]) &&
           matches(name.substr(1), pattern.substr(1));
}

} // namespace cli
