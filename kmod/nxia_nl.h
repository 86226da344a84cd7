/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	kmod/nxia.yaml */
/* by tools/wslx/ynl.py */
#ifndef NXIA_NL_H
#define NXIA_NL_H

#include <net/netlink.h>

#include <uapi/linux/nxia.h>

extern const struct nla_policy nxia_domain_attr_nl_policy[NXIA_DOMAIN_ATTR_PAD + 1];
extern const struct nla_policy nxia_service_attr_nl_policy[NXIA_SERVICE_ATTR_OPEN + 1];
extern const struct nla_policy nxia_sink_attr_nl_policy[NXIA_SINK_ATTR_PAD + 1];
extern const struct nla_policy nxia_tag_nl_policy[NXIA_TAG_BIT + 1];
extern const struct nla_policy nxia_cap_nl_policy[NXIA_ATTR_SESSION + 1];
extern const struct nla_policy nxia_revoke_nl_policy[NXIA_ATTR_HANDLE + 1];
extern const struct nla_policy nxia_policy_load_nl_policy[NXIA_ATTR_SERVICE + 1];
extern const struct nla_policy nxia_audit_get_nl_policy[NXIA_ATTR_SEQUENCE + 1];

#endif
