// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scopes: keys that stay in the kernel.
 */
#include <linux/key.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <keys/user-type.h>

#include "call.h"
#include "cap.h"
#include "file.h"
#include "scope.h"
#include "seal.h"
#include "session.h"

#define KEY_PREFIX	"nxia:"

/**
 * struct nxia_scope - a scope
 * @object: what capabilities refer to
 * @key: copied once, never changed
 */
struct nxia_scope {
	struct nxia_object object;
	u8 key[NXIA_SCOPE_KEY_SIZE];
};

static struct nxia_scope *scope_of(const struct nxia_cap *cap)
{
	return container_of(cap->object, struct nxia_scope, object);
}

/*
 * Keyring
 */

#ifdef CONFIG_KEYS

static int copy_payload(struct key *key, u8 *to)
{
	const struct user_key_payload *payload;
	int err;

	guard(rwsem_read)(&key->sem);
	err = key_validate(key);
	if (err)
		return err;
	payload = user_key_payload_locked(key);
	if (payload->datalen != NXIA_SCOPE_KEY_SIZE)
		return -EINVAL;
	memcpy(to, payload->data, NXIA_SCOPE_KEY_SIZE);
	return 0;
}

static int copy_key(key_serial_t serial, u8 *to)
{
	key_ref_t ref = lookup_user_key(serial, 0, KEY_NEED_SEARCH);
	struct key *key;
	int err = -EINVAL;

	if (IS_ERR(ref))
		return PTR_ERR(ref);
	key = key_ref_to_ptr(ref);
	/* Keys of other subsystems are not for this one to use. */
	if (key->type == &key_type_logon && strstarts(key->description, KEY_PREFIX))
		err = copy_payload(key, to);
	key_ref_put(ref);
	return err;
}

#else

static int copy_key(s32 serial, u8 *to)
{
	return -EOPNOTSUPP;
}

#endif

/*
 * Life
 */

static const struct file_operations scope_fops = {
	.owner = THIS_MODULE,
	.release = nxia_file_release,
	.llseek = noop_llseek,
};

static void scope_free(struct nxia_object *object)
{
	kfree_sensitive(container_of(object, struct nxia_scope, object));
}

static const struct nxia_object_ops scope_ops = {
	.type = NXIA_TYPE_SCOPE,
	.rights = NXIA_RIGHTS_SCOPE,
	.fops = &scope_fops,
	.free = scope_free,
};

static struct nxia_scope *scope_alloc(struct nxia_user *user, s32 serial)
{
	struct nxia_scope *scope = kzalloc(sizeof(*scope), GFP_KERNEL_ACCOUNT);
	int err;

	if (!scope)
		return ERR_PTR(-ENOMEM);
	err = copy_key(serial, scope->key) ?:
	      nxia_object_init(&scope->object, &scope_ops, user);
	if (err) {
		kfree_sensitive(scope);
		return ERR_PTR(err);
	}
	return scope;
}

/*
 * Calls
 */

int nxia_scope_create(struct nxia_call *call)
{
	struct nxia_scope_create *arg = &call->arg.scope_create;
	struct nxia_scope *scope;
	struct nxia_cap *cap;

	if (arg->flags || !arg->rights || arg->rights & ~NXIA_RIGHTS_SCOPE)
		return -EINVAL;
	scope = scope_alloc(call->session->user, arg->key);
	if (IS_ERR(scope))
		return PTR_ERR(scope);
	cap = nxia_cap_create_root(&scope->object, call->session->user, arg->rights);
	nxia_object_put(&scope->object);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	return nxia_call_give(call, cap, &arg->handle);
}

static int run(struct nxia_call *call, u64 right, const struct nxia_seal_way *way)
{
	struct nxia_seal *arg = &call->arg.seal;
	struct nxia_cap *cap;
	int err;

	if (arg->flags)
		return -EINVAL;
	cap = nxia_session_get(call->session, arg->scope, NXIA_TYPE_SCOPE, right);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	err = nxia_seal_run(way, cap, scope_of(cap)->key, arg);
	nxia_cap_put(cap);
	return err && err != -EMSGSIZE ? err : nxia_call_reply(call) ?: err;
}

int nxia_scope_seal(struct nxia_call *call)
{
	return run(call, NXIA_RIGHT_SEAL, &nxia_seal_encrypt);
}

int nxia_scope_unseal(struct nxia_call *call)
{
	return run(call, NXIA_RIGHT_UNSEAL, &nxia_seal_decrypt);
}
