// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy that is being read and is not in force yet.
 *
 * Reads the attributes of a message.  These may come in any order and name each
 * other, so that they are gone through once for each kind of thing.  Nothing that
 * others see changes before the draft is adopted, which cannot fail.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <net/netlink.h>

#include "draft.h"
#include "nxia_nl.h"

#define UNCONFINED	"unconfined"

/* Says which attribute is wrong, and why; the value is the negative errno. */
#define refuse(draft, errno, attr, text)				\
({									\
	NL_SET_ERR_MSG_ATTR((draft)->ack, attr, text);			\
	-(errno);							\
})

/*
 * Counting
 */

static bool is_list(const struct nlattr *attr, u16 owner)
{
	if (owner == NXIA_ATTR_DOMAIN)
		return nla_type(attr) == NXIA_DOMAIN_ATTR_ENTER;
	return nla_type(attr) == NXIA_SERVICE_ATTR_REGISTER ||
	       nla_type(attr) == NXIA_SERVICE_ATTR_OPEN;
}

static int count_listed(struct nxia_draft *draft, const struct nlattr *owner)
{
	const struct nlattr *attr;
	u32 count = 0;
	int rest;

	nla_for_each_nested(attr, owner, rest)
		count += is_list(attr, nla_type(owner));
	if (count > NXIA_LIST_MAX)
		return refuse(draft, ENOSPC, owner, "it names too many domains");
	draft->rules->listed_count += count;
	return 0;
}

static int count(struct nxia_draft *draft, const struct nlattr *head, int length)
{
	struct nxia_rules *rules = draft->rules;
	const struct nlattr *attr;
	int rest, err;

	nla_for_each_attr(attr, head, length, rest) {
		u16 type = nla_type(attr);

		rules->domains_count += type == NXIA_ATTR_DOMAIN;
		rules->services_count += type == NXIA_ATTR_SERVICE;
		if (type != NXIA_ATTR_DOMAIN && type != NXIA_ATTR_SERVICE)
			continue;
		err = count_listed(draft, attr);
		if (err)
			return err;
		/* "unconfined" has no number. */
		if (rules->domains_count > NXIA_DOMAINS_MAX + 1)
			return refuse(draft, ENOSPC, attr, "too many domains");
		if (rules->services_count > NXIA_SERVICES_MAX)
			return refuse(draft, ENOSPC, attr, "too many services");
		if (rules->listed_count > NXIA_LISTED_MAX)
			return refuse(draft, ENOSPC, attr,
				      "domains are named too many times in all");
	}
	return 0;
}

static int allocate(struct nxia_rules *rules)
{
	rules->domains = kvcalloc(rules->domains_count, sizeof(*rules->domains),
				  GFP_KERNEL_ACCOUNT);
	rules->services = kvcalloc(rules->services_count, sizeof(*rules->services),
				   GFP_KERNEL_ACCOUNT);
	rules->listed = kvcalloc(rules->listed_count, sizeof(*rules->listed),
				 GFP_KERNEL_ACCOUNT);
	if (!rules->domains || !rules->services || !rules->listed)
		return -ENOMEM;
	/* From here on these count what has been read. */
	rules->domains_count = 0;
	rules->services_count = 0;
	rules->listed_count = 0;
	return 0;
}

/*
 * Names and labels
 */

static int read_name(struct nxia_draft *draft, const struct nlattr *owner,
		     const struct nlattr *attr, char name[NXIA_NAME_MAX])
{
	size_t length;

	if (!attr)
		return refuse(draft, EINVAL, owner, "it has no name");
	length = strnlen(nla_data(attr), nla_len(attr));
	if (!nxia_name_valid(nla_data(attr), length))
		return refuse(draft, EINVAL, attr, "malformed name");
	memcpy(name, nla_data(attr), length);
	name[length] = 0;
	return 0;
}

/* A label in the bits of the message becomes one in ours. */
static int read_label(struct nxia_draft *draft, const struct nlattr *attr, u64 *label)
{
	u64 theirs = attr ? nla_get_u64(attr) : 0;

	*label = 0;
	for (; theirs; theirs &= theirs - 1) {
		unsigned int bit = __ffs64(theirs);

		if (!draft->tags[bit])
			return refuse(draft, ENOENT, attr, "the label has a bit without a tag");
		*label |= BIT_ULL(draft->bits[bit]);
	}
	return 0;
}

/*
 * Tags
 */

static int read_tag(struct nxia_draft *draft, const struct nlattr *attr)
{
	struct nlattr *tb[NXIA_TAG_MAX + 1];
	char name[NXIA_NAME_MAX];
	unsigned int bit, i;
	int err;

	err = nla_parse_nested(tb, NXIA_TAG_BIT, attr, nxia_tag_nl_policy, draft->ack);
	if (err)
		return err;
	err = read_name(draft, attr, tb[NXIA_TAG_NAME], name);
	if (err)
		return err;
	if (!tb[NXIA_TAG_BIT])
		return refuse(draft, EINVAL, attr, "the tag has no bit");
	bit = nla_get_u32(tb[NXIA_TAG_BIT]);
	if (draft->tags[bit])
		return refuse(draft, EEXIST, attr, "another tag has that bit");
	for (i = 0; i < NXIA_TAGS_MAX; i++)
		if (draft->tags[i] && !strcmp(draft->tags[i], name))
			return refuse(draft, EEXIST, attr, "the tag comes twice");
	draft->tags[bit] = nla_data(tb[NXIA_TAG_NAME]);
	return 0;
}

/*
 * A tag keeps its bit.  A new one gets that of the message if it can, so that the same
 * policy gives the same bits after the module was loaded anew.
 */
static int choose_bits(struct nxia_draft *draft)
{
	u64 taken = nxia_name_tags(), waiting = 0;
	unsigned int i;
	int bit;

	for (i = 0; i < NXIA_TAGS_MAX; i++) {
		if (!draft->tags[i])
			continue;
		bit = nxia_name_find_tag(draft->tags[i], strlen(draft->tags[i]));
		if (bit < 0 && taken & BIT_ULL(i)) {
			waiting |= BIT_ULL(i);
			continue;
		}
		draft->bits[i] = bit < 0 ? i : bit;
		taken |= BIT_ULL(draft->bits[i]);
	}
	for (; waiting; waiting &= waiting - 1) {
		if (!~taken) {
			NL_SET_ERR_MSG(draft->ack, "more tags than there are bits");
			return -ENOSPC;
		}
		bit = __ffs64(~taken);
		draft->bits[__ffs64(waiting)] = bit;
		taken |= BIT_ULL(bit);
	}
	for (i = 0; i < NXIA_TAGS_MAX; i++)
		if (draft->tags[i])
			draft->rules->tags |= BIT_ULL(draft->bits[i]);
	return 0;
}

/*
 * Domains
 */

/* The domain's number, a new one if it has had none. */
static int number_domain(struct nxia_draft *draft, struct nxia_domain_rule *rule)
{
	struct nxia_domain_name *name;
	u32 id;

	if (!strcmp(rule->name, UNCONFINED))
		return 0;
	id = nxia_name_find_domain(rule->name);
	if (!id) {
		id = draft->rules->ids + 1;
		if (id > NXIA_DOMAINS_MAX)
			return refuse(draft, ENOSPC, rule->from,
				      "more domains than there are numbers");
		name = kzalloc(sizeof(*name), GFP_KERNEL_ACCOUNT);
		if (!name)
			return -ENOMEM;
		name->id = id;
		strscpy(name->text, rule->name, sizeof(name->text));
		hlist_add_head(&name->node, &draft->domains);
		draft->rules->ids = id;
	}
	rule->domain.id = id;
	return 0;
}

static int read_domain_name(struct nxia_draft *draft, const struct nlattr *attr)
{
	struct nxia_rules *rules = draft->rules;
	struct nxia_domain_rule *rule = &rules->domains[rules->domains_count++];
	struct nlattr *tb[NXIA_DOMAIN_ATTR_MAX + 1];
	int err;

	err = nla_parse_nested(tb, NXIA_DOMAIN_ATTR_MAX, attr,
			       nxia_domain_attr_nl_policy, draft->ack);
	if (err)
		return err;
	rule->from = attr;
	return read_name(draft, attr, tb[NXIA_DOMAIN_ATTR_NAME], rule->name) ?:
	       number_domain(draft, rule);
}

static int compare_domains(const void *a, const void *b)
{
	const struct nxia_domain_rule *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static int sort_domains(struct nxia_draft *draft)
{
	struct nxia_rules *rules = draft->rules;
	u32 i;

	sort(rules->domains, rules->domains_count, sizeof(*rules->domains),
	     compare_domains, NULL);
	rules->by_id = kvcalloc(rules->ids + 1, sizeof(*rules->by_id),
				GFP_KERNEL_ACCOUNT);
	if (!rules->by_id)
		return -ENOMEM;
	for (i = 0; i < rules->domains_count; i++) {
		struct nxia_domain_rule *rule = &rules->domains[i];

		if (i && !strcmp(rule->name, rule[-1].name))
			return refuse(draft, EEXIST, rule->from, "the domain comes twice");
		rules->by_id[rule->domain.id] = i + 1;
	}
	return 0;
}

static int read_listed(struct nxia_draft *draft, const struct nlattr *attr, u32 *id)
{
	const struct nxia_domain_rule *rule;
	char name[NXIA_NAME_MAX];
	int err;

	err = read_name(draft, attr, attr, name);
	if (err)
		return err;
	*id = 0;
	if (!strcmp(name, UNCONFINED))
		return 0;
	rule = nxia_rules_find(draft->rules, name, strlen(name));
	if (!rule)
		return refuse(draft, ENOENT, attr, "policy has no such domain");
	*id = rule->domain.id;
	return 0;
}

/* The domains that attributes of @type name within @owner, in order. */
static int read_list(struct nxia_draft *draft, const struct nlattr *owner, int type,
		     struct nxia_list *list)
{
	struct nxia_rules *rules = draft->rules;
	const struct nlattr *attr;
	u32 *ids, i;
	int rest, err;

	list->first = rules->listed_count;
	nla_for_each_nested(attr, owner, rest) {
		if (nla_type(attr) != type)
			continue;
		err = read_listed(draft, attr, &rules->listed[rules->listed_count++]);
		if (err)
			return err;
	}
	list->count = rules->listed_count - list->first;
	ids = rules->listed + list->first;
	sort(ids, list->count, sizeof(*ids), nxia_rules_compare_ids, NULL);
	for (i = 1; i < list->count; i++)
		if (ids[i] == ids[i - 1])
			return refuse(draft, EEXIST, owner, "it names a domain twice");
	return 0;
}

static int read_domain(struct nxia_draft *draft, struct nxia_domain_rule *rule)
{
	struct nlattr *tb[NXIA_DOMAIN_ATTR_MAX + 1];
	struct nxia_domain *domain = &rule->domain;
	int err;

	err = nla_parse_nested(tb, NXIA_DOMAIN_ATTR_MAX, rule->from,
			       nxia_domain_attr_nl_policy, draft->ack) ?:
	      read_label(draft, tb[NXIA_DOMAIN_ATTR_LABEL], &domain->label) ?:
	      read_label(draft, tb[NXIA_DOMAIN_ATTR_MAY_DROP], &domain->may_drop) ?:
	      read_list(draft, rule->from, NXIA_DOMAIN_ATTR_ENTER, &rule->enter);
	if (err)
		return err;
	if (tb[NXIA_DOMAIN_ATTR_ID])
		return refuse(draft, EINVAL, tb[NXIA_DOMAIN_ATTR_ID],
			      "numbers are not the policy's to give");
	if (tb[NXIA_DOMAIN_ATTR_FLAGS])
		domain->flags = nla_get_u32(tb[NXIA_DOMAIN_ATTR_FLAGS]);
	if (domain->may_drop & ~domain->label)
		return refuse(draft, EINVAL, tb[NXIA_DOMAIN_ATTR_MAY_DROP],
			      "it may drop a tag that it has not");
	if (!domain->id && (domain->label || domain->flags))
		return refuse(draft, EINVAL, rule->from,
			      "\"unconfined\" can only say what it may enter");
	if (rule->enter.count && !draft->rules->listed[rule->enter.first])
		return refuse(draft, EINVAL, rule->from,
			      "no domain may enter \"unconfined\"");
	return 0;
}

static int read_domains(struct nxia_draft *draft)
{
	struct nxia_rules *rules = draft->rules;
	int err = 0;
	u32 i;

	for (i = 0; i < rules->domains_count && !err; i++)
		err = read_domain(draft, &rules->domains[i]);
	return err;
}

/*
 * Sinks
 */

static int read_sink(struct nxia_draft *draft, const struct nlattr *attr, u64 *seen)
{
	struct nlattr *tb[NXIA_SINK_ATTR_MAX + 1];
	int err;
	u32 id;

	err = nla_parse_nested(tb, NXIA_SINK_ATTR_MAX, attr, nxia_sink_attr_nl_policy,
			       draft->ack);
	if (err)
		return err;
	if (!tb[NXIA_SINK_ATTR_ID])
		return refuse(draft, EINVAL, attr, "it is not said which sink");
	id = nla_get_u32(tb[NXIA_SINK_ATTR_ID]);
	if (*seen & BIT_ULL(id))
		return refuse(draft, EEXIST, attr, "the sink comes twice");
	*seen |= BIT_ULL(id);
	return read_label(draft, tb[NXIA_SINK_ATTR_LABEL], &draft->rules->sinks[id]);
}

/*
 * Services
 */

static int read_service(struct nxia_draft *draft, const struct nlattr *attr)
{
	struct nxia_rules *rules = draft->rules;
	struct nxia_service_rule *rule = &rules->services[rules->services_count++];
	struct nlattr *tb[NXIA_SERVICE_ATTR_MAX + 1];
	int err;

	err = nla_parse_nested(tb, NXIA_SERVICE_ATTR_MAX, attr,
			       nxia_service_attr_nl_policy, draft->ack);
	if (err)
		return err;
	rule->from = attr;
	if (tb[NXIA_SERVICE_ATTR_FLAGS])
		rule->flags = nla_get_u32(tb[NXIA_SERVICE_ATTR_FLAGS]);
	return read_name(draft, attr, tb[NXIA_SERVICE_ATTR_NAME], rule->name) ?:
	       read_list(draft, attr, NXIA_SERVICE_ATTR_REGISTER, &rule->may_register) ?:
	       read_list(draft, attr, NXIA_SERVICE_ATTR_OPEN, &rule->may_open);
}

static int compare_services(const void *a, const void *b)
{
	const struct nxia_service_rule *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static int sort_services(struct nxia_draft *draft)
{
	struct nxia_service_rule *services = draft->rules->services;
	u32 i, count = draft->rules->services_count;

	sort(services, count, sizeof(*services), compare_services, NULL);
	for (i = 1; i < count; i++)
		if (!strcmp(services[i].name, services[i - 1].name))
			return refuse(draft, EEXIST, services[i].from,
				      "the service comes twice");
	return 0;
}

/*
 * All of it
 */

static int read_names(struct nxia_draft *draft, const struct nlattr *head, int length)
{
	const struct nlattr *attr;
	int rest, err = 0;

	draft->rules->ids = nxia_name_domains();
	nla_for_each_attr(attr, head, length, rest) {
		if (nla_type(attr) == NXIA_ATTR_TAG)
			err = read_tag(draft, attr);
		else if (nla_type(attr) == NXIA_ATTR_DOMAIN)
			err = read_domain_name(draft, attr);
		if (err)
			return err;
	}
	return choose_bits(draft) ?: sort_domains(draft);
}

static int read_rest(struct nxia_draft *draft, const struct nlattr *head, int length)
{
	const struct nlattr *attr;
	int rest, err = 0;
	u64 sinks = 0;

	nla_for_each_attr(attr, head, length, rest) {
		if (nla_type(attr) == NXIA_ATTR_SINK)
			err = read_sink(draft, attr, &sinks);
		else if (nla_type(attr) == NXIA_ATTR_SERVICE)
			err = read_service(draft, attr);
		if (err)
			return err;
	}
	return sort_services(draft);
}

static struct nxia_draft *create(struct netlink_ext_ack *ack)
{
	struct nxia_draft *draft = kzalloc(sizeof(*draft), GFP_KERNEL_ACCOUNT);

	if (!draft)
		return NULL;
	draft->ack = ack;
	draft->rules = kzalloc(sizeof(*draft->rules), GFP_KERNEL_ACCOUNT);
	if (!draft->rules) {
		kfree(draft);
		return NULL;
	}
	return draft;
}

/**
 * nxia_draft_read() - read a policy
 * @head: the first of its attributes
 * @length: of all of them
 * @ack: where to say what is wrong with it
 *
 * Serialised by the caller with whatever adds names.
 *
 * Return: a draft that refers to the attributes, or an error.
 */
struct nxia_draft *nxia_draft_read(const struct nlattr *head, int length,
				   struct netlink_ext_ack *ack)
{
	struct nxia_draft *draft = create(ack);
	int err;

	if (!draft)
		return ERR_PTR(-ENOMEM);
	err = count(draft, head, length) ?:
	      allocate(draft->rules) ?:
	      read_names(draft, head, length) ?:
	      read_domains(draft) ?:
	      read_rest(draft, head, length);
	if (err) {
		nxia_draft_free(draft);
		return ERR_PTR(err);
	}
	return draft;
}

/* In the order of their numbers, which is the reverse of the list's. */
static void adopt_domains(struct hlist_head *names)
{
	struct nxia_domain_name *name;
	struct hlist_node *next;
	HLIST_HEAD(ordered);

	hlist_for_each_entry_safe(name, next, names, node) {
		hlist_del(&name->node);
		hlist_add_head(&name->node, &ordered);
	}
	hlist_for_each_entry_safe(name, next, &ordered, node) {
		hlist_del(&name->node);
		nxia_name_add_domain(name);
	}
}

/**
 * nxia_draft_adopt() - make the names of a draft known to all
 * @draft: is freed
 *
 * Return: its rules, which can be put in force.
 */
struct nxia_rules *nxia_draft_adopt(struct nxia_draft *draft)
{
	struct nxia_rules *rules = draft->rules;
	unsigned int i;

	for (i = 0; i < NXIA_TAGS_MAX; i++)
		if (draft->tags[i] && !nxia_name_tag(draft->bits[i]))
			nxia_name_add_tag(draft->bits[i], draft->tags[i]);
	adopt_domains(&draft->domains);
	draft->rules = NULL;
	nxia_draft_free(draft);
	return rules;
}

void nxia_draft_free(struct nxia_draft *draft)
{
	struct nxia_domain_name *name;
	struct hlist_node *next;

	hlist_for_each_entry_safe(name, next, &draft->domains, node)
		kfree(name);
	nxia_rules_free(draft->rules);
	kfree(draft);
}
