// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nxia::store {

inline constexpr std::size_t maxNameBytes = 1024;
inline constexpr std::size_t maxQueryBytes = 1024;

/// Well-formed UTF-8: no overlong form, no surrogate, nothing beyond U+10FFFF.
bool isUtf8(std::string_view bytes);

/// Whether the content of a document is to be searched: UTF-8 without NUL.
bool isText(std::string_view bytes);

/// Throws StoreError(invalidName) unless `name` is UTF-8 of 1 to maxNameBytes bytes without control
/// characters.
void checkName(std::string_view name);

/// Turns what a person typed into an FTS5 expression that cannot have a syntax error: each word is
/// a string of its own, and what stands between double quotes is a phrase. All must be found.
/// Throws StoreError(invalidQuery) if it has no word, is too long or not UTF-8.
std::string matchExpression(std::string_view query);

/// Around what matched in a snippet.
inline constexpr char matchBegin = '\2';
inline constexpr char matchEnd = '\3';

/// Makes one line of a snippet: runs of blanks and control characters other than matchBegin and
/// matchEnd become a space.
std::string oneLine(std::string_view text);

} // namespace nxia::store
