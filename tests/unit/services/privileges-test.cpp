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
