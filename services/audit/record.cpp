// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <array>
#include <charconv>
#include <chrono>
#include <format>
#include <sodium.h>

namespace nxia::audit {

namespace {

constexpr std::string_view hashMark = ",\"hash\":\"";
constexpr std::string_view hashEnd = "\"}";
constexpr std::string_view numberMark = "{\"n\":";
constexpr std::string_view previousMark = ",\"previous\":\"";
constexpr std::size_t hashDigits = crypto_hash_sha256_BYTES * 2;

Hash hashOf(std::string_view text) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> bytes;
    crypto_hash_sha256(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size());
    Hash digits;
    for (unsigned char byte : bytes)
        digits += std::format("{:02x}", byte);
    return digits;
}

/// Takes `prefix` away from the front, if it is there.
bool skip(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix))
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

bool isHash(std::string_view text) {
    return text.size() == hashDigits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

Hash noHash() {
    return Hash(hashDigits, '0');
}

std::string makeRecord(Link& link, const Fields& fields) {
    std::string line =
        std::format("{}{}{}{}\"", numberMark, link.number + 1, previousMark, link.hash);
    for (const Field& field : fields) {
        line += std::format(",{}:", quote(field.name));
        if (const auto* number = std::get_if<std::uint64_t>(&field.value))
            line += std::to_string(*number);
        else
            line += quote(std::get<std::string>(field.value));
    }
    link = {link.number + 1, hashOf(line)};
    return line.append(hashMark).append(link.hash).append(hashEnd);
}

std::optional<Parsed> parseRecord(std::string_view line) {
    const std::size_t tail = hashMark.size() + hashDigits + hashEnd.size();
    if (line.size() < tail)
        return {};
    const std::string_view body = line.substr(0, line.size() - tail);
    std::string_view end = line.substr(body.size());
    if (!skip(end, hashMark) || !end.ends_with(hashEnd))
        return {};
    const std::string_view hash = end.substr(0, hashDigits);

    std::string_view rest = body;
    std::uint64_t number = 0;
    if (!skip(rest, numberMark))
        return {};
    const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    rest.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest.data()));
    if (parsed.ec != std::errc() || number == 0 || !skip(rest, previousMark))
        return {};
    const std::string_view previous = rest.substr(0, hashDigits);
    if (!isHash(hash) || !isHash(previous))
        return {};
    return Parsed{
        .link = {number, Hash(hash)}, .previous = Hash(previous), .intact = hashOf(body) == hash};
}

std::string quote(std::string_view text) {
    std::string quoted = "\"";
    for (unsigned char c : text) {
        if (c == '"' || c == '\\')
            (quoted += '\\') += static_cast<char>(c);
        else if (c >= 0x20 && c < 0x7f)
            quoted += static_cast<char>(c);
        else
            quoted += std::format("\\\\x{:02x}", c);
    }
    return quoted + '"';
}

std::string timeText(std::uint64_t nanoseconds) {
    using namespace std::chrono;
    return std::format("{:%FT%T}Z",
                       sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(nanoseconds)));
}

std::string nowText() {
    using namespace std::chrono;
    return timeText(static_cast<std::uint64_t>(
        duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count()));
}

} // namespace nxia::audit
