// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one policy says.
 */
#include <linux/bsearch.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "rules.h"

/* Returns the domain of that name, or NULL. */
const struct nxia_domain_rule *nxia_rules_find(const struct nxia_rules *rules,
					       const char *name, size_t len)
{
	u32 low = 0, high = rules->domains_count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;
		const struct nxia_domain_rule *rule = &rules->domains[middle];
		int order = strncmp(name, rule->name, len);

		if (!order)
			order = rule->name[len] ? -1 : 0;
		if (!order)
			return rule;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* For lists, which are sorted by this. */
int nxia_rules_compare_ids(const void *a, const void *b)
{
	u32 left = *(const u32 *)a, right = *(const u32 *)b;

	return left < right ? -1 : left > right;
}

/* May a task of domain @from enter domain @to? */
bool nxia_rules_may_enter(const struct nxia_rules *rules, u32 from, u32 to)
{
	const struct nxia_list *enter;

	if (from > rules->ids || !rules->by_id[from])
		return false;
	enter = &rules->domains[rules->by_id[from] - 1].enter;
	return bsearch(&to, rules->listed + enter->first, enter->count, sizeof(to),
		       nxia_rules_compare_ids);
}

void nxia_rules_free(struct nxia_rules *rules)
{
	if (!rules)
		return;
	kvfree(rules->domains);
	kvfree(rules->by_id);
	kvfree(rules->services);
	kvfree(rules->listed);
	kfree(rules);
}
