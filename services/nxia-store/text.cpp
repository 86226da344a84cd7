// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include "error.h"

#include <algorithm>
#include <cstdint>
#include <format>

namespace nxia::store {

namespace {

/// Length of the well-formed sequence at the start of `s`, 0 if there is none.
std::size_t sequenceLength(std::string_view s) {
    auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(s[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || s.size() < length)
        return 0;
    // Only the second byte has a range that depends on the first.
    const std::uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (byte(1) < low || byte(1) > high)
        return 0;
    for (std::size_t i = 2; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
    return length;
}

bool isControl(char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return byte < 0x20 || byte == 0x7f;
}

/// Blanks as far as the words of a query and lines are concerned.
bool separates(char c) {
    return c == ' ' || isControl(c);
}

/// The C1 control characters, U+0080 to U+009F, are two bytes: C2 80 to C2 9F.
bool hasC1Control(std::string_view utf8) {
    for (std::size_t i = 0; i + 1 < utf8.size(); ++i)
        if (utf8[i] == '\xc2' && static_cast<std::uint8_t>(utf8[i + 1]) < 0xa0)
            return true;
    return false;
}

void appendString(std::string& expression, std::string_view word) {
    if (word.empty())
        return;
    if (!expression.empty())
        expression += ' ';
    (expression += '"').append(word) += '"';
}

[[noreturn]] void refuseName(const std::string& why) {
    throw StoreError(StoreError::Code::invalidName, "invalid document name: " + why);
}

[[noreturn]] void refuseQuery(const std::string& why) {
    throw StoreError(StoreError::Code::invalidQuery, "invalid search: " + why);
}

} // namespace

bool isUtf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t length = sequenceLength(bytes);
        if (length == 0)
            return false;
        bytes.remove_prefix(length);
    }
    return true;
}

bool isText(std::string_view bytes) {
    return !bytes.contains('\0') && isUtf8(bytes);
}

void checkName(std::string_view name) {
    if (name.empty())
        refuseName("it is empty");
    if (name.size() > maxNameBytes)
        refuseName(std::format("it has {} bytes, {} are allowed", name.size(), maxNameBytes));
    if (!isUtf8(name))
        refuseName("it is not UTF-8");
    if (std::ranges::any_of(name, isControl) || hasC1Control(name))
        refuseName("it has a control character");
}

std::string matchExpression(std::string_view query) {
    if (query.size() > maxQueryBytes)
        refuseQuery(std::format("it has {} bytes, {} are allowed", query.size(), maxQueryBytes));
    if (!isUtf8(query))
        refuseQuery("it is not UTF-8");

    std::string expression;
    std::string word;
    bool quoted = false;
    for (char c : query) {
        const bool quote = c == '"';
        if (quote || (separates(c) && !quoted)) {
            appendString(expression, word);
            word.clear();
            quoted ^= quote;
        } else {
            word += separates(c) ? ' ' : c;
        }
    }
    appendString(expression, word);
    if (expression.empty())
        refuseQuery("it has no word");
    return expression;
}

std::string oneLine(std::string_view text) {
    std::string line;
    for (char c : text) {
        if (!separates(c) || c == matchBegin || c == matchEnd)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.ends_with(' '))
        line.pop_back();
    return line;
}

} // namespace nxia::store
