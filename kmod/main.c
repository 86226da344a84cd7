// SPDX-License-Identifier: GPL-2.0-only
/*
 * NXIA: capabilities and channels between processes.
 *
 * include/uapi/linux/nxia.h says what it does.
 */
#include <linux/module.h>

#include "audit.h"
#include "lsm.h"
#include "netlink.h"
#include "policy.h"
#include "session.h"

static int __init nxia_init(void)
{
	int err;

	err = nxia_audit_init();
	if (err)
		return err;
	err = nxia_policy_init();
	if (err)
		goto err_audit;
	err = nxia_lsm_start();
	if (err)
		goto err_policy;
	err = nxia_netlink_init();
	if (err)
		goto err_lsm;
	err = nxia_session_init();
	if (err)
		goto err_netlink;
	return 0;

err_netlink:
	nxia_netlink_exit();
err_lsm:
	nxia_lsm_stop();
err_policy:
	nxia_policy_exit();
err_audit:
	nxia_audit_exit();
	return err;
}

static void __exit nxia_exit(void)
{
	nxia_session_exit();
	nxia_netlink_exit();
	nxia_lsm_stop();
	nxia_policy_exit();
	nxia_audit_exit();
}

module_init(nxia_init);
module_exit(nxia_exit);

MODULE_DESCRIPTION("Capabilities and channels between processes");
MODULE_AUTHOR("NXIA maintainers");
MODULE_LICENSE("GPL");
