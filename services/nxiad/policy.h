// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace nxia::registry {

/// A mistake in the configuration: what() is "FILE:LINE: reason".
class ConfigError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Finds the uid of a user; none if there is no such user.
using UserLookup = std::function<std::optional<uid_t>(const std::string& name)>;

/// That of this machine.
std::optional<uid_t> lookUpUser(const std::string& name);

/// Whether it is 1 to 64 of a-z 0-9 . and -
bool isServiceName(std::string_view name);

/// Who may offer and who may open the services, by the user that the kernel saw when the caller
/// connected.
///
/// The configuration is files of lines. Each line is a rule, blank, or a comment after '#':
///
///     name SERVICE           the rules that follow are about SERVICE
///     register user USER     USER may offer it
///     open user USER         USER may open it
///
/// USER is a name or a number. Files add up, also about one service. What no rule allows is
/// refused.
class Policy {
public:
    /// Reads all *.conf in `folder`, in the order of their names.
    static Policy load(const std::filesystem::path& folder, const UserLookup& lookup = lookUpUser);

    /// Adds the rules in `text`; `file` is what a ConfigError calls it.
    void add(std::string_view text, const std::string& file, const UserLookup& lookup);

    /// Whether there are rules about it.
    bool knows(const std::string& service) const { return rules_.contains(service); }
    bool mayRegister(const std::string& service, uid_t uid) const;
    bool mayOpen(const std::string& service, uid_t uid) const;

private:
    struct Rules {
        std::set<uid_t> mayRegister;
        std::set<uid_t> mayOpen;
    };

    std::map<std::string, Rules> rules_;
};

} // namespace nxia::registry
