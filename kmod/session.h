/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sessions: capability spaces, and the calls on them.
 */
#ifndef NXIA_SESSION_H
#define NXIA_SESSION_H

#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "cap.h"

/**
 * struct nxia_session - one open of /dev/nxia
 * @id: number, for people
 * @refs: one for the file, one for each netlink request at work on it
 * @user: who opened it, and is charged for what it makes; a reference
 * @caps: handle -> capability, which it holds a reference of
 * @last_handle: the handle that was given last
 * @event_lock: protects @events
 * @events: capabilities about which there is something to tell, oldest first
 * @event_wait: who polls for them
 * @pid: the process that opened it; a reference
 * @comm: its name
 * @remote: it is in a remote domain, and takes no capability without REMOTE
 */
struct nxia_session {
	u32 id;
	refcount_t refs;
	struct nxia_user *user;
	struct xarray caps;
	atomic64_t last_handle;
	spinlock_t event_lock; /* @events */
	struct list_head events;
	wait_queue_head_t event_wait;
	struct pid *pid;
	char comm[TASK_COMM_LEN];
	bool remote;
};

struct nxia_session *nxia_session_create(void);
void nxia_session_close(struct nxia_session *session);
struct nxia_session *nxia_session_find(u32 *id, bool next);
void nxia_session_put(struct nxia_session *session);
unsigned long nxia_session_count(void);
unsigned long nxia_session_caps(struct nxia_session *session);

struct nxia_cap *nxia_session_get(struct nxia_session *session, u64 handle,
				  enum nxia_type type, u64 rights);
struct nxia_cap *nxia_session_next(struct nxia_session *session, u64 *handle);
int nxia_session_install(struct nxia_session *session, struct nxia_cap **caps,
			 unsigned int count);
int nxia_session_drop(struct nxia_session *session, u64 handle);

bool nxia_session_is_device(dev_t number);
bool nxia_session_is_file(const struct file *file);

int nxia_session_init(void);
void nxia_session_exit(void);

#endif
