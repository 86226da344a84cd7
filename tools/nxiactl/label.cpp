// SPDX-License-Identifier: GPL-2.0-only
#include "label.h"

#include "exit-status.h"
#include "policy/policy.h"

#include <array>
#include <cerrno>
#include <format>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <sys/xattr.h>
#include <system_error>

namespace nxia::ctl {

namespace {

constexpr const char* attribute = "security.nxia";
constexpr std::string_view labelPrefix = "label=";
constexpr std::string_view domainPrefix = "domain=";
constexpr std::size_t attributeMax = 65536;

struct Options {
    std::string path;
    std::optional<std::string> tags;
    std::optional<std::string> domain;
    bool remove = false;
};

[[noreturn]] void fail(const std::string& path, const char* what) {
    const int error = errno;
    if (error == ENOENT)
        throw NotFound(std::format("{}: no such file", path));
    throw std::system_error(error, std::generic_category(), std::format("{}: {}", path, what));
}

FileLabel labelOf(const std::string& path) {
    std::string text(attributeMax, '\0');
    const ssize_t size = getxattr(path.c_str(), attribute, text.data(), text.size());
    if (size < 0 && errno == ENODATA)
        return {};
    if (size < 0)
        fail(path, "its label cannot be read");
    text.resize(static_cast<std::size_t>(size));
    return parseFileLabel(text);
}

void checkTags(const std::string& tags) {
    std::istringstream stream(tags);
    for (std::string tag; std::getline(stream, tag, ',');)
        if (!policy::isName(tag))
            throw NotFound(std::format("'{}' is no name of a tag", tag));
}

void setLabel(const std::string& path, const FileLabel& label) {
    const std::string text = printFileLabel(label);
    const int result = text.empty()
                           ? removexattr(path.c_str(), attribute)
                           : setxattr(path.c_str(), attribute, text.data(), text.size(), 0);
    if (result != 0 && !(text.empty() && errno == ENODATA))
        fail(path, "its label cannot be changed");
}

void show(const std::string& path) {
    const std::string text = printFileLabel(labelOf(path));
    std::cout << (text.empty() ? "no label" : text) << '\n';
}

void runLabel(const Options& options) {
    if (!options.tags && !options.domain && !options.remove)
        return show(options.path);
    const FileLabel before = labelOf(options.path);
    FileLabel after = options.remove ? FileLabel{} : before;
    if (options.tags) {
        checkTags(*options.tags);
        after.tags = *options.tags;
    }
    if (options.domain) {
        if (!options.domain->empty() && !policy::isName(*options.domain))
            throw NotFound(std::format("'{}' is no name of a domain", *options.domain));
        after.domain = *options.domain;
    }
    // What is so already needs no authority, which a sealed policy may have taken away.
    if (after != before)
        setLabel(options.path, after);
}

} // namespace

FileLabel parseFileLabel(std::string_view text) {
    FileLabel label;
    std::istringstream stream{std::string(text.substr(0, text.find('\0')))};
    for (std::string word; stream >> word;) {
        if (word.starts_with(labelPrefix))
            label.tags = word.substr(labelPrefix.size());
        else if (word.starts_with(domainPrefix))
            label.domain = word.substr(domainPrefix.size());
    }
    return label;
}

std::string printFileLabel(const FileLabel& label) {
    std::string text;
    if (!label.tags.empty())
        text += std::format("{}{}", labelPrefix, label.tags);
    if (!label.domain.empty())
        text += std::format("{}{}{}", text.empty() ? "" : " ", domainPrefix, label.domain);
    return text;
}

void addLabelCommand(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("label", "Show or change the label of a file or folder");
    command->add_option("PATH", options->path, "the file or folder")->required();
    auto* tags = command->add_option("TAGS", options->tags, "its new tags: TAG,TAG");
    auto* domain =
        command->add_option("--domain", options->domain, "the domain that it enters when executed");
    command->add_flag("--remove", options->remove, "take its label and domain away")
        ->excludes(tags)
        ->excludes(domain);
    command->callback([options] { runLabel(*options); });
}

} // namespace nxia::ctl
