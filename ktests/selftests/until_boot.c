// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sealed policy keeps the module, and there is no way back but a boot. So
 * this is the last test that a machine runs; its name sorts behind all others.
 */
#define TEST_UNLOADS
#include "nxia_call.h"
#include "nxia_main.h"

#define SEAL_FILE	"/sys/kernel/debug/nxia_label/seal"

static bool enforcing(void)
{
	int session = nxia_session();
	bool told = nxia_info(session).flags & NXIA_INFO_ENFORCING;

	close(session);
	return told;
}

TEST(seal, "lsm: a sealed module cannot be unloaded")
{
	if (!enforcing())
		test_skip("the kernel runs without the NXIA LSM");
	if (access(SEAL_FILE, W_OK) &&
	    system("modprobe nxia_lsm_label && [ -w " SEAL_FILE " ]"))
		test_skip("no %s: debugfs or nxia_lsm_label.ko is missing",
			  SEAL_FILE);
	EXPECT_OK(file_write(SEAL_FILE, "1"));
	EXPECT_OK(file_write(SEAL_FILE, "1"));
	EXPECT_ERR(syscall(SYS_delete_module, "nxia", O_NONBLOCK) ? -errno : 0,
		   EAGAIN);
	EXPECT(enforcing());
}
