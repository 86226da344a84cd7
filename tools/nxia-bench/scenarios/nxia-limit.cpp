// SPDX-License-Identifier: GPL-2.0-only
#include "nxia-limit.h"

#include "../links/sys.h"

#include <fstream>

namespace bench {

NxiaLimit::NxiaLimit(const char* name)
    : file_(std::filesystem::path("/sys/module/nxia/parameters") / name) {
    std::ifstream(file_) >> before_;
    std::ofstream parameter(file_);
    parameter << "4000000\n";
    if (!parameter.flush())
        fail(name);
}

NxiaLimit::~NxiaLimit() {
    std::ofstream(file_) << before_ << '\n';
}

} // namespace bench
