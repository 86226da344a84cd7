/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy that is in force: what the administrator says about tags, sinks and
 * domains.
 */
#ifndef NXIA_POLICY_H
#define NXIA_POLICY_H

#include <linux/types.h>

#include <uapi/linux/nxia.h>

struct netlink_ext_ack;
struct nlattr;
struct nxia_rules;

/**
 * struct nxia_domain - what policy says of the tasks of a domain
 * @id: its number, which it keeps as long as the module is there; 0 is none
 * @flags: NXIA_DOMAIN_*
 * @label: tags of the information that they may hold
 * @may_drop: those of @label that they are trusted to declassify
 */
struct nxia_domain {
	u32 id;
	u32 flags;
	u64 label;
	u64 may_drop;
};

/* Bytes of the longest label as text, with its 0. */
#define NXIA_LABEL_TEXT_MAX	(NXIA_TAGS_MAX * NXIA_NAME_MAX)

int nxia_policy_init(void);
void nxia_policy_exit(void);

/* In any context: */
u64 nxia_policy_sink(enum nxia_sink sink);
int nxia_policy_find(const char *name, size_t len, struct nxia_domain *domain);
bool nxia_policy_may_enter(u32 from, u32 to);
int nxia_policy_parse_label(const char *text, size_t len, u64 *label);
int nxia_policy_print_label(u64 label, char *text, size_t size);
void nxia_policy_domain_name(u32 id, char name[NXIA_NAME_MAX]);
u32 nxia_policy_generation(void);
bool nxia_policy_sealed(void);

/* May sleep: */
int nxia_policy_load(const struct nlattr *head, int length,
		     struct netlink_ext_ack *ack, u32 *generation);
int nxia_policy_seal(void);
const struct nxia_rules *nxia_policy_hold(void);
void nxia_policy_release(void);

#endif
