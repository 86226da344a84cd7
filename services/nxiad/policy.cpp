// SPDX-License-Identifier: GPL-2.0-only
#include "policy.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <fstream>
#include <pwd.h>
#include <sstream>
#include <vector>

namespace nxia::registry {

namespace {

std::vector<std::string> wordsOf(std::string_view line) {
    std::istringstream stream(std::string(line.substr(0, line.find('#'))));
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

std::optional<uid_t> parseUser(const std::string& user, const UserLookup& lookup) {
    uid_t uid;
    const char* end = user.data() + user.size();
    const auto result = std::from_chars(user.data(), end, uid);
    if (result.ec == std::errc() && result.ptr == end)
        return uid;
    return lookup(user);
}

std::string readFile(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file)
        throw ConfigError(std::format("{}: cannot be read", path.string()));
    return text;
}

std::vector<std::filesystem::path> configFilesIn(const std::filesystem::path& folder) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (entry.path().extension() == ".conf")
            files.push_back(entry.path());
    if (error)
        throw ConfigError(std::format("{}: {}", folder.string(), error.message()));
    std::ranges::sort(files);
    return files;
}

} // namespace

std::optional<uid_t> lookUpUser(const std::string& name) {
    const passwd* entry = getpwnam(name.c_str());
    return entry ? std::optional(entry->pw_uid) : std::nullopt;
}

bool isServiceName(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
}

Policy Policy::load(const std::filesystem::path& folder, const UserLookup& lookup) {
    Policy policy;
    for (const auto& file : configFilesIn(folder))
        policy.add(readFile(file), file.string(), lookup);
    return policy;
}

void Policy::add(std::string_view text, const std::string& file, const UserLookup& lookup) {
    Rules* rules = nullptr;
    int number = 0;
    auto refuse = [&](const std::string& reason) {
        throw ConfigError(std::format("{}:{}: {}", file, number, reason));
    };
    auto addRule = [&](const std::vector<std::string>& words) {
        if (words.size() != 3 || words[1] != "user")
            refuse(std::format("expected '{} user USER'", words[0]));
        if (!rules)
            refuse(std::format("'{}' before any 'name'", words[0]));
        const auto uid = parseUser(words[2], lookup);
        if (!uid)
            refuse(std::format("there is no user '{}'", words[2]));
        (words[0] == "open" ? rules->mayOpen : rules->mayRegister).insert(*uid);
    };
    auto beginService = [&](const std::vector<std::string>& words) {
        if (words.size() != 2)
            refuse("expected 'name SERVICE'");
        if (!isServiceName(words[1]))
            refuse(std::format("'{}' is no name of a service: 1 to 64 of a-z 0-9 . -", words[1]));
        rules = &rules_[words[1]];
    };

    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        ++number;
        const auto words = wordsOf(line);
        if (words.empty())
            continue;
        if (words[0] == "name")
            beginService(words);
        else if (words[0] == "register" || words[0] == "open")
            addRule(words);
        else
            refuse(std::format("unknown rule '{}': expected name, register or open", words[0]));
    }
}

bool Policy::mayRegister(const std::string& service, uid_t uid) const {
    const auto rules = rules_.find(service);
    return rules != rules_.end() && rules->second.mayRegister.contains(uid);
}

bool Policy::mayOpen(const std::string& service, uid_t uid) const {
    const auto rules = rules_.find(service);
    return rules != rules_.end() && rules->second.mayOpen.contains(uid);
}

} // namespace nxia::registry
