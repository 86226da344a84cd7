// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	kmod/nxia.yaml */
/* by tools/wslx/ynl.py */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "nxia_nl.h"

#include <uapi/linux/nxia.h>

/* Common nested types */
const struct nla_policy nxia_domain_attr_nl_policy[NXIA_DOMAIN_ATTR_PAD + 1] = {
	[NXIA_DOMAIN_ATTR_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[NXIA_DOMAIN_ATTR_ID] = { .type = NLA_U32, },
	[NXIA_DOMAIN_ATTR_LABEL] = { .type = NLA_U64, },
	[NXIA_DOMAIN_ATTR_MAY_DROP] = { .type = NLA_U64, },
	[NXIA_DOMAIN_ATTR_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[NXIA_DOMAIN_ATTR_ENTER] = { .type = NLA_STRING, },
};

const struct nla_policy nxia_service_attr_nl_policy[NXIA_SERVICE_ATTR_OPEN + 1] = {
	[NXIA_SERVICE_ATTR_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[NXIA_SERVICE_ATTR_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1),
	[NXIA_SERVICE_ATTR_REGISTER] = { .type = NLA_STRING, },
	[NXIA_SERVICE_ATTR_OPEN] = { .type = NLA_STRING, },
};

const struct nla_policy nxia_sink_attr_nl_policy[NXIA_SINK_ATTR_PAD + 1] = {
	[NXIA_SINK_ATTR_ID] = NLA_POLICY_MAX(NLA_U32, 5),
	[NXIA_SINK_ATTR_LABEL] = { .type = NLA_U64, },
};

const struct nla_policy nxia_tag_nl_policy[NXIA_TAG_BIT + 1] = {
	[NXIA_TAG_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[NXIA_TAG_BIT] = NLA_POLICY_MAX(NLA_U32, 63),
};

/* NXIA_CMD_CAP - dump */
const struct nla_policy nxia_cap_nl_policy[NXIA_ATTR_SESSION + 1] = {
	[NXIA_ATTR_SESSION] = { .type = NLA_U32, },
};

/* NXIA_CMD_REVOKE - do */
const struct nla_policy nxia_revoke_nl_policy[NXIA_ATTR_HANDLE + 1] = {
	[NXIA_ATTR_SESSION] = { .type = NLA_U32, },
	[NXIA_ATTR_HANDLE] = { .type = NLA_U64, },
};

/* NXIA_CMD_POLICY_LOAD - do */
const struct nla_policy nxia_policy_load_nl_policy[NXIA_ATTR_SERVICE + 1] = {
	[NXIA_ATTR_TAG] = NLA_POLICY_NESTED(nxia_tag_nl_policy),
	[NXIA_ATTR_SINK] = NLA_POLICY_NESTED(nxia_sink_attr_nl_policy),
	[NXIA_ATTR_DOMAIN] = NLA_POLICY_NESTED(nxia_domain_attr_nl_policy),
	[NXIA_ATTR_SERVICE] = NLA_POLICY_NESTED(nxia_service_attr_nl_policy),
};

/* NXIA_CMD_AUDIT_GET - dump */
const struct nla_policy nxia_audit_get_nl_policy[NXIA_ATTR_SEQUENCE + 1] = {
	[NXIA_ATTR_SEQUENCE] = { .type = NLA_U64, },
};
