// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sealed policy keeps itself and the module, and there is no way back but a boot.
 * So these are the last tests that a machine runs; the name of the file sorts behind
 * all others.
 */
#define TEST_UNLOADS
#include "nxia_main.h"
#include "nxia_policy.h"

static bool enforcing(void)
{
	int session = nxia_session();
	bool told = nxia_info(session).flags & NXIA_INFO_ENFORCING;

	close(session);
	return told;
}

static int request(struct genl *genl, __u8 command, __u16 flags,
		   struct genl_reply *reply)
{
	struct genl_request request;

	memset(reply, 0, sizeof(*reply));
	genl_begin(&request, genl->family, command, flags);
	return genl_talk(genl->socket, &request, genl_see_reply, reply);
}

static void build(struct genl *genl)
{
	policy_begin(genl);
	policy_domain("until-boot", 0, 0, 0);
	policy_end();
}

/* Seals it, if that has not happened yet. */
static void sealed(struct genl *genl)
{
	struct genl_reply reply;

	if (!enforcing())
		test_skip("the kernel runs without the NXIA LSM");
	genl_open(genl);
	REQUIRE(request(genl, NXIA_CMD_STATUS, NLM_F_ACK, &reply) == 1);
	if (!genl_has(&reply, NXIA_ATTR_SEALED)) {
		build(genl);
		REQUIRE_OK(policy_load(genl));
	}
	REQUIRE_OK(request(genl, NXIA_CMD_POLICY_SEAL, NLM_F_ACK, &reply));
}

TEST(module, "lsm: a sealed module cannot be unloaded")
{
	struct genl genl;

	sealed(&genl);
	EXPECT_ERR(syscall(SYS_delete_module, "nxia", O_NONBLOCK) ? -errno : 0,
		   EAGAIN);
	EXPECT(enforcing());
}

TEST(twice, "CMD_POLICY_SEAL: sealing twice is no error, and STATUS tells it")
{
	struct genl_reply reply;
	struct genl genl;

	sealed(&genl);
	EXPECT_OK(request(&genl, NXIA_CMD_POLICY_SEAL, NLM_F_ACK, &reply));
	EXPECT_EQ(request(&genl, NXIA_CMD_STATUS, NLM_F_ACK, &reply), 1);
	EXPECT(genl_has(&reply, NXIA_ATTR_SEALED));
}

TEST(no_load, "CMD_POLICY_LOAD: EPERM once policy is sealed, with the reason")
{
	struct genl_reply before, reply;
	struct genl genl;

	sealed(&genl);
	EXPECT_EQ(request(&genl, NXIA_CMD_STATUS, NLM_F_ACK, &before), 1);
	build(&genl);
	EXPECT_ERR(policy_load(&genl), EPERM);
	EXPECT(strstr(genl_ack.text, "sealed"));
	EXPECT(request(&genl, NXIA_CMD_POLICY_GET, NLM_F_DUMP, &reply) > 0);
	EXPECT_EQ(request(&genl, NXIA_CMD_STATUS, NLM_F_ACK, &reply), 1);
	EXPECT_EQ(genl_u32(&reply, NXIA_ATTR_GENERATION),
		  genl_u32(&before, NXIA_ATTR_GENERATION));
	EXPECT_EQ(genl_u64(&reply, NXIA_ATTR_SEQUENCE),
		  genl_u64(&before, NXIA_ATTR_SEQUENCE) + 1);
}
