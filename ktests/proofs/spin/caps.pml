/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Death in two steps, kmod/cap.c: REVOKE against DERIVE, TRANSFER, RECEIVE, CLOSE,
 * page faults and another REVOKE.
 *
 *	ROOT -- CHILD -+- DERIVED	in the session that holds CHILD
 *	               +- SENT		in flight, then in another session
 *
 * Its owner revokes ROOT; with -DREVOKE_CHILD, one thread revokes CHILD while
 * another one closes it.  What was below when the call began must then be dead and
 * not mapped: guarantee 2 of the ABI.  Those of the switches that take something
 * away must make it fail (tools/wslx/proofs.py).
 */
#define ROOT	0
#define CHILD	1
#define DERIVED	2
#define SENT	3
#define NONE	255

#ifdef REVOKE_CHILD
#define TOP	CHILD
#else
#define TOP	ROOT
#endif

/* Who gets the children of CHILD when it is closed */
#ifdef NO_HEIR
#define HEIR	NONE
#else
#define HEIR	parent[CHILD]
#endif

/* Those that kill. */
#define OWNER	0
#define CLOSER	1
#define OTHER	2

byte parent[4] = NONE;
bool exists[4], error[4], mapped[4];
bool locked;		/* nxia_tree.lock */
bool in_flight;		/* SENT waits for RECEIVE */
byte killer[4] = NONE;	/* who has yet to tell the object */
bool burying[3];	/* between the two steps */

#define BELOW(cap, top)	(parent[cap] == top || (parent[cap] == CHILD && parent[CHILD] == top))

#define DEAD(cap)	(!exists[cap] || error[cap])

inline lock()
{
	atomic { !locked -> locked = true }
}

inline unlock()
{
	locked = false
}

/* Under the lock */
inline kill(cap, by)
{
	d_step { error[cap] = true; parent[cap] = NONE; killer[cap] = by; burying[by] = true }
}

inline kill_below(cap, top, by)
{
	if
	:: BELOW(cap, top) -> kill(cap, by)
	:: else
	fi
}

/* Without it; each at a time of its own */
inline bury(by)
{
	do
	:: atomic { killer[SENT] == by -> mapped[SENT] = false; killer[SENT] = NONE }
	:: atomic { killer[DERIVED] == by -> mapped[DERIVED] = false; killer[DERIVED] = NONE }
	:: atomic { killer[CHILD] == by -> mapped[CHILD] = false; killer[CHILD] = NONE }
	:: else -> break
	od;
	burying[by] = false
}

/* nxia_cap_revoke(), and whether it found its capability alive */
inline revoke(top, by)
{
	lock();
#ifdef NO_CHECK_OF_TOP
	found = true;
#else
	found = !error[top];
#endif
	kill_below(SENT, top, by);
	kill_below(DERIVED, top, by);
	kill_below(CHILD, top, by);
	unlock();
	bury(by)
}

/* nxia_cap_derive() */
inline derive(cap)
{
#ifdef NO_CHECK_AT_LINK
	if
	:: error[CHILD] -> goto done
	:: else
	fi;
#endif
	lock();
	if
#ifdef NO_CHECK_AT_LINK
	:: true ->
#else
	:: !error[CHILD] ->
#endif
		d_step { parent[cap] = CHILD; exists[cap] = true }
	:: else
	fi;
	unlock()
}

init
{
	atomic {
		parent[CHILD] = ROOT;
		exists[ROOT] = true;
		exists[CHILD] = true;
		run Deriver();
		run Sender();
		run Receiver();
		run Closer();
		run Owner();
		run Other();
		run Faults()
	}
}

proctype Deriver()
{
	derive(DERIVED);
done:	skip
}

proctype Sender()
{
	derive(SENT);
	in_flight = exists[SENT];
done:	skip
}

/* It installs what it got, dead or alive; or nothing was sent. */
proctype Receiver()
{
end:	atomic { in_flight -> in_flight = false }
}

/* nxia_cap_close() */
proctype Closer()
{
	lock();
	if
	:: !error[CHILD] ->
		d_step {
			if
			:: parent[SENT] == CHILD -> parent[SENT] = HEIR
			:: else
			fi;
			if
			:: parent[DERIVED] == CHILD -> parent[DERIVED] = HEIR
			:: else
			fi
		}
		kill(CHILD, CLOSER)
	:: else
	fi;
	unlock();
	bury(CLOSER)
}

/* Another one that revokes the same */
proctype Other()
{
	bool found;

	revoke(TOP, OTHER)
}

proctype Owner()
{
	bool found, sent, derived, child;

	d_step {
		sent = BELOW(SENT, TOP);
		derived = BELOW(DERIVED, TOP);
		child = BELOW(CHILD, TOP)
	}
	revoke(TOP, OWNER);
#ifndef NO_WAIT_FOR_BURIALS
	/* What others had killed before is to be told, too. */
	!burying[CLOSER];
	!burying[OTHER];
#endif
	assert(!found || !child || (error[CHILD] && !mapped[CHILD]));
	assert(!found || !sent || (error[SENT] && !mapped[SENT]));
	assert(!found || !derived || (error[DERIVED] && !mapped[DERIVED]));
	/* Nor is there anything new: nobody derives from ROOT itself. */
	assert(TOP == CHILD || (error[CHILD] && DEAD(SENT) && DEAD(DERIVED)))
}

/* Of whoever has mapped a capability: under the lock that bury() has, too. */
inline fault(cap)
{
#ifdef FAULT_WITHOUT_LOCK
	exists[cap] && !error[cap] && !mapped[cap] -> mapped[cap] = true
#else
	atomic { exists[cap] && !error[cap] && !mapped[cap] -> mapped[cap] = true }
#endif
}

proctype Faults()
{
end:
	do
	:: fault(CHILD)
	:: fault(DERIVED)
	:: fault(SENT)
	od
}
