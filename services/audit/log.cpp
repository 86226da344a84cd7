// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <format>
#include <fstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace nxia::audit {

namespace {

constexpr mode_t folderMode = 0700;
constexpr mode_t fileMode = 0600;
constexpr int numberWidth = 20;

[[noreturn]] void fail(const std::filesystem::path& path) {
    throw std::system_error(errno, std::generic_category(), path.string());
}

/// What stands behind `name` in a record: digits, or what is between quotes. Inside of a string
/// value there is no quote without a backslash, so that this cannot be found there.
std::string_view valueIn(std::string_view line, std::string_view name) {
    const std::string mark = std::format("\"{}\":", name);
    const auto found = line.find(mark);
    if (found == std::string_view::npos)
        return {};
    std::string_view value = line.substr(found + mark.size());
    if (value.starts_with('"')) {
        value.remove_prefix(1);
        return value.substr(0, value.find('"'));
    }
    return value.substr(0, value.find_first_not_of("0123456789"));
}

std::optional<Position> positionIn(std::string_view line) {
    const auto boot = valueIn(line, "boot");
    const auto digits = valueIn(line, "sequence");
    Position position{.boot = std::string(boot)};
    const auto parsed =
        std::from_chars(digits.data(), digits.data() + digits.size(), position.sequence);
    if (boot.empty() || digits.empty() || parsed.ec != std::errc())
        return {};
    return position;
}

portal::core::Fd openFile(const std::filesystem::path& path, int flags) {
    portal::core::Fd fd(open(path.c_str(), flags | O_CREAT | O_CLOEXEC | O_NOFOLLOW, fileMode));
    if (fd.get() < 0)
        fail(path);
    return fd;
}

/// Writes all of it, at the end.
bool writeAll(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

std::filesystem::path logFile(const std::filesystem::path& folder) {
    return folder / "log";
}

std::filesystem::path headFile(const std::filesystem::path& folder) {
    return folder / "head";
}

std::optional<Link> readHead(const std::filesystem::path& folder) {
    std::ifstream file(headFile(folder));
    Link link;
    if (!(file >> link.number >> link.hash))
        return {};
    return link;
}

Log::Log(const std::filesystem::path& folder) : folder_(folder) {
    openFiles();
    continueChain();
}

void Log::openFiles() {
    if (mkdir(folder_.c_str(), folderMode) != 0 && errno != EEXIST)
        fail(folder_);
    file_ = openFile(logFile(folder_), O_RDWR | O_APPEND);
    if (flock(file_.get(), LOCK_EX | LOCK_NB) != 0)
        throw std::runtime_error(
            std::format("{}: another process writes it", logFile(folder_).string()));
    head_ = openFile(headFile(folder_), O_WRONLY);
}

/// Finds the newest record, and begins the chain if there is none.
void Log::continueChain() {
    const auto head = readHead(folder_);
    std::ifstream file(logFile(folder_), std::ios::binary);
    std::uint64_t torn = 0;
    for (std::string line; std::getline(file, line);) {
        if (file.eof()) {
            torn = line.size(); // there is no newline after it
            break;
        }
        size_ += line.size() + 1;
        if (const auto parsed = parseRecord(line))
            link_ = parsed->link;
        if (auto position = positionIn(line))
            position_ = std::move(position);
    }
    if (torn && ftruncate(file_.get(), static_cast<off_t>(size_)) != 0)
        fail(logFile(folder_));
    if (head && head->number > link_.number)
        link_ = *head; // records are gone, and verify() is to find that
    if (link_.number == 0)
        append({{{"time", nowText()}, {"kind", "genesis"}}});
    if (torn)
        append({{{"time", nowText()}, {"kind", "torn"}, {"bytes", torn}}});
}

void Log::append(const std::vector<Fields>& records) {
    Link link = link_;
    std::string text;
    std::optional<Position> position;
    for (const Fields& fields : records) {
        const std::string record = makeRecord(link, fields);
        if (auto found = positionIn(record))
            position = std::move(found);
        text.append(record) += '\n';
    }
    if (text.empty())
        return;
    writeText(text);
    link_ = std::move(link);
    if (position)
        position_ = std::move(position);
    writeHead();
}

void Log::writeText(const std::string& text) {
    if (writeAll(file_.get(), text) && fdatasync(file_.get()) == 0) {
        size_ += text.size();
        return;
    }
    const int error = errno;
    // What is there in part would be half a record. If this fails as well, the next start cuts it.
    [[maybe_unused]] const int cut = ftruncate(file_.get(), static_cast<off_t>(size_));
    errno = error;
    fail(logFile(folder_));
}

/// In place, so that a full disk does not matter. It need not be on the disk before the next one: a
/// log that is ahead of its head is no harm.
void Log::writeHead() {
    const std::string text = std::format("{:0{}} {}\n", link_.number, numberWidth, link_.hash);
    // The log itself is written; if this fails the next record tries again.
    [[maybe_unused]] const ssize_t written = pwrite(head_.get(), text.data(), text.size(), 0);
}

} // namespace nxia::audit
