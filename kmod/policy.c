// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy that is in force.
 *
 * Another takes its place in one step: who asks sees the one or the other.
 */
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <kunit/visibility.h>

#include "audit.h"
#include "draft.h"
#include "lsm.h"
#include "name.h"
#include "policy.h"
#include "rules.h"

/* Protects which policy is in force, names, and @sealed. */
static DEFINE_MUTEX(policy_lock);
static struct nxia_rules __rcu *in_force;
static bool sealed;

/**
 * nxia_policy_sink() - what policy lets out of a sink
 * @sink: which
 *
 * Return: tags; without a policy none.
 */
u64 nxia_policy_sink(enum nxia_sink sink)
{
	const struct nxia_rules *rules;

	guard(rcu)();
	rules = rcu_dereference(in_force);
	return rules ? rules->sinks[sink] : 0;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_policy_sink);

/**
 * nxia_policy_find() - look up a domain by its name
 * @name: need not end with a 0
 * @len: its length
 * @domain: out: what policy says of it
 *
 * Return: 0, or -ENOENT if policy has no such domain; "unconfined" is none.
 */
int nxia_policy_find(const char *name, size_t len, struct nxia_domain *domain)
{
	const struct nxia_domain_rule *found = NULL;
	const struct nxia_rules *rules;

	if (!nxia_name_valid(name, len))
		return -ENOENT;
	guard(rcu)();
	rules = rcu_dereference(in_force);
	if (rules)
		found = nxia_rules_find(rules, name, len);
	if (!found || !found->domain.id)
		return -ENOENT;
	*domain = found->domain;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_policy_find);

/**
 * nxia_policy_may_enter() - may a task of one domain enter another at exec?
 * @from: number of its domain, 0 if it has none
 * @to: number of the other; no one may enter 0
 */
bool nxia_policy_may_enter(u32 from, u32 to)
{
	const struct nxia_rules *rules;

	guard(rcu)();
	rules = rcu_dereference(in_force);
	return rules && nxia_rules_may_enter(rules, from, to);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_policy_may_enter);

/**
 * nxia_policy_parse_label() - a label from names of tags
 * @text: names, separated by commas; need not end with a 0
 * @len: its length; an empty text is the empty label
 * @label: out: the label
 *
 * Tags that only an earlier policy had are known as well.
 *
 * Return: 0, or -EINVAL if the text is malformed, or -ENOENT if a tag is unknown.
 */
int nxia_policy_parse_label(const char *text, size_t len, u64 *label)
{
	const char *end = text + len;
	u64 parsed = 0;

	while (text < end) {
		const char *comma = memchr(text, ',', end - text) ?: end;
		int bit;

		if (!nxia_name_valid(text, comma - text) || comma + 1 == end)
			return -EINVAL;
		bit = nxia_name_find_tag(text, comma - text);
		if (bit < 0)
			return bit;
		parsed |= BIT_ULL(bit);
		text = comma + 1;
	}
	*label = parsed;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_policy_parse_label);

/**
 * nxia_policy_print_label() - the names of a label's tags
 * @label: the label
 * @text: out: names, separated by commas; "#13" for a bit that has none
 * @size: of @text; %NXIA_LABEL_TEXT_MAX is enough for any
 *
 * Return: length of the text.
 */
int nxia_policy_print_label(u64 label, char *text, size_t size)
{
	int length = 0;

	if (size)
		text[0] = 0;
	while (label) {
		unsigned int bit = __ffs64(label);
		const char *name = nxia_name_tag(bit);
		const char *comma = length ? "," : "";

		if (name)
			length += scnprintf(text + length, size - length, "%s%s",
					    comma, name);
		else
			length += scnprintf(text + length, size - length, "%s#%u",
					    comma, bit);
		label &= label - 1;
	}
	return length;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_policy_print_label);

/**
 * nxia_policy_domain_name() - the name of a domain
 * @id: its number
 * @name: out: "unconfined" for 0, "#13" for a number that has none
 */
void nxia_policy_domain_name(u32 id, char name[NXIA_NAME_MAX])
{
	const char *known = nxia_name_domain(id);

	if (known)
		strscpy(name, known, NXIA_NAME_MAX);
	else if (id)
		scnprintf(name, NXIA_NAME_MAX, "#%u", id);
	else
		strscpy(name, "unconfined", NXIA_NAME_MAX);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_policy_domain_name);

/**
 * nxia_policy_generation() - how many policies have been loaded
 */
u32 nxia_policy_generation(void)
{
	const struct nxia_rules *rules;

	guard(rcu)();
	rules = rcu_dereference(in_force);
	return rules ? rules->generation : 0;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_policy_generation);

/**
 * nxia_policy_sealed() - is policy what it is until the next boot?
 */
bool nxia_policy_sealed(void)
{
	return READ_ONCE(sealed);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_policy_sealed);

static struct nxia_rules *rules_locked(void)
{
	return rcu_dereference_protected(in_force, lockdep_is_held(&policy_lock));
}

static u32 replace(struct nxia_draft *draft)
{
	struct nxia_rules *old = rules_locked(), *new = nxia_draft_adopt(draft);
	u32 generation = old ? old->generation + 1 : 1;

	new->generation = generation;
	rcu_assign_pointer(in_force, new);
	synchronize_rcu();
	nxia_rules_free(old);
	return generation;
}

static int load(const struct nlattr *head, int length, struct netlink_ext_ack *ack,
		u32 *generation)
{
	struct nxia_draft *draft;

	guard(mutex)(&policy_lock);
	if (sealed) {
		NL_SET_ERR_MSG(ack, "policy is sealed");
		return -EPERM;
	}
	draft = nxia_draft_read(head, length, ack);
	if (IS_ERR(draft))
		return PTR_ERR(draft);
	*generation = replace(draft);
	return 0;
}

/**
 * nxia_policy_load() - put another policy in force, if there is nothing wrong with it
 * @head: the first of its attributes
 * @length: of all of them
 * @ack: out: what is wrong with it
 * @generation: out: how many policies have been loaded
 *
 * Return: 0, or an error as NXIA_CMD_POLICY_LOAD has it; what was in force then stays
 * in force.
 */
int nxia_policy_load(const struct nlattr *head, int length,
		     struct netlink_ext_ack *ack, u32 *generation)
{
	int err = load(head, length, ack, generation);
	struct nxia_audit_event event = {
		.kind = err ? NXIA_AUDIT_POLICY_REFUSED : NXIA_AUDIT_POLICY_LOADED,
		.operation = "policy_load",
		.error = err,
	};
	char target[32];

	if (err) {
		event.rule = ack->_msg;
	} else {
		scnprintf(target, sizeof(target), "generation %u", *generation);
		event.target = target;
	}
	nxia_audit(&event);
	return err;
}

/**
 * nxia_policy_hold() - the policy in force, which stays in force until it is released
 *
 * Return: its rules, or NULL if none was loaded yet; to be released in either case.
 */
const struct nxia_rules *nxia_policy_hold(void)
{
	mutex_lock(&policy_lock);
	return rules_locked();
}

void nxia_policy_release(void)
{
	mutex_unlock(&policy_lock);
}

/**
 * nxia_policy_seal() - keep policy, and the module, until the next boot
 *
 * Return: 0, also if it was sealed before; -EOPNOTSUPP if the kernel has no LSM
 * shim; -EBUSY if the module is being unloaded.
 */
int nxia_policy_seal(void)
{
	int err;

	guard(mutex)(&policy_lock);
	if (sealed)
		return 0;
	err = nxia_lsm_keep();
	if (err)
		return err;
	WRITE_ONCE(sealed, true);
	nxia_audit(&(struct nxia_audit_event){
		.kind = NXIA_AUDIT_POLICY_SEALED,
		.operation = "policy_seal",
	});
	return 0;
}

int nxia_policy_init(void)
{
	return 0;
}

void nxia_policy_exit(void)
{
	nxia_rules_free(rcu_dereference_protected(in_force, true));
	nxia_name_forget();
}
