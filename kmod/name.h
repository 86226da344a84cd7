/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names that policy has ever had: the bits of tags and the numbers of domains.
 */
#ifndef NXIA_NAME_H
#define NXIA_NAME_H

#include <linux/list.h>
#include <linux/types.h>

#include <uapi/linux/nxia.h>

/**
 * struct nxia_domain_name - name of a domain
 * @node: in the table of all, or before that in a list of its maker
 * @id: number of the domain
 * @text: the name
 */
struct nxia_domain_name {
	struct hlist_node node;
	u32 id;
	char text[NXIA_NAME_MAX];
};

bool nxia_name_valid(const char *name, size_t len);
bool nxia_name_is(const char text[NXIA_NAME_MAX], const char *name, size_t len);

/* In any context: */
u64 nxia_name_tags(void);
int nxia_name_find_tag(const char *name, size_t len);
const char *nxia_name_tag(unsigned int bit);
const char *nxia_name_domain(u32 id);

/* Serialised by the caller: */
void nxia_name_add_tag(unsigned int bit, const char *name);
u32 nxia_name_find_domain(const char *name);
u32 nxia_name_domains(void);
void nxia_name_add_domain(struct nxia_domain_name *domain);
void nxia_name_forget(void);

#endif
