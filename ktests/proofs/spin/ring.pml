/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One direction of a channel: a producer that sleeps for space, a consumer that
 * sleeps for data, and what wakes them.
 *
 *	Producer	Consumer	Bystander, another thread of the consumer
 *	    |  index[PRODUCER]  |		|
 *	    |  want[PRODUCER]   | want[CONSUMER]|
 *	    +------ memory, behind a store buffer for each of the three
 *
 * A store becomes visible at any later time, in any order with the thread's stores
 * to other words, unless a barrier comes between.  That is weaker than what any
 * processor does to release stores.  Loads are in order; the litmus tests are
 * about theirs.  Data has no content here: what an index says is there, is.
 *
 * Checked in every state: no wake-up is lost (Monitor), no impossible index is
 * seen, what WAIT returns is so.  At every end: no deadlock.  With -DPROGRESS
 * instead: no fair run in which the consumer stops getting data.  Those of the
 * switches that take something away must make it fail (tools/wslx/proofs.py).
 */
#ifndef SIZE
#define SIZE	2	/* bytes of the ring */
#endif
#define MODULUS	(2 * SIZE + 1)	/* of indices; the real ones have 2^64 */

/* What there is beside two ends that sleep in WAIT. */
#ifndef WANTS
#define WANTS	false	/* they ask for more than a byte */
#endif
#ifndef TIMEOUTS
#define TIMEOUTS	false
#endif
#ifndef EPOLL
#define EPOLL	false	/* the consumer uses epoll, too */
#endif
#ifndef NOISE
#define NOISE	false	/* a wake-up for no reason, once */
#endif
#ifndef DEATH
#define DEATH	false	/* REVOKE, CLOSE or SIGKILL ends an end */
#endif

/* Threads.  The first two are the ends of the channel, too. */
#define PRODUCER	0
#define CONSUMER	1
#define BYSTANDER	2
#define END_OF(t)	(t == PRODUCER -> PRODUCER : CONSUMER)
#define PEER_OF(t)	(t == PRODUCER -> CONSUMER : PRODUCER)

#define USED(start, end)	((end + MODULUS - start) % MODULUS)
#define LEAST(a, b)		(a < b -> a : b)

/*
 * Memory
 */

#define NONE	255

byte index[2], want[2];		/* of the page that the end writes */
byte late_index[2] = NONE;	/* stored by the thread, not yet visible */
byte late_want[3] = NONE;

/* What a thread of @e itself, or anyone else, loads. */
#define OWN_INDEX(e)	(late_index[e] != NONE -> late_index[e] : index[e])
#define LOAD_INDEX(t, e)	(t == e -> OWN_INDEX(e) : index[e])
#define LOAD_WANT(t)	(late_want[t] != NONE -> late_want[t] : want[END_OF(t)])

inline drain_index(t)
{
	if
	:: late_index[t] != NONE -> index[t] = late_index[t]; late_index[t] = NONE
	:: else
	fi
}

inline drain_want(t)
{
	if
	:: late_want[t] != NONE -> want[END_OF(t)] = late_want[t]; late_want[t] = NONE
	:: else
	fi
}

inline full_barrier(t)
{
	atomic {
		drain_want(t);
		if
		:: t != BYSTANDER -> drain_index(END_OF(t))
		:: else
		fi
	}
}

active proctype Memory()
{
end:
	do
	:: atomic { late_index[PRODUCER] != NONE -> drain_index(PRODUCER) }
	:: atomic { late_index[CONSUMER] != NONE -> drain_index(CONSUMER) }
	:: atomic { late_want[PRODUCER] != NONE -> drain_want(PRODUCER) }
	:: atomic { late_want[CONSUMER] != NONE -> drain_want(CONSUMER) }
	:: atomic { late_want[BYSTANDER] != NONE -> drain_want(BYSTANDER) }
	od
}

/*
 * The kernel: wait queues, errors, readiness
 */

#define AWAKE		0
#define IN_WAIT		1
#define IN_EPOLL	2

byte asleep[3];
bool queued[3], runnable[3];	/* by prepare_to_wait() */
bool watched, event;		/* the consumer's end, by an epoll; it was woken */

bool error[2], unmapped[2], gone[2];
bool telling[2];	/* whoever ends the end has not yet woken all */
byte disarming;		/* threads that have taken a want back and not yet woken the others */
bool owes[2];		/* the thread has moved its index and not yet rung if need be */

inline wake_thread(t)
{
	if
	:: queued[t] -> queued[t] = false; runnable[t] = true
	:: else
	fi
}

inline wake_up(e)
{
	atomic {
		if
		:: e == PRODUCER -> wake_thread(PRODUCER)
		:: else ->
			wake_thread(CONSUMER);
			wake_thread(BYSTANDER);
			event = watched
		fi
	}
}

inline prepare_to_wait(t)
{
	atomic { queued[t] = true; runnable[t] = false; full_barrier(t) }
}

inline finish_wait(t)
{
	atomic { queued[t] = false; runnable[t] = false }
}

#define HAS(t, used)	(END_OF(t) == CONSUMER -> used : SIZE - used)

/* look(): sets @ready and how much was @asked for. */
inline look(t)
{
	d_step { first = LOAD_INDEX(t, CONSUMER); last = LOAD_INDEX(t, PRODUCER) }
	atomic {
		start = LOAD_INDEX(t, CONSUMER);
		if
		:: USED(start, last) <= SIZE -> used = USED(start, last)
		:: else -> assert(start != first); used = 0
		fi;
		asked = LOAD_WANT(t);
		asked = (asked == 0 || END_OF(t) == CONSUMER && gone[PRODUCER] -> 1 : LEAST(asked, SIZE));
		ready = HAS(t, used) >= asked;
		first = 0; last = 0; start = 0; used = 0; asked = 0
	}
}

inline arm(t)
{
#ifndef NO_ARM
	/* cmpxchg(): one that fails orders nothing. */
	atomic {
		if
		:: LOAD_WANT(t) == 0 -> full_barrier(t); want[END_OF(t)] = 1
		:: else
		fi
	}
#endif
#ifndef NO_SLEEPER_BARRIER
	full_barrier(t)
#endif
}

inline look_and_arm(t)
{
	look(t);
	if
	:: ready
	:: else ->
		arm(t);
#ifndef NO_SECOND_LOOK
		look(t)
#endif
	fi
}

inline disarm(t)
{
#ifdef NO_WAKE_OF_OTHERS
	late_want[t] = 0
#else
	atomic { disarming++; late_want[t] = 0; full_barrier(t) }
	atomic { wake_up(END_OF(t)); disarming-- }
#endif
}

#define NOTHING		0	/* to return yet */
#define READY		1
#define EPIPE		2
#define EREVOKED	3
#define ETIMEDOUT	4

inline wait_look(t)
{
	answer = NOTHING;
#ifndef GONE_AFTER_LOOK
	over = gone[PEER_OF(t)];
#endif
	if
	:: error[END_OF(t)] -> answer = EREVOKED
	:: else ->
		look_and_arm(t);
#ifdef GONE_AFTER_LOOK
		over = gone[PEER_OF(t)];
#endif
		atomic {
			answer = (ready -> READY : (over -> EPIPE : NOTHING));
			ready = false; over = false
		}
	fi
}

/* wait_ready(), and what it returns as @answer */
inline wait_ready(t)
{
	do
	:: true ->
#ifdef LOOK_BEFORE_QUEUEING
		wait_look(t);
		prepare_to_wait(t);
#else
		prepare_to_wait(t);
		wait_look(t);
#endif
		if
		:: answer != NOTHING -> break
		:: answer == NOTHING && expired -> answer = ETIMEDOUT; break
		:: else
		fi;
		asleep[t] = IN_WAIT;
		atomic {
			if
			:: runnable[t]
			:: limited -> expired = true
			fi;
			asleep[t] = AWAKE
		}
	od;
	expired = false; limited = false;
	finish_wait(t);
	disarm(t)
}

/* epoll_wait() on the consumer's end, level-triggered or not */
inline epoll_wait(level)
{
	do
	:: true ->
		asleep[CONSUMER] = IN_EPOLL;
		atomic { event -> event = false; asleep[CONSUMER] = AWAKE }
		if
		:: error[CONSUMER] -> answer = EREVOKED; break
		:: else
		fi;
		look_and_arm(CONSUMER);
		if
		:: ready || gone[PRODUCER] -> event = level; answer = READY; break
		:: else
		fi
	od;
	ready = false; epoll = false
}

/* What a side does after it has moved its index, which it knows. */
inline ring(t, used)
{
#ifndef NO_RINGER_BARRIER
	full_barrier(t);
#endif
	asked = want[PEER_OF(t)];
	atomic {
		if
		:: asked != 0 && HAS(PEER_OF(t), used) >= LEAST(asked, SIZE) -> must = true
		:: else
		fi;
		asked = 0
	}
	if
	:: must && !error[t] && !gone[PEER_OF(t)] -> wake_up(PEER_OF(t))
	:: else
	fi;
	must = false;
	owes[t] = false
}

/* REVOKE, CLOSE or death: once for each end. */
inline end_dies(e)
{
	atomic {
		if
		:: !error[e] && !telling[e] -> telling[e] = true; mine = true
		:: else
		fi
	}
	if
	:: mine ->
#ifdef WAKE_BEFORE_ERROR
		wake_up(e);
		wake_up(PEER_OF(e));
#endif
		error[e] = true;
		/* No store of the end follows. */
		atomic { drain_index(e); drain_want(e); unmapped[e] = true }
		gone[e] = true;
#ifndef WAKE_BEFORE_ERROR
		wake_up(e);
		wake_up(PEER_OF(e));
#endif
		atomic { telling[e] = false; mine = false }
	:: else
	fi
}


/*
 * The threads
 */

#define LOCALS	byte first, last, start, used, asked, answer; bool ready, over, limited, epoll, expired, must, mine

/* One end may ask for all at once; if both did, neither might ever get it. */
#ifdef PRODUCER_WANTS_ALL
#define MOST(t)	(t == PRODUCER -> SIZE : 1)
#else
#define MOST(t)	(t == CONSUMER -> SIZE : 1)
#endif

/* In user space, before it sleeps: nothing, or a want of its own. */
inline may_want(t)
{
	if
	:: true
	:: WANTS -> late_want[t] = MOST(t)
	fi
}

active proctype Producer()
{
	byte produced;
	LOCALS;

	do
	:: atomic {
		!unmapped[PRODUCER] && USED(index[CONSUMER], produced) < SIZE ->
		produced = (produced + 1) % MODULUS;
		late_index[PRODUCER] = produced;
		owes[PRODUCER] = true
	   }
	:: owes[PRODUCER] -> ring(PRODUCER, USED(index[CONSUMER], produced))
	:: !owes[PRODUCER] && USED(index[CONSUMER], produced) == SIZE ->
		may_want(PRODUCER);
		if
		:: limited = false
		:: TIMEOUTS -> limited = true
		fi;
		wait_ready(PRODUCER);
		assert(answer != READY || USED(index[CONSUMER], produced) < SIZE);
		if
		:: answer == EPIPE || answer == EREVOKED -> break
		:: else
		fi
	:: unmapped[PRODUCER] -> break	/* SIGBUS */
	od;
	owes[PRODUCER] = false;
	end_dies(PRODUCER)
}

active proctype Consumer()
{
	byte consumed;
	LOCALS;

	atomic { watched = EPOLL; event = EPOLL }
	do
	:: atomic {
		!unmapped[CONSUMER] && USED(consumed, index[PRODUCER]) > 0 ->
		consumed = (consumed + 1) % MODULUS;
		late_index[CONSUMER] = consumed;
		owes[CONSUMER] = true
	   }
progress:	skip
	:: owes[CONSUMER] -> ring(CONSUMER, USED(consumed, index[PRODUCER]))
	:: !owes[CONSUMER] && USED(consumed, index[PRODUCER]) < SIZE ->
		may_want(CONSUMER);
		if
		:: limited = false
		:: TIMEOUTS -> limited = true
		:: EPOLL -> epoll = true
		fi;
		if
		:: epoll -> epoll_wait(true)
		:: else -> wait_ready(CONSUMER)
		fi;
		assert(answer != READY || gone[PRODUCER] || USED(consumed, index[PRODUCER]) > 0);
		assert(answer != EPIPE || USED(consumed, index[PRODUCER]) == 0);
		if
		:: answer == EPIPE || answer == EREVOKED -> break
		:: answer == READY && gone[PRODUCER] && USED(consumed, index[PRODUCER]) == 0 -> break
		:: else
		fi
	:: unmapped[CONSUMER] -> break
	od;
	owes[CONSUMER] = false;
	end_dies(CONSUMER)
}

#ifdef BYSTANDERS
active proctype Bystander()
{
	LOCALS;

	wait_ready(BYSTANDER)
}
#endif

active proctype Revoker()
{
	bool mine;

	if
	:: DEATH -> end_dies(PRODUCER)
	:: DEATH -> end_dies(CONSUMER)
	:: else
	fi
}

active proctype Noise()
{
	if
	:: NOISE -> wake_up(PRODUCER)
	:: NOISE -> wake_up(CONSUMER)
	:: else
	fi
}

#define STUCK(t)	((asleep[t] == IN_WAIT && !runnable[t]) || (asleep[t] == IN_EPOLL && !event))
#define ASKED(t)	(want[END_OF(t)] == 0 -> 1 : LEAST(want[END_OF(t)], SIZE))
#define SATISFIED(t)	(HAS(t, USED(index[CONSUMER], index[PRODUCER])) >= ASKED(t) && !owes[PEER_OF(t)])
#define QUIET		(!telling[PRODUCER] && !telling[CONSUMER] && !disarming)
#define OVER		(error[PRODUCER] || error[CONSUMER])
#define LOST(t)		(STUCK(t) && QUIET && (OVER || SATISFIED(t)))

#ifndef PROGRESS
active proctype Monitor()
{
end:
	if
	:: atomic { LOST(PRODUCER) || LOST(CONSUMER) || LOST(BYSTANDER) -> assert(false) }
	fi
}
#endif
