// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/privileges.h"

#include <catch2/catch_test_macros.hpp>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// In a child: it cannot be undone.
TEST_CASE("after dropping, no capability of Linux is left") {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        nxia::daemon::dropAllPrivileges();
        const cap_t left = cap_get_proc();
        const cap_t none = cap_init();
        const bool clean = cap_compare(left, none) == 0 && cap_get_ambient(CAP_MAC_ADMIN) == 0 &&
                           prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
        _exit(clean ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

TEST_CASE("one capability can be kept, in effect only while it is raised") {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto has = [](cap_value_t capability, cap_flag_t set) {
            cap_flag_value_t value = CAP_CLEAR;
            cap_get_flag(cap_get_proc(), capability, set, &value);
            return value == CAP_SET;
        };
        const bool had = has(CAP_MAC_ADMIN, CAP_PERMITTED);
        const bool effective = has(CAP_MAC_ADMIN, CAP_EFFECTIVE);
        {
            const nxia::daemon::Raised raised(CAP_MAC_ADMIN);
        }
        const bool restored = has(CAP_MAC_ADMIN, CAP_EFFECTIVE) == effective;
        nxia::daemon::dropPrivilegesBut(CAP_MAC_ADMIN);
        bool clean = has(CAP_MAC_ADMIN, CAP_PERMITTED) == had &&
                     !has(CAP_MAC_ADMIN, CAP_EFFECTIVE) && !has(CAP_CHOWN, CAP_PERMITTED);
        {
            const nxia::daemon::Raised raised(CAP_MAC_ADMIN);
            clean = clean && has(CAP_MAC_ADMIN, CAP_EFFECTIVE) == had;
        }
        _exit(clean && restored && !has(CAP_MAC_ADMIN, CAP_EFFECTIVE) ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}
