/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy that is being read and is not in force yet.
 */
#ifndef NXIA_DRAFT_H
#define NXIA_DRAFT_H

#include <linux/list.h>

#include "rules.h"

struct netlink_ext_ack;
struct nlattr;

/**
 * struct nxia_draft - a policy that is being read
 * @ack: where to say what is wrong with it
 * @rules: what it says so far
 * @domains: names of its domains that have had no number before
 * @tags: names by the bit of the message, NULL where it has none
 * @bits: by the bit of the message, the bit that the tag has here
 */
struct nxia_draft {
	struct netlink_ext_ack *ack;
	struct nxia_rules *rules;
	struct hlist_head domains;
	const char *tags[NXIA_TAGS_MAX];
	u8 bits[NXIA_TAGS_MAX];
};

struct nxia_draft *nxia_draft_read(const struct nlattr *head, int length,
				   struct netlink_ext_ack *ack);
struct nxia_rules *nxia_draft_adopt(struct nxia_draft *draft);
void nxia_draft_free(struct nxia_draft *draft);

#endif
