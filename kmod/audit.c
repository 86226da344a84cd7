// SPDX-License-Identifier: GPL-2.0-only
/*
 * Audit: a numbered record of what was refused, and of each change of policy.
 *
 * Records are kept in a ring, and sent from a work item.  Each event has a number,
 * also one that is not kept because its source has made too many; so what is missing
 * between two numbers is what was lost, and no one has to be told of it apart.
 *
 * Nothing here sleeps or allocates where an event is told: hooks do so under locks
 * of others.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <kunit/visibility.h>

#include "audit.h"
#include "compat.h"
#include "limit.h"
#include "lsm.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* A process may make so many events at once, and then so many in a second. */
#define BURST		200
#define INTERVAL	(NSEC_PER_SEC / 100)

/* Processes that share one of these share its limit, so forking does not help. */
#define SOURCES_ORDER	8

static unsigned int audit_records = 4096;
module_param(audit_records, uint, 0444);
MODULE_PARM_DESC(audit_records, "Audit records that are held");

/* Taken with interrupts off; protects all that follows. */
static DEFINE_SPINLOCK(audit_lock);
static struct nxia_audit_record *ring;
/* How many were ever put into the ring; the next one's place follows from it. */
static u64 kept;
static u64 last_sequence;
static u64 sources[1 << SOURCES_ORDER];
static u32 sources_seed;

static nxia_audit_sender *sender;
/* The first that is to be sent; only the work item and who waits for it use it. */
static u64 unsent = 1;

static void audit_send(struct work_struct *work);
static DECLARE_WORK(audit_work, audit_send);

static struct nxia_audit_record *record_at(u64 index)
{
	u32 place;

	div_u64_rem(index, audit_records, &place);
	return &ring[place];
}

/* A change of policy is always told: only who may change it makes such events. */
static bool within_limit(const struct nxia_audit_event *event)
{
	u64 *source = &sources[hash_32(task_tgid_nr(current) ^ sources_seed,
				       SOURCES_ORDER)];

	return event->kind != NXIA_AUDIT_DENIED ||
	       nxia_limit_take(source, ktime_get_mono_fast_ns(), INTERVAL, BURST);
}

/* Is there to be a record?  If not, this has given the event its number. */
static bool admit(const struct nxia_audit_event *event)
{
	unsigned long flags;
	bool admitted;

	spin_lock_irqsave(&audit_lock, flags);
	admitted = ring && within_limit(event);
	if (!admitted)
		last_sequence++;
	spin_unlock_irqrestore(&audit_lock, flags);
	return admitted;
}

static struct file *current_exe(void)
{
	if (!current->mm || current->flags & PF_KTHREAD)
		return NULL;
	guard(rcu)();
	return get_file_rcu(&current->mm->exe_file);
}

/*
 * The path of the current task's program.  d_path() does not sleep, but takes locks
 * that do not disable interrupts.
 */
static void copy_exe(char *exe, size_t size)
{
	struct file *file;
	char *path;

	exe[0] = 0;
	if (!in_task() || irqs_disabled())
		return;
	file = current_exe();
	if (!file)
		return;
	path = d_path(&file->f_path, exe, size);
	if (IS_ERR(path))
		scnprintf(exe, size, ".../%pD2", file);
	else
		memmove(exe, path, strlen(path) + 1);
	fput(file);
}

static void fill_record(struct nxia_audit_record *record,
			const struct nxia_audit_event *event, const char *exe)
{
	struct nxia_identity source;

	nxia_lsm_identity(current_cred(), &source);
	record->time = ktime_get_real_fast_ns();
	record->tags = event->tags;
	record->kind = event->kind;
	record->pid = task_tgid_nr(current);
	record->uid = from_kuid_munged(&init_user_ns, current_uid());
	record->domain = source.domain;
	record->error = abs(event->error);
	strscpy(record->comm, current->comm, sizeof(record->comm));
	strscpy(record->operation, event->operation ?: "", sizeof(record->operation));
	strscpy(record->target, event->target ?: "", sizeof(record->target));
	strscpy(record->rule, event->rule ?: "", sizeof(record->rule));
	strscpy(record->exe, exe, sizeof(record->exe));
}

/**
 * nxia_audit() - tell of something that the current task did
 * @event: what
 *
 * Never sleeps and never fails: what cannot be kept is counted, as a gap in the
 * numbers of the records.  Context: any but NMI.
 */
void nxia_audit(const struct nxia_audit_event *event)
{
	char exe[sizeof_field(struct nxia_audit_record, exe)];
	struct nxia_audit_record *record;
	unsigned long flags;

	if (event->kind == NXIA_AUDIT_DENIED)
		trace_nxia_denied(event);
	else
		trace_nxia_policy(event);
	if (!admit(event))
		return;
	copy_exe(exe, sizeof(exe));

	spin_lock_irqsave(&audit_lock, flags);
	record = record_at(kept++);
	record->sequence = ++last_sequence;
	fill_record(record, event, exe);
	spin_unlock_irqrestore(&audit_lock, flags);
	schedule_work(&audit_work);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_audit);

/**
 * nxia_audit_sequence() - the number of the newest event, 0 if there was none
 */
u64 nxia_audit_sequence(void)
{
	unsigned long flags;
	u64 sequence;

	spin_lock_irqsave(&audit_lock, flags);
	sequence = last_sequence;
	spin_unlock_irqrestore(&audit_lock, flags);
	return sequence;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_audit_sequence);

/* The index of the oldest record with at least that number, or @kept. */
static u64 find_record(u64 sequence)
{
	u64 low = kept > audit_records ? kept - audit_records : 0, high = kept;

	while (low < high) {
		u64 middle = low + (high - low) / 2;

		if (record_at(middle)->sequence < sequence)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/**
 * nxia_audit_next() - read a record that is still held
 * @sequence: the first number wanted; becomes that behind the record
 * @record: out: the oldest one from there on
 *
 * Return: false if there is none.
 */
bool nxia_audit_next(u64 *sequence, struct nxia_audit_record *record)
{
	unsigned long flags;
	bool found;
	u64 index;

	spin_lock_irqsave(&audit_lock, flags);
	index = find_record(*sequence);
	found = index < kept;
	if (found)
		*record = *record_at(index);
	spin_unlock_irqrestore(&audit_lock, flags);
	if (found)
		*sequence = record->sequence + 1;
	return found;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_audit_next);

static void audit_send(struct work_struct *work)
{
	struct nxia_audit_record record;
	nxia_audit_sender *send;

	while ((send = READ_ONCE(sender)) && nxia_audit_next(&unsent, &record)) {
		send(&record);
		cond_resched();
	}
}

/**
 * nxia_audit_send_to() - have records sent as they come
 * @to: sends one, may sleep; NULL: to no one
 *
 * When this returns, who sent them before does not any more.
 */
void nxia_audit_send_to(nxia_audit_sender *to)
{
	WRITE_ONCE(sender, to);
	if (to)
		schedule_work(&audit_work);
	else
		cancel_work_sync(&audit_work);
}

int nxia_audit_init(void)
{
	if (!audit_records)
		return -EINVAL;
	sources_seed = get_random_u32();
	ring = vzalloc(array_size(audit_records, sizeof(*ring)));
	return ring ? 0 : -ENOMEM;
}

/* No one tells of events any more, but the work item may have been queued. */
void nxia_audit_exit(void)
{
	cancel_work_sync(&audit_work);
	vfree(ring);
}
