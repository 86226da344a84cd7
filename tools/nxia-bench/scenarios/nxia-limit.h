// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <string>

namespace bench {

/// Raises a limit of the module, a parameter such as "max_caps", and puts it back.
class NxiaLimit {
public:
    explicit NxiaLimit(const char* name);
    ~NxiaLimit();
    NxiaLimit(const NxiaLimit&) = delete;

private:
    std::filesystem::path file_;
    std::string before_;
};

} // namespace bench
