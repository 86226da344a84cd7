// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names that policy has ever had: the bits of tags and the numbers of domains.
 *
 * Tasks and files keep their labels when policy changes, so a bit or a number never
 * gets another meaning.  Nothing is taken back until the module goes.
 */
#include <linux/ctype.h>
#include <linux/hashtable.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/stringhash.h>

#include "name.h"

static char tags[NXIA_TAGS_MAX][NXIA_NAME_MAX];
/* Bits that have a name, each set after the name is written. */
static u64 tags_known;

static DEFINE_HASHTABLE(domains_by_name, 10);
/* By number, from 1 without a gap; each is complete when it is stored. */
static struct nxia_domain_name *domains[NXIA_DOMAINS_MAX + 1];
static u32 domains_known;

static bool begins_name(char c)
{
	return islower(c) || isdigit(c);
}

/**
 * nxia_name_valid() - may something be named like this?
 * @name: need not end with a 0
 * @len: its length
 */
bool nxia_name_valid(const char *name, size_t len)
{
	size_t i;

	if (!len || len >= NXIA_NAME_MAX || !begins_name(name[0]))
		return false;
	for (i = 1; i < len; i++)
		if (!begins_name(name[i]) && name[i] != '.' && name[i] != '-' &&
		    name[i] != '_')
			return false;
	return true;
}

bool nxia_name_is(const char text[NXIA_NAME_MAX], const char *name, size_t len)
{
	return len < NXIA_NAME_MAX && !strncmp(text, name, len) && !text[len];
}

u64 nxia_name_tags(void)
{
	/* Pairs with nxia_name_add_tag(): what has a bit has its name. */
	return smp_load_acquire(&tags_known);
}

/* Returns the tag's bit, or -ENOENT. */
int nxia_name_find_tag(const char *name, size_t len)
{
	u64 known = nxia_name_tags();
	unsigned int bit;

	for (bit = 0; bit < NXIA_TAGS_MAX; bit++)
		if (known & BIT_ULL(bit) && nxia_name_is(tags[bit], name, len))
			return bit;
	return -ENOENT;
}

/* Returns the name of the tag with that bit, or NULL; it does not go away. */
const char *nxia_name_tag(unsigned int bit)
{
	return nxia_name_tags() & BIT_ULL(bit) ? tags[bit] : NULL;
}

/* The bit must be free. */
void nxia_name_add_tag(unsigned int bit, const char *name)
{
	strscpy(tags[bit], name, NXIA_NAME_MAX);
	/* Pairs with nxia_name_tags(). */
	smp_store_release(&tags_known, tags_known | BIT_ULL(bit));
}

/* Returns the name of the domain with that number, or NULL; it does not go away. */
const char *nxia_name_domain(u32 id)
{
	const struct nxia_domain_name *domain = NULL;

	if (id <= NXIA_DOMAINS_MAX)
		/* Pairs with nxia_name_add_domain(). */
		domain = smp_load_acquire(&domains[id]);
	return domain ? domain->text : NULL;
}

static u32 hash(const char *name)
{
	return full_name_hash(NULL, name, strlen(name));
}

/* Returns the domain's number, or 0 if it has none. */
u32 nxia_name_find_domain(const char *name)
{
	const struct nxia_domain_name *domain;

	hash_for_each_possible(domains_by_name, domain, node, hash(name))
		if (!strcmp(domain->text, name))
			return domain->id;
	return 0;
}

/* Returns how many domains have a number: the largest that is used. */
u32 nxia_name_domains(void)
{
	return domains_known;
}

/* Takes @domain, whose number must be the next one. */
void nxia_name_add_domain(struct nxia_domain_name *domain)
{
	domains_known++;
	WARN_ON(domain->id != domains_known);
	hash_add(domains_by_name, &domain->node, hash(domain->text));
	/* Pairs with nxia_name_domain(): what can be found is complete. */
	smp_store_release(&domains[domain->id], domain);
}

void nxia_name_forget(void)
{
	u32 id;

	for (id = 1; id <= domains_known; id++) {
		hash_del(&domains[id]->node);
		kfree(domains[id]);
		domains[id] = NULL;
	}
	domains_known = 0;
	tags_known = 0;
}
