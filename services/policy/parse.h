// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "policy.h"

#include <filesystem>
#include <span>
#include <stdexcept>

namespace nxia::policy {

/// A file of policy, read.
struct Source {
    std::string file; ///< what mistakes call it
    std::string text;
};

struct Mistake {
    std::string file;
    int line; ///< from 1
    std::string reason;

    /// "FILE:LINE: reason"
    std::string text() const;
};

/// What is wrong with a policy. what() has a line for each mistake.
class PolicyError : public std::runtime_error {
public:
    explicit PolicyError(std::vector<Mistake> mistakes);

    const std::vector<Mistake>& mistakes() const { return mistakes_; }

private:
    std::vector<Mistake> mistakes_;
};

/// Reads one policy that is spread over files, whose order gives the tags their bits. Throws a
/// PolicyError with all mistakes, in that order.
///
/// The text is made of lines. '#' begins a comment; each line is one of
///
///     tag NAME...
///     sink SINK [TAG...]       net loopback vsock hostfs disk tty: what it lets out
///     domain NAME {            "unconfined" is the domain of tasks without one
///         label TAG...         what its tasks may hold
///         may-drop TAG...      what of this they are trusted to declassify
///         enter DOMAIN...      what they may enter at exec
///         remote               its sessions take only capabilities with REMOTE
///         authority            its tasks may change the labels of files
///     }
///     service NAME {           a name of the registry
///         register DOMAIN...   who may offer it; all without it
///         open DOMAIN...       who may open it; all without it
///         remote               may be opened from a remote domain
///     }
Policy parse(std::span<const Source> sources);

/// Reads files. Throws std::runtime_error naming the one that cannot be read.
std::vector<Source> readFiles(const std::vector<std::filesystem::path>& files);

/// Reads all *.policy of a folder, in the order of their names; none if it does not exist.
std::vector<Source> readFolder(const std::filesystem::path& folder);

} // namespace nxia::policy
