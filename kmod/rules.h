/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one policy says.  Made by one task, never changed afterwards.
 */
#ifndef NXIA_RULES_H
#define NXIA_RULES_H

#include "name.h"
#include "policy.h"

/* Most services of a policy, ... */
#define NXIA_SERVICES_MAX	4096
/* ... domains that one domain may enter, or that a service is for, ... */
#define NXIA_LIST_MAX		1024
/* ... and of these in the whole policy; so all of it takes at most 1.5 MiB. */
#define NXIA_LISTED_MAX		65536

struct nlattr;

/**
 * struct nxia_list - domains that a rule is about
 * @first: where they begin in nxia_rules.listed
 * @count: how many there are
 */
struct nxia_list {
	u32 first;
	u32 count;
};

/**
 * struct nxia_domain_rule - a domain
 * @domain: what policy says of it
 * @enter: domains that it may enter, by number in ascending order
 * @name: its name
 * @from: attribute that it comes from; only while policy is read
 */
struct nxia_domain_rule {
	struct nxia_domain domain;
	struct nxia_list enter;
	char name[NXIA_NAME_MAX];
	const struct nlattr *from;
};

/**
 * struct nxia_service_rule - a name in the registry
 * @flags: NXIA_SERVICE_*
 * @may_register: domains that may offer it; all, if empty
 * @may_open: domains that may open it; all, if empty
 * @name: the name
 * @from: attribute that it comes from; only while policy is read
 */
struct nxia_service_rule {
	u32 flags;
	struct nxia_list may_register;
	struct nxia_list may_open;
	char name[NXIA_NAME_MAX];
	const struct nlattr *from;
};

/**
 * struct nxia_rules - a policy
 * @generation: which one it is of those that were loaded
 * @tags: bits that it has
 * @sinks: what each lets out
 * @domains: by name; "unconfined" is one if it may enter any
 * @domains_count: how many
 * @by_id: place in @domains plus 1, or 0, for each number up to @ids
 * @ids: largest number of a domain
 * @services: by name
 * @services_count: how many
 * @listed: numbers of domains that lists have
 * @listed_count: how many
 */
struct nxia_rules {
	u32 generation;
	u64 tags;
	u64 sinks[NXIA_SINKS];
	struct nxia_domain_rule *domains;
	u32 domains_count;
	u16 *by_id;
	u32 ids;
	struct nxia_service_rule *services;
	u32 services_count;
	u32 *listed;
	u32 listed_count;
};

const struct nxia_domain_rule *nxia_rules_find(const struct nxia_rules *rules,
					       const char *name, size_t len);
int nxia_rules_compare_ids(const void *a, const void *b);
bool nxia_rules_may_enter(const struct nxia_rules *rules, u32 from, u32 to);
void nxia_rules_free(struct nxia_rules *rules);

#endif
