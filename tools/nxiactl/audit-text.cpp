// SPDX-License-Identifier: GPL-2.0-only
#include "audit-text.h"

#include "table.h"

#include <cstdint>
#include <cstring>
#include <format>
#include <memory>
#include <systemd/sd-json.h>

namespace nxia::ctl {

namespace {

/// The fields of a record; what is not there is empty, or 0.
class Record {
public:
    explicit Record(const std::string& text) {
        sd_json_variant* parsed = nullptr;
        if (sd_json_parse(text.c_str(), {}, &parsed, nullptr, nullptr) >= 0)
            variant_.reset(parsed);
    }

    bool valid() const { return variant_ && sd_json_variant_is_object(variant_.get()); }

    std::string text(const char* name) const {
        sd_json_variant* field = sd_json_variant_by_key(variant_.get(), name);
        return field && sd_json_variant_is_string(field) ? sd_json_variant_string(field) : "";
    }

    std::uint64_t number(const char* name) const {
        sd_json_variant* field = sd_json_variant_by_key(variant_.get(), name);
        return field && sd_json_variant_is_unsigned(field) ? sd_json_variant_unsigned(field) : 0;
    }

private:
    struct Free {
        void operator()(sd_json_variant* variant) const { sd_json_variant_unref(variant); }
    };
    std::unique_ptr<sd_json_variant, Free> variant_;
};

/// Parts of a sentence, each left out if what it is about is missing.
class Sentence {
public:
    template <typename Value>
    Sentence& add(std::format_string<const Value&> format, const Value& value) {
        if (value != Value{})
            text_ += std::format(format, value);
        return *this;
    }

    const std::string& text() const { return text_; }

private:
    std::string text_;
};

std::string who(const Record& record) {
    if (record.number("pid") == 0 && record.text("comm").empty())
        return "";
    const std::string exe = record.text("exe");
    return Sentence()
        .add(" {}", record.text("comm"))
        .add(" ({})", exe)
        .add(" pid {}", record.number("pid"))
        .add(" in domain {}", record.text("domain"))
        .text();
}

std::string what(const Record& record) {
    const auto error = static_cast<int>(record.number("error"));
    return Sentence()
        .add(": {}", record.text("operation"))
        .add(" {}", record.text("target"))
        .add(": tags {}", record.text("tags"))
        .add(": rule {}", record.text("rule"))
        .add(": {}", std::string(error ? strerror(error) : ""))
        .text();
}

std::string lost(const Record& record) {
    return std::format(": {} records of the kernel, {} to {}", record.number("count"),
                       record.number("first"), record.number("sequence"));
}

} // namespace

std::string auditText(const std::string& text) {
    const Record record(text);
    if (!record.valid())
        return printable(text);
    const std::string kind = record.text("kind");
    return printable(std::format("{} #{} {}{}{}{}", record.text("time"), record.number("n"), kind,
                                 who(record), what(record), kind == "lost" ? lost(record) : ""));
}

} // namespace nxia::ctl
