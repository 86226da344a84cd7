/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls on a session: the table of them, and how their arguments travel.
 */
#ifndef NXIA_CALL_H
#define NXIA_CALL_H

#include <linux/types.h>

#include <uapi/linux/nxia.h>

struct file;
struct nxia_cap;
struct nxia_session;

/**
 * union nxia_arg - the argument of a call on a session
 */
union nxia_arg {
	struct nxia_info info;
	struct nxia_bootstrap bootstrap;
	struct nxia_endpoint_create endpoint_create;
	struct nxia_connect connect;
	struct nxia_accept accept;
	struct nxia_derive derive;
	struct nxia_transfer transfer;
	struct nxia_receive receive;
	struct nxia_revoke revoke;
	struct nxia_close close;
	struct nxia_query query;
	struct nxia_fd fd;
	struct nxia_handle handle;
	struct nxia_import import;
	struct nxia_region_create region_create;
	struct nxia_freeze freeze;
	struct nxia_scope_create scope_create;
	struct nxia_seal seal;
	struct nxia_watch watch;
	struct nxia_event event;
	struct nxia_enter enter;
};

/**
 * struct nxia_call - a call on a session
 * @session: the session
 * @arg: copy of the argument, as long as this kernel knows it
 * @to: where the argument came from
 * @size: how much of it the caller knows
 */
struct nxia_call {
	struct nxia_session *session;
	union nxia_arg arg;
	void __user *to;
	size_t size;
};

/**
 * struct nxia_new_file - what a call makes and has not shown yet
 * @handle: of the capability
 * @fd: reserved for the file
 * @file: stands for the capability
 */
struct nxia_new_file {
	u64 handle;
	int fd;
	struct file *file;
};

/* Is @cmd the call @known, whatever size of argument it carries? */
static inline bool nxia_call_is(unsigned int cmd, unsigned int known)
{
	return !((cmd ^ known) & ~(_IOC_SIZEMASK << _IOC_SIZESHIFT));
}

u32 nxia_call_info_flags(void);
int nxia_call_copy(void *arg, size_t size, unsigned int cmd, void __user *from);
int nxia_call_reply(struct nxia_call *call);
int nxia_call_give(struct nxia_call *call, struct nxia_cap *cap, u64 *handle);
int nxia_call_prepare_file(struct nxia_call *call, struct nxia_cap *cap,
			   struct nxia_new_file *new);
int nxia_call_finish_file(struct nxia_call *call, const struct nxia_new_file *new,
			  int err);
long nxia_call_ioctl(struct file *file, unsigned int cmd, unsigned long to);

#endif
