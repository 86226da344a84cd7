/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * NXIA: capabilities and channels between processes.
 *
 * This file is the reference of the ABI.
 *
 * Objects
 * -------
 *
 * Each open of /dev/nxia is a *session*: a space of capabilities that is
 * shared with no other open.  A *capability* is an object, the rights over it
 * and a badge; a session names it by a 64-bit *handle*, which is never 0 and is
 * never used again within the life of the session.
 *
 * An *endpoint* is where a service receives connections.  CONNECT on it makes
 * a *channel*: two rings in pages that the kernel allocates, one ring for each
 * direction, with one *end* in the session of the client and the other in the
 * session that ACCEPTs.
 *
 * A *region* is shared memory, which FREEZE makes immutable for good.  A *scope*
 * is a key in the kernel, under which SEAL and UNSEAL encrypt and decrypt.
 *
 * Every capability but the first of an object is derived from another: by
 * DERIVE, by TRANSFER, by IMPORT, by BOOTSTRAP, by CONNECT (the end of the
 * client) or by ACCEPT (the end of the server).  These derivations form a tree
 * across sessions.  Guarantees:
 *
 *  1. Rights only shrink from parent to child.
 *  2. When REVOKE returns, every descendant is dead in every session and in
 *     flight: calls that waited on it have been woken and its mappings are
 *     gone (an access raises SIGBUS).  Its handle answers EKEYREVOKED until
 *     it is CLOSEd.
 *  3. CLOSE gives the children of the capability to its parent, so that an
 *     ancestor can still revoke them.
 *  4. A session that ends, however it ends, closes all that it holds.  It ends
 *     when the last descriptor of its file is closed: who is handed such a
 *     descriptor (fork, SCM_RIGHTS) acts with the session's capabilities, and
 *     what it makes is charged to the user who opened the session.
 *  5. Connections to an endpoint wait while a session holds a capability with
 *     NXIA_RIGHT_READ to it; one in flight does not count.  When the last one
 *     goes, those that wait see their peer gone.  Accepted channels outlive it.
 *
 * Calls
 * -----
 *
 * All calls are ioctls.  Those with a ``handle`` go to the session's file;
 * NOTIFY, WAIT, NOTIFY_WAIT and SHUTDOWN go to the file of a channel end.  The structure
 * of a call may grow at its end: the number of the ioctl carries the size that
 * the caller knows, shorter ones are filled up with zeros and longer ones are
 * taken if what this kernel does not know is zero.  The layout is the same for
 * 32-bit callers.
 *
 * Labels: a session, and the files of its capabilities, are for tasks that policy treats
 * alike.  After an exec into another domain, and for who is handed the descriptor, each
 * call on them fails with EACCES, mmap() too, and poll() tells EPOLLERR.
 *
 * Errors that every call can return:
 *
 *  - ENOTTY: this kernel has no call of that number (on this kind of file).
 *  - EFAULT: the argument cannot be read or written.  Unless the call says
 *    otherwise, nothing has changed.
 *  - EINVAL: the structure is smaller than in the first version of this ABI, a
 *    flag is unknown, or a reserved field is not zero.
 *  - E2BIG: the structure is longer than what this kernel knows, and the rest
 *    is not zero.
 *
 * Errors that every call with a handle can return:
 *
 *  - EBADF: the session holds no capability at that handle.
 *  - EKEYREVOKED: the capability was revoked.
 *  - ENOTTY: the object is not of the kind that the call needs.
 *  - EPERM: the capability lacks a right that the call needs.
 *
 * Errors that every call which makes something can return:
 *
 *  - EDQUOT: a limit of the user who opened the session is reached (module
 *    parameters max_caps, max_objects, max_pages), or the parent has as many
 *    children (max_children) or ancestors (max_depth) as are allowed.
 *  - ENOMEM, EMFILE, ENFILE: as everywhere.
 */
#ifndef _UAPI_LINUX_NXIA_H
#define _UAPI_LINUX_NXIA_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** define NXIA_ABI_VERSION - rises with each release that adds to the ABI */
#define NXIA_ABI_VERSION	1

/** define NXIA_NAME_MAX - bytes of the name of a tag, domain or service, with its 0 */
#define NXIA_NAME_MAX		32

/**
 * DOC: Rights
 *
 * ========  =================================  ============================
 * right     on an endpoint                     on a channel end
 * ========  =================================  ============================
 * CONNECT   CONNECT
 * READ      ACCEPT; poll for pending           map the peer's half, WAIT for
 *           connections                        data, RECEIVE
 * WRITE                                        map the own half, WAIT for
 *                                              space, TRANSFER over it
 * MAP                                          mmap
 * ========  =================================  ============================
 *
 * ========  =================================  ============================
 * right     on a region                        on a scope
 * ========  =================================  ============================
 * READ      map for reading
 * WRITE     map for writing; FREEZE
 * MAP       mmap
 * SEAL                                         SEAL
 * UNSEAL                                       UNSEAL
 * ========  =================================  ============================
 *
 * Endpoints, regions and scopes also have: DERIVE for DERIVE; TRANSFER to be the
 * subject of TRANSFER or IMPORT; REVOKE for REVOKE; INSPECT for WATCH, and for
 * the number of descendants in QUERY; REMOTE to be held by a session of a remote
 * domain.
 *
 * A right that the object cannot use is refused with EINVAL.  A channel end
 * belongs to its session: it can be neither derived nor transferred.
 */
#define NXIA_RIGHT_CONNECT	(1ULL << 0)
#define NXIA_RIGHT_READ		(1ULL << 1)
#define NXIA_RIGHT_WRITE	(1ULL << 2)
#define NXIA_RIGHT_MAP		(1ULL << 3)
#define NXIA_RIGHT_DERIVE	(1ULL << 4)
#define NXIA_RIGHT_TRANSFER	(1ULL << 5)
#define NXIA_RIGHT_REVOKE	(1ULL << 6)
#define NXIA_RIGHT_REMOTE	(1ULL << 7)
#define NXIA_RIGHT_SEAL		(1ULL << 8)
#define NXIA_RIGHT_UNSEAL	(1ULL << 9)
#define NXIA_RIGHT_INSPECT	(1ULL << 10)

#define NXIA_RIGHTS_COMMON                                                     \
	(NXIA_RIGHT_DERIVE | NXIA_RIGHT_TRANSFER | NXIA_RIGHT_REVOKE |         \
	 NXIA_RIGHT_REMOTE | NXIA_RIGHT_INSPECT)
#define NXIA_RIGHTS_ENDPOINT                                                   \
	(NXIA_RIGHTS_COMMON | NXIA_RIGHT_CONNECT | NXIA_RIGHT_READ)
#define NXIA_RIGHTS_CHANNEL                                                    \
	(NXIA_RIGHT_READ | NXIA_RIGHT_WRITE | NXIA_RIGHT_MAP)
#define NXIA_RIGHTS_REGION                                                     \
	(NXIA_RIGHTS_COMMON | NXIA_RIGHT_READ | NXIA_RIGHT_WRITE |             \
	 NXIA_RIGHT_MAP)
#define NXIA_RIGHTS_SCOPE                                                      \
	(NXIA_RIGHTS_COMMON | NXIA_RIGHT_SEAL | NXIA_RIGHT_UNSEAL)

/**
 * enum nxia_type - kinds of object
 * @NXIA_TYPE_ENDPOINT: where a service receives connections
 * @NXIA_TYPE_CHANNEL: one end of a channel
 * @NXIA_TYPE_REGION: shared memory, or a part of it
 * @NXIA_TYPE_SCOPE: a key in the kernel
 */
enum nxia_type {
	NXIA_TYPE_ENDPOINT = 1,
	NXIA_TYPE_CHANNEL = 2,
	NXIA_TYPE_REGION = 3,
	NXIA_TYPE_SCOPE = 4,
};

/**
 * DOC: The rings of a channel
 *
 * An end has two *halves* to map from its file.  It writes its own half, and
 * only reads that of its peer; what is the own half of one is the peer's half
 * of the other.  So each page has one writer.
 *
 * A half is, in this order::
 *
 *	producer page	struct nxia_index of the ring that the half's owner sends in
 *	consumer page	struct nxia_index of the ring that the half's owner receives from
 *	data		the ring that the half's owner sends in, size bytes
 *	data		the same pages once more: a message never wraps
 *
 * mmap() takes a half whole: MAP_SHARED, offset %NXIA_MMAP_OWN with PROT_READ
 * | PROT_WRITE and length 2 pages + 2 * tx_size, or offset %NXIA_MMAP_PEER with
 * PROT_READ and length 2 pages + 2 * rx_size.  The mapping of the peer's half
 * cannot be made writable.  Neither can be executed, inherited by fork(),
 * grown by mremap(), dumped to a core file or pinned (O_DIRECT, vmsplice,
 * process_vm_writev fail with EFAULT).  Errors of mmap():
 *
 *  - EINVAL: another offset, length or MAP_PRIVATE.
 *  - EACCES: PROT_WRITE on the peer's half, or PROT_EXEC (EPERM where the kernel
 *    has anonymous files noexec).
 *  - EPERM: the capability lacks MAP, or READ for the peer's half, or WRITE for
 *    the own one.
 *  - EKEYREVOKED, EBADF: the capability was revoked, or closed.
 *
 * Indices count bytes since the channel was made and run freely; the place of
 * index i in the data is i modulo size.  The producer stores to ``index`` of
 * its producer page with release semantics after the data is written, the
 * consumer to ``index`` of its consumer page after it has read.  Each loads the
 * other's index with acquire semantics.  The bytes used are producer index
 * minus consumer index; more than size is impossible, and whoever sees it
 * treats the channel as poisoned.  What is in the data is for the two ends to
 * agree.  The peer can change data, index and want at any time: copy first,
 * then check the copy.
 *
 * Sleep and wake: ``want`` tells the other side that its owner sleeps, and for
 * how many bytes: of data in a consumer page, of space in a producer page; 0
 * while awake.  A producer that has stored its index executes a full memory
 * barrier, loads the consumer's ``want`` and calls NOTIFY if it is not 0 and at
 * least that many bytes are used; a consumer does likewise with the producer's
 * ``want`` and the bytes that are free.  A want beyond size means size.
 *
 * The kernel sets ``want`` to 1 where it is 0 when WAIT or poll() is about to
 * report that there is nothing, and looks at the indices again afterwards; so
 * neither can miss a message.  WAIT sets it back to 0 when it returns, poll()
 * does not.  All who wait on one end share its ``want``; when WAIT takes it back,
 * the others look and set it again.  Whoever uses edge-triggered epoll, and sets
 * ``want`` to 0 while it works, must set it again, execute a full memory barrier,
 * and look at the ring once more before it sleeps.
 */

/**
 * struct nxia_index - start of a producer page or consumer page
 * @index: bytes produced or consumed since the channel was made
 * @reserved1: 0
 * @want: bytes (of space or of data) that the owner of the page waits for, or 0
 * @reserved2: 0
 *
 * The rest of the page is reserved and stays zero.  The two words have a cache
 * line each.
 */
struct nxia_index {
	__u64 index;
	__u64 reserved1[7];
	__u64 want;
	__u64 reserved2[7];
};

#define NXIA_MMAP_OWN	0ULL
#define NXIA_MMAP_PEER	(1ULL << 40)

/**
 * DOC: The memory of a region
 *
 * mmap() on a file of the capability takes any part of its range, in pages,
 * MAP_SHARED; offset 0 is where the range begins.  As with rings the mapping is
 * not executable, not inherited by fork(), not dumped, and cannot be grown or
 * pinned.  A region of 2 MiB and more is mapped by huge pages where the kernel
 * has them to give (and transparent huge pages are not off).  Errors of mmap():
 *
 *  - EINVAL: beyond the range, or MAP_PRIVATE.
 *  - EACCES: PROT_EXEC (EPERM where the kernel has anonymous files noexec).
 *  - EPERM: the capability lacks MAP, or READ, or WRITE for PROT_WRITE.
 *  - EACCES: also if labels do not let the caller read (or, with PROT_WRITE, write) what
 *    the maker of the region has in it.
 *  - EROFS: PROT_WRITE, and the region is frozen.
 *  - EKEYREVOKED, EBADF: the capability was revoked, or closed.
 *
 * Once FREEZE has returned, no one can change the memory any more, the kernel's
 * own system calls on behalf of someone included: who maps it for reading may
 * parse it in place.  Writing to it, through a mapping made before, raises
 * SIGBUS.
 */

/**
 * DOC: Files
 *
 * CONNECT, ACCEPT and FD give a file descriptor (close-on-exec) that stands for
 * a capability of the session.  Handed to another process (fork, SCM_RIGHTS) it
 * does there what it does here; with TRANSFER among the rights, IMPORT makes a
 * capability of the other's session from it.  It holds the capability's memory, not its
 * authority: once the capability is closed or revoked, calls on the file fail
 * with EBADF or EKEYREVOKED, and closing the file does not close the
 * capability.  What is closed stays charged to its user until the last file that
 * stands for it is closed too.  poll(), epoll and io_uring's poll work on it:
 *
 *  - channel end: EPOLLIN while data (at least the ``want`` of the consumer
 *    page, at least 1 byte) or a peer's close or SHUTDOWN is to be seen,
 *    EPOLLOUT while there is space (likewise), EPOLLRDHUP once the peer has
 *    called SHUTDOWN, EPOLLHUP once it is gone, EPOLLERR when the channel is
 *    poisoned or the capability is dead.
 *  - endpoint: EPOLLIN while a connection waits for ACCEPT (needs READ, else
 *    EPOLLERR), EPOLLERR when the capability is dead.
 *
 * The session's own file: EPOLLIN while EVENT has something to tell.
 *
 * io_uring: a channel end also takes IORING_OP_URING_CMD with %NXIA_IOC_NOTIFY,
 * %NXIA_IOC_WAIT or %NXIA_IOC_NOTIFY_WAIT as its cmd_op and, for the latter two, a
 * struct nxia_wait in the 16 bytes of cmd, with @ready 0.  The result is a
 * negative errno, or for a wait the flags that it would give as @ready.  A
 * wait that cannot be answered at once occupies a worker of the ring, is ended
 * by IORING_OP_ASYNC_CANCEL, and is never restarted.
 */

/**
 * struct nxia_info - what this kernel offers and how much of it is used
 * @abi_version: out: %NXIA_ABI_VERSION of the module
 * @flags: out: %NXIA_INFO_ENFORCING if the kernel has the LSM shim and labels
 *	are enforced beyond NXIA's own objects; %NXIA_INFO_REGISTRY if there is a
 *	registry, so that BOOTSTRAP would work
 * @session: out: number of the session, as nxiactl shows it
 * @transfer_max: out: most capabilities in one TRANSFER
 * @ring_min: out: smallest size of a ring in bytes (the page size)
 * @ring_max: out: largest size of a ring in bytes
 * @max_caps: out: most capabilities of the session's user
 * @max_objects: out: most objects of the session's user
 * @max_pages: out: most pages in rings and regions of the session's user
 * @caps: out: capabilities that the session's user holds now
 * @objects: out: objects that the session's user has now
 * @pages: out: pages in rings and regions of the session's user now
 */
struct nxia_info {
	__u32 abi_version;
	__u32 flags;
	__u32 session;
	__u32 transfer_max;
	__u64 ring_min;
	__u64 ring_max;
	__u64 max_caps;
	__u64 max_objects;
	__u64 max_pages;
	__u64 caps;
	__u64 objects;
	__u64 pages;
};

#define NXIA_INFO_ENFORCING	(1U << 0)
#define NXIA_INFO_REGISTRY	(1U << 1)

/**
 * struct nxia_bootstrap - a first capability: CONNECT to the registry
 * @flags: in: 0
 * @reserved: in: 0
 * @handle: out: capability with %NXIA_RIGHT_CONNECT and badge 0
 *
 * Each call derives another one from the registry's own.  In a remote domain it has
 * %NXIA_RIGHT_REMOTE too.
 *
 * Errors:
 *
 *  - ENXIO: there is no registry now (its service is not running).
 *  - EPERM: the session is one of a remote domain, and the registry's endpoint has no
 *    REMOTE.
 */
struct nxia_bootstrap {
	__u32 flags;
	__u32 reserved;
	__u64 handle;
};

/**
 * struct nxia_endpoint_create - make an endpoint
 * @flags: in: 0 or %NXIA_ENDPOINT_REGISTRY, which makes it the one that
 *	BOOTSTRAP leads to; needs CAP_MAC_ADMIN in the initial user namespace.  Programs
 *	of every label may connect to it if its maker is in a domain with
 *	%NXIA_DOMAIN_AUTHORITY: that is trusted not to tell one what another said
 * @backlog: in: connections that may wait for ACCEPT, 1 to %NXIA_BACKLOG_MAX
 * @rights: in: rights over it, of %NXIA_RIGHTS_ENDPOINT
 * @handle: out: the capability, with badge 0
 *
 * Errors:
 *
 *  - EINVAL: @backlog is out of range, or @rights has none or others, or lacks
 *    CONNECT for a registry.
 *  - EPERM: %NXIA_ENDPOINT_REGISTRY without CAP_MAC_ADMIN.
 *  - EBUSY: %NXIA_ENDPOINT_REGISTRY while there is a registry.
 */
struct nxia_endpoint_create {
	__u32 flags;
	__u32 backlog;
	__u64 rights;
	__u64 handle;
};

#define NXIA_ENDPOINT_REGISTRY	(1U << 0)
#define NXIA_BACKLOG_MAX	1024

/**
 * struct nxia_connect - make a channel to an endpoint
 * @endpoint: in: handle of the endpoint; needs CONNECT
 * @flags: in: 0
 * @fd: out: file of the new end
 * @tx_size: in: bytes of the ring to the server: a power of two, from
 *	nxia_info.ring_min to nxia_info.ring_max
 * @rx_size: in: bytes of the ring from the server, likewise
 * @handle: out: the new end, with %NXIA_RIGHTS_CHANNEL and the badge of
 *	@endpoint; derived from @endpoint
 *
 * Does not wait for the server: the client can write at once.  If no one
 * accepts it the client sees its peer gone, once no one is left who could.  If
 * the client goes before, the connection is dropped.  The pages are charged to
 * the client.
 *
 * Errors:
 *
 *  - EINVAL: a size is not a power of two or out of range.
 *  - ECONNREFUSED: no one is left who could accept.
 *  - EAGAIN: as many connections wait as the endpoint's backlog allows.
 *  - EACCES: labels do not let information flow both ways between the caller and
 *    the maker of the endpoint.
 */
struct nxia_connect {
	__u64 endpoint;
	__u32 flags;
	__s32 fd;
	__u64 tx_size;
	__u64 rx_size;
	__u64 handle;
};

/**
 * struct nxia_accept - take the oldest connection that waits
 * @endpoint: in: handle of the endpoint; needs READ
 * @flags: in: 0
 * @fd: out: file of the new end
 * @tx_size: out: bytes of the ring to the client
 * @rx_size: out: bytes of the ring from the client
 * @handle: out: the new end, with %NXIA_RIGHTS_CHANNEL, derived from @endpoint
 * @badge: out: badge of the capability that the client connected with
 * @label: out: label of the client when it connected (0: none)
 * @domain: out: domain of the client when it connected (0: none)
 * @pid: out: the client's process, in the pid namespace of the caller; 0 if it
 *	is not there
 * @uid: out: effective user of the client when it connected, in the user
 *	namespace of the caller (the overflow uid where it has none)
 * @reserved: in: 0
 *
 * Never waits: poll() the file that FD gives.  A client that labels do not let exchange
 * information with the caller sees its peer gone.
 *
 * Errors:
 *
 *  - EAGAIN: no connection waits.
 *  - EDQUOT, EMFILE, ENFILE, ENOMEM: the connection still waits.
 *  - EFAULT: @handle etc. could not be written; the connection that was taken
 *    is closed.
 */
struct nxia_accept {
	__u64 endpoint;
	__u32 flags;
	__s32 fd;
	__u64 tx_size;
	__u64 rx_size;
	__u64 handle;
	__u64 badge;
	__u64 label;
	__u32 domain;
	__s32 pid;
	__u32 uid;
	__u32 reserved;
};

/**
 * struct nxia_derive - make a child of a capability
 * @parent: in: handle; needs DERIVE
 * @rights: in: rights of the child, at least one, none that the parent lacks
 * @badge: in: badge of the child; 0 keeps the parent's
 * @flags: in: 0
 * @reserved: in: 0
 * @handle: out: the child
 * @offset: in: of a region: where the child's range begins, in bytes from where
 *	the parent's does; a multiple of the page size
 * @length: in: of a region: bytes of the child's range, a multiple of the page
 *	size; 0, with @offset 0, keeps the parent's range
 *
 * Errors:
 *
 *  - EINVAL: @rights is 0 or has rights that the object cannot use; @offset and
 *    @length are not a range of pages within the parent's, or not 0 for what is
 *    no region.
 *  - EPERM: @rights has rights that the parent lacks, or @badge is another than
 *    the one that the parent has.
 */
struct nxia_derive {
	__u64 parent;
	__u64 rights;
	__u64 badge;
	__u32 flags;
	__u32 reserved;
	__u64 handle;
	__u64 offset;
	__u64 length;
};

/**
 * struct nxia_transfer_cap - one capability of a TRANSFER or RECEIVE
 * @handle: TRANSFER: in: handle; needs TRANSFER.  RECEIVE: out: the child
 * @rights: TRANSFER: in: rights of the child, as in DERIVE.  RECEIVE: out:
 *	its rights
 * @badge: TRANSFER: in: badge of the child, as in DERIVE (a badge needs DERIVE
 *	too).  RECEIVE: out: its badge
 */
struct nxia_transfer_cap {
	__u64 handle;
	__u64 rights;
	__u64 badge;
};

/**
 * struct nxia_transfer - send children of capabilities over a channel
 * @channel: in: handle of the channel end; needs WRITE
 * @caps: in: address of the array of struct nxia_transfer_cap
 * @count: in: its length, 1 to nxia_info.transfer_max
 * @flags: in: 0
 * @sequence: out: number of the batch in this direction, from 1
 *
 * The children wait in the kernel until the peer RECEIVEs them; a message in
 * the ring tells it to.  In flight they are charged to the sender, and can be
 * revoked.  The batch goes whole or, on an error, not at all.
 *
 * Errors:
 *
 *  - EINVAL, EBADF, EKEYREVOKED, EPERM: also for an entry of @caps, as in DERIVE.
 *    EPERM also without REMOTE, if the peer's session is one of a remote domain.
 *  - E2BIG: @count is too large.
 *  - EAGAIN: %NXIA_TRANSFER_BATCHES batches wait for the peer.
 *  - EPIPE: the peer is gone, or this end has called SHUTDOWN.
 *  - EFAULT: also if @sequence could not be written; then the batch is sent.
 */
struct nxia_transfer {
	__u64 channel;
	__u64 caps;
	__u32 count;
	__u32 flags;
	__u64 sequence;
};

#define NXIA_TRANSFER_MAX	16
#define NXIA_TRANSFER_BATCHES	64

/**
 * struct nxia_receive - take the oldest batch that the peer has sent
 * @channel: in: handle of the channel end; needs READ
 * @caps: in: address of an array of struct nxia_transfer_cap
 * @count: in: its length; out: length of the batch
 * @flags: in: 0
 * @sequence: out: number of the batch in this direction, from 1
 *
 * A capability that was revoked in flight keeps its place in the batch: its
 * handle answers EKEYREVOKED.  So does one without REMOTE, in a remote domain.
 *
 * Errors:
 *
 *  - EAGAIN: no batch waits (and the peer may send one).
 *  - EPIPE: no batch waits, and the peer is gone or has called SHUTDOWN.
 *  - EMSGSIZE: the batch is longer than @count, which now tells its length; it
 *    still waits.
 *  - EDQUOT, ENOMEM: the batch still waits.
 *  - EFAULT: the capabilities of the batch are closed.
 */
struct nxia_receive {
	__u64 channel;
	__u64 caps;
	__u32 count;
	__u32 flags;
	__u64 sequence;
};

/**
 * struct nxia_revoke - destroy every descendant of a capability
 * @handle: in: handle; needs REVOKE; it stays as it is
 * @flags: in: 0
 * @reserved: in: 0
 * @revoked: out: how many capabilities were destroyed
 *
 * Errors: EFAULT: @revoked could not be written; the descendants are destroyed.
 */
struct nxia_revoke {
	__u64 handle;
	__u32 flags;
	__u32 reserved;
	__u64 revoked;
};

/**
 * struct nxia_close - drop a capability
 * @handle: in: handle; needs no right, and may be a revoked one
 * @flags: in: 0
 * @reserved: in: 0
 *
 * Its children become those of its parent.  Closing a channel end tells the
 * peer, and takes the own mappings away (an access raises SIGBUS).
 */
struct nxia_close {
	__u64 handle;
	__u32 flags;
	__u32 reserved;
};

/**
 * struct nxia_query - look at a capability
 * @handle: in: handle; needs no right
 * @flags: in: 0
 * @type: out: &enum nxia_type of the object
 * @rights: out: its rights
 * @badge: out: its badge
 * @object: out: number of the object, the same for all that hold it
 * @descendants: out: how many capabilities are derived from it, over all
 *	generations; 0 without INSPECT
 * @offset: out: of a region: where the capability's range begins, else 0
 * @size: out: of a region: bytes of the capability's range, else 0
 * @state: out: %NXIA_STATE_FROZEN if it is a region that was frozen
 * @reserved: out: 0
 */
struct nxia_query {
	__u64 handle;
	__u32 flags;
	__u32 type;
	__u64 rights;
	__u64 badge;
	__u64 object;
	__u64 descendants;
	__u64 offset;
	__u64 size;
	__u32 state;
	__u32 reserved;
};

#define NXIA_STATE_FROZEN	(1U << 0)

/**
 * struct nxia_fd - make a file that stands for a capability
 * @handle: in: handle; needs no right
 * @flags: in: 0
 * @fd: out: the file
 */
struct nxia_fd {
	__u64 handle;
	__u32 flags;
	__s32 fd;
};

/**
 * struct nxia_handle - the handle that a file stands for
 * @fd: in: a file of CONNECT, ACCEPT or FD
 * @flags: in: 0
 * @handle: out: the handle, also of a revoked capability
 *
 * Errors:
 *
 *  - EBADF: @fd is no such file, or its capability is closed.
 *  - EXDEV: it belongs to another session.
 */
struct nxia_handle {
	__s32 fd;
	__u32 flags;
	__u64 handle;
};

/**
 * struct nxia_import - make a child of the capability that a file stands for
 * @fd: in: a file of FD, of any session; its capability needs TRANSFER
 * @flags: in: 0
 * @rights: in: rights of the child, as in DERIVE
 * @handle: out: the child, in this session, with badge and range of its parent
 *
 * So a capability can travel over whatever carries descriptors.
 *
 * Errors:
 *
 *  - EBADF: @fd is no such file, or its capability is closed.
 *  - EKEYREVOKED: its capability was revoked.
 *  - EINVAL, EPERM: also for @rights, as in DERIVE; EPERM also without REMOTE in a
 *    remote domain.
 *  - EACCES: labels do not let the opener of @fd tell the caller.
 */
struct nxia_import {
	__s32 fd;
	__u32 flags;
	__u64 rights;
	__u64 handle;
};

/**
 * struct nxia_region_create - make a region
 * @size: in: bytes, a multiple of the page size, at least one page
 * @rights: in: rights over it, of %NXIA_RIGHTS_REGION
 * @flags: in: 0
 * @reserved: in: 0
 * @handle: out: the capability to all of it, with badge 0
 *
 * All of the memory is allocated, zeroed and charged now.  A caller that is
 * killed meanwhile leaves nothing behind.
 *
 * Errors:
 *
 *  - EINVAL: @size is 0, no multiple of the page size or beyond 2^40, or @rights has
 *    none or others.
 */
struct nxia_region_create {
	__u64 size;
	__u64 rights;
	__u32 flags;
	__u32 reserved;
	__u64 handle;
};

/**
 * struct nxia_freeze - make a region immutable for good
 * @handle: in: handle of the region, with the whole of it for its range; needs
 *	WRITE
 * @flags: in: 0
 * @reserved: in: 0
 *
 * When it returns, all mappings are such that the memory cannot be changed.  To
 * freeze what is frozen does nothing.
 *
 * Errors:
 *
 *  - EINVAL: the capability's range is a part of the region.
 *  - EACCES: labels do not let the caller write to the region.
 */
struct nxia_freeze {
	__u64 handle;
	__u32 flags;
	__u32 reserved;
};

/**
 * struct nxia_scope_create - make a scope from a key of the kernel's keyrings
 * @key: in: serial number of a key of type "logon" with a description that
 *	begins with "nxia:" and %NXIA_SCOPE_KEY_SIZE bytes; the caller needs
 *	search permission on it
 * @flags: in: 0
 * @rights: in: rights over it, of %NXIA_RIGHTS_SCOPE
 * @handle: out: the capability, with badge 0
 *
 * The kernel lets no one read a logon key.  The scope takes a copy, so the key
 * may be unlinked afterwards; what becomes of the key does not change the scope.
 *
 * Errors:
 *
 *  - EINVAL: the key is of another type, description or length, or @rights has none
 *    or others.
 *  - ENOKEY: no such key.
 *  - EACCES: search permission on the key is missing.
 *  - EKEYREVOKED, EKEYEXPIRED: the key was revoked, or has expired.
 *  - EOPNOTSUPP: this kernel has no key retention service.
 */
struct nxia_scope_create {
	__s32 key;
	__u32 flags;
	__u64 rights;
	__u64 handle;
};

#define NXIA_SCOPE_KEY_SIZE	32

/**
 * DOC: Sealed data
 *
 * SEAL makes, from any number of bytes up to %NXIA_SEAL_MAX, a header and one
 * or more chunks.  Each chunk is %NXIA_SEAL_CHUNK bytes of the input (the last one
 * what is left, which may be nothing only if the input is empty), encrypted by
 * XChaCha20-Poly1305 and followed by its tag of %NXIA_SEAL_TAG bytes.  The chunks
 * are tied together by the STREAM construction (Hoang, Reyhanitabar, Rogaway,
 * Vizar: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance,
 * 2015): the nonce of a chunk is the header's 19 random bytes, the number of the
 * chunk from 0 (32 bits, big-endian), and a byte that is 1 in the last chunk and 0 in
 * all others.  So a chunk that is changed, left out, added or out of order is
 * found.  The associated data of the first chunk is the header and what the
 * caller gives as such; the others have none.
 */

/**
 * struct nxia_sealed - header of sealed data
 * @magic: %NXIA_SEAL_MAGIC
 * @version: 1
 * @nonce: random, new for each SEAL
 */
struct nxia_sealed {
	__u8 magic[4];
	__u8 version;
	__u8 nonce[19];
};

#define NXIA_SEAL_MAGIC		"NXIA"
#define NXIA_SEAL_VERSION	1
#define NXIA_SEAL_CHUNK		65536
#define NXIA_SEAL_TAG		16
#define NXIA_SEAL_AD_MAX	4096
#define NXIA_SEAL_MAX		(1ULL << 30)

/**
 * struct nxia_seal - encrypt, or decrypt what SEAL made
 * @scope: in: handle of the scope; needs SEAL or UNSEAL
 * @flags: in: 0
 * @ad_size: in: bytes of associated data, 0 to %NXIA_SEAL_AD_MAX
 * @ad: in: its address; it is authenticated, not stored
 * @in: in: address of the input
 * @in_size: in: its bytes
 * @out: in: address of the output, which may not overlap the input
 * @out_size: in: room at @out; out: bytes written, also told with EMSGSIZE
 *
 * A SEAL gives in_size + 24 + 16 * max(1, in_size / 64 KiB rounded up) bytes.
 * Each byte of the input is read once.  A chunk is written only after its tag
 * was found right; on an error what was written to @out is cleared.  When the
 * capability is revoked meanwhile, the call ends before the next chunk.
 *
 * Errors:
 *
 *  - E2BIG: @ad_size is too large, or @in_size more than %NXIA_SEAL_MAX or what it
 *    seals to.
 *  - EMSGSIZE: @out_size is too small; it now tells what is needed.
 *  - EFAULT: also if @out_size could not be written; then the output is there.
 *  - EBADMSG: UNSEAL: not sealed under this scope with this associated data, or
 *    changed, or cut short.
 *  - ENOMEM: as everywhere.
 */
struct nxia_seal {
	__u64 scope;
	__u32 flags;
	__u32 ad_size;
	__u64 ad;
	__u64 in;
	__u64 in_size;
	__u64 out;
	__u64 out_size;
};

/**
 * struct nxia_watch - ask to be told when nothing is derived from a capability
 * @handle: in: handle; needs INSPECT
 * @flags: in: 0
 * @reserved: in: 0
 *
 * When the capability has no descendant (any more), the session gets one
 * %NXIA_EVENT_LAST_REFERENCE; at once, if there is none now.  Then the watch is
 * over, and may be set anew.  Setting it twice is setting it once; the event is
 * lost if the capability is closed before it was fetched.  So a service that
 * derives a badged capability for each client, or each of its objects, learns
 * that the last holder is gone, however it went.
 */
struct nxia_watch {
	__u64 handle;
	__u32 flags;
	__u32 reserved;
};

/**
 * struct nxia_event - take the oldest event of the session
 * @flags: in: 0
 * @type: out: &enum nxia_event_type
 * @handle: out: the capability that it is about
 * @badge: out: its badge
 *
 * Never waits: poll() the session's file.  With EFAULT the event is lost.
 *
 * Errors: EAGAIN: there is none.
 */
struct nxia_event {
	__u32 flags;
	__u32 type;
	__u64 handle;
	__u64 badge;
};

/**
 * enum nxia_event_type - what EVENT tells
 * @NXIA_EVENT_LAST_REFERENCE: a capability that was WATCHed has no descendants
 */
enum nxia_event_type {
	NXIA_EVENT_LAST_REFERENCE = 1,
};

/**
 * struct nxia_enter - ask for a domain
 * @flags: in: 0
 * @reserved: in: 0
 * @domain: in: its name, ended by a 0; "" takes the request back
 *
 * The calling thread is in that domain once it has executed a program, and policy
 * still allows it then.  Whoever may change policy (CAP_MAC_ADMIN in the initial user
 * namespace, and policy is not sealed) may enter any.  With no_new_privs the domain must
 * have all tags that the task has now, and no more that it may drop.
 *
 * Errors:
 *
 *  - EINVAL: @domain has no end.
 *  - ENOENT: policy has no such domain.
 *  - EPERM: policy does not let the caller's domain enter it.
 *  - EOPNOTSUPP: this kernel does not have the LSM shim, or runs without it.
 */
struct nxia_enter {
	__u32 flags;
	__u32 reserved;
	char domain[NXIA_NAME_MAX];
};

/**
 * struct nxia_wait - sleep until a channel end is ready
 * @flags: in: %NXIA_WAIT_READ, %NXIA_WAIT_WRITE or both
 * @ready: out: which of @flags are so
 * @timeout: in: nanoseconds; 0 looks without sleeping, %NXIA_WAIT_FOREVER
 *
 * Ready to read: the ring from the peer has at least the ``want`` of the own
 * consumer page, or any data if the peer is gone or has called SHUTDOWN.  Ready
 * to write: the ring to the peer has space for the ``want`` of the own producer
 * page.  A ``want`` of 0 means 1 byte.
 *
 * Errors:
 *
 *  - ETIMEDOUT: not ready within @timeout.
 *  - EINTR: a signal came.  With %NXIA_WAIT_FOREVER the call is restarted if
 *    the handler was set with SA_RESTART, otherwise never; ``want`` is then 0.
 *  - EPIPE: not ready, and the peer is gone; or has called SHUTDOWN, and @flags is
 *    %NXIA_WAIT_READ alone; or this end has, and @flags is %NXIA_WAIT_WRITE alone.
 *  - EBADMSG: the indices of a ring that was asked about are impossible; the channel
 *    is poisoned for good.
 *  - EPERM: READ or WRITE is missing.
 *  - EKEYREVOKED, EBADF: the capability was revoked, or closed.
 */
struct nxia_wait {
	__u32 flags;
	__u32 ready;
	__u64 timeout;
};

#define NXIA_WAIT_READ		(1U << 0)
#define NXIA_WAIT_WRITE		(1U << 1)
#define NXIA_WAIT_FOREVER	(~0ULL)

#define NXIA_IOC_MAGIC		0xB9

/* on the file of a session */
#define NXIA_IOC_INFO		_IOWR(NXIA_IOC_MAGIC, 0x00, struct nxia_info)
#define NXIA_IOC_BOOTSTRAP	_IOWR(NXIA_IOC_MAGIC, 0x01, struct nxia_bootstrap)
#define NXIA_IOC_ENDPOINT_CREATE                                               \
	_IOWR(NXIA_IOC_MAGIC, 0x02, struct nxia_endpoint_create)
#define NXIA_IOC_CONNECT	_IOWR(NXIA_IOC_MAGIC, 0x03, struct nxia_connect)
#define NXIA_IOC_ACCEPT		_IOWR(NXIA_IOC_MAGIC, 0x04, struct nxia_accept)
#define NXIA_IOC_DERIVE		_IOWR(NXIA_IOC_MAGIC, 0x05, struct nxia_derive)
#define NXIA_IOC_TRANSFER	_IOWR(NXIA_IOC_MAGIC, 0x06, struct nxia_transfer)
#define NXIA_IOC_RECEIVE	_IOWR(NXIA_IOC_MAGIC, 0x07, struct nxia_receive)
#define NXIA_IOC_REVOKE		_IOWR(NXIA_IOC_MAGIC, 0x08, struct nxia_revoke)
#define NXIA_IOC_CLOSE		_IOWR(NXIA_IOC_MAGIC, 0x09, struct nxia_close)
#define NXIA_IOC_QUERY		_IOWR(NXIA_IOC_MAGIC, 0x0a, struct nxia_query)
#define NXIA_IOC_FD		_IOWR(NXIA_IOC_MAGIC, 0x0b, struct nxia_fd)
#define NXIA_IOC_HANDLE		_IOWR(NXIA_IOC_MAGIC, 0x0c, struct nxia_handle)
#define NXIA_IOC_REGION_CREATE                                                 \
	_IOWR(NXIA_IOC_MAGIC, 0x0d, struct nxia_region_create)
#define NXIA_IOC_FREEZE		_IOWR(NXIA_IOC_MAGIC, 0x0e, struct nxia_freeze)
#define NXIA_IOC_IMPORT		_IOWR(NXIA_IOC_MAGIC, 0x0f, struct nxia_import)
#define NXIA_IOC_SCOPE_CREATE                                                  \
	_IOWR(NXIA_IOC_MAGIC, 0x10, struct nxia_scope_create)
#define NXIA_IOC_SEAL		_IOWR(NXIA_IOC_MAGIC, 0x11, struct nxia_seal)
#define NXIA_IOC_UNSEAL		_IOWR(NXIA_IOC_MAGIC, 0x12, struct nxia_seal)
#define NXIA_IOC_WATCH		_IOWR(NXIA_IOC_MAGIC, 0x13, struct nxia_watch)
#define NXIA_IOC_EVENT		_IOWR(NXIA_IOC_MAGIC, 0x14, struct nxia_event)
#define NXIA_IOC_ENTER		_IOWR(NXIA_IOC_MAGIC, 0x15, struct nxia_enter)

/**
 * DOC: NOTIFY
 *
 * NXIA_IOC_NOTIFY, without an argument, on the file of a channel end: wakes the
 * peer, which looks at its rings.  Needs READ or WRITE.
 *
 * Errors: EPIPE: the peer is gone.  EKEYREVOKED, EBADF: as for WAIT.
 */
#define NXIA_IOC_NOTIFY		_IO(NXIA_IOC_MAGIC, 0x40)
/* WAIT, and NOTIFY followed by WAIT (a peer that is gone is left to WAIT) */
#define NXIA_IOC_WAIT		_IOWR(NXIA_IOC_MAGIC, 0x41, struct nxia_wait)
#define NXIA_IOC_NOTIFY_WAIT	_IOWR(NXIA_IOC_MAGIC, 0x42, struct nxia_wait)

/**
 * DOC: SHUTDOWN
 *
 * NXIA_IOC_SHUTDOWN, without an argument, on the file of a channel end: this end
 * sends no more.  The peer reads what is in the ring, and then sees EPIPE where
 * it would wait for data; what it sends still arrives.  Nothing keeps the end
 * from storing to its ring; no one is woken for it.  To call it twice does
 * nothing more.
 *
 * Errors: EKEYREVOKED, EBADF: as for WAIT.
 */
#define NXIA_IOC_SHUTDOWN	_IO(NXIA_IOC_MAGIC, 0x43)

/**
 * DOC: Generic netlink
 *
 * Family "nxia", version 1, for the administrator.
 *
 * NXIA_CMD_STATUS (do; anyone)
 *	Request: nothing.  Reply: ABI_VERSION, FLAGS (as nxia_info.flags),
 *	SESSIONS, CAPS, OBJECTS, PAGES: totals over all users.  GENERATION and
 *	SEALED of policy, SEQUENCE of audit records.
 *
 * NXIA_CMD_SESSION (dump; CAP_MAC_ADMIN)
 *	Request: nothing.  Reply, a message for each session: SESSION, PID (of
 *	the opener, in the initial pid namespace), UID (in the initial user
 *	namespace), COMM, CAPS.
 *
 * NXIA_CMD_CAP (dump; CAP_MAC_ADMIN)
 *	Request: SESSION (all sessions without it).  Reply, a message for each
 *	capability: SESSION, HANDLE, TYPE, RIGHTS, BADGE, OBJECT, PARENT_SESSION
 *	and PARENT_HANDLE (absent without a parent in a session), REVOKED (a
 *	flag).
 *
 * NXIA_CMD_REVOKE (do; CAP_MAC_ADMIN)
 *	Request: SESSION, HANDLE.  Destroys the capability and every descendant
 *	as REVOKE of its parent would.  Reply: REVOKED_COUNT.
 *
 * Errors: EPERM: CAP_MAC_ADMIN in the initial user namespace is missing.
 * EINVAL: an attribute is missing.  ESRCH: no such session.  EBADF: no such
 * handle in it.  EKEYREVOKED: it was revoked before.
 */
#define NXIA_GENL_NAME		"nxia"
#define NXIA_GENL_VERSION	1

/** define NXIA_GENL_AUDIT - multicast group of the family: audit records */
#define NXIA_GENL_AUDIT		"audit"

/** define NXIA_TAGS_MAX - tags that a boot can know */
#define NXIA_TAGS_MAX		64
/** define NXIA_DOMAINS_MAX - domains that a boot can know */
#define NXIA_DOMAINS_MAX	4096

/**
 * DOC: Policy
 *
 * Information at A may flow to B if and only if the tags of A, less those that A is
 * trusted to drop, are all among the tags of B.  Policy names the tags, says what
 * each sink lets out, and which domains there are.  A name is 1 to 31 of a-z 0-9 .
 * - _ and begins with a letter or digit.
 *
 * NXIA_CMD_POLICY_LOAD (do; CAP_MAC_ADMIN)
 *	Request: any number of TAG, SINK, DOMAIN and SERVICE, each nested, in any
 *	order: a whole policy, which takes the place of the one in force at
 *	once, or on an error not at all.  Labels are masks of the bits that the TAGs
 *	of the message give.  Reply: GENERATION.
 *
 *	A tag keeps its bit, and a domain its number, until the next boot, also when
 *	a later policy does not have it any more.  A task keeps the label that it has; the
 *	next exec goes by the new policy.  A sink that is not mentioned lets
 *	nothing out.  The domain "unconfined" is that of tasks without one: it can
 *	say what they may enter, and nothing else; no domain may enter it.
 *
 *	A new tag gets the bit that the message gives it, if that is free: so the same
 *	policy gives the same bits when the module was removed and loaded again.
 *
 * NXIA_CMD_POLICY_GET (dump; CAP_MAC_ADMIN)
 *	Request: nothing.  Reply: a message each with one TAG, SINK, DOMAIN or SERVICE,
 *	and GENERATION, by which a reader sees that policy has changed meanwhile.
 *	Bits are those of labels elsewhere.
 *
 * NXIA_CMD_POLICY_SEAL (do; CAP_MAC_ADMIN)
 *	Request: nothing.  From now until the next boot policy is what it is, no one
 *	changes the label of a file but a domain with %NXIA_DOMAIN_AUTHORITY, and the
 *	module stays.  Sealing twice is no error.
 *
 * NXIA_CMD_AUDIT_GET (dump; CAP_MAC_ADMIN)
 *	Request: SEQUENCE, the first record wanted (all that are held without it).
 *	Reply: a message for each record that is still held, oldest first, as
 *	NXIA_CMD_AUDIT.
 *
 * NXIA_CMD_AUDIT (multicast, group "audit"; to sockets that were opened with
 * CAP_MAC_ADMIN)
 *	SEQUENCE, TIME, KIND, PID, UID, COMM, EXE, DOMAIN_NAME, and where they
 *	apply OPERATION, TARGET, TAGS, RULE, ERROR.  Each record that was to be has
 *	a number, one more than the one before: what is missing between two was
 *	overwritten, or held back because its source made too many.
 *
 * Errors: EPERM: CAP_MAC_ADMIN in the initial user namespace is missing; or policy
 * is sealed (POLICY_LOAD).  EINVAL: an attribute is missing, or a name or number
 * is malformed.  EEXIST: a name comes twice.  ENOENT: a domain or bit is named
 * that the message does not have.  ERANGE: a number is too large.
 * ENOSPC: more tags or domains than a boot can know, more than 4096 services, or more
 * than 1024 domains named by one domain or service, or 65536 by all of them.
 * EOPNOTSUPP: this kernel has no LSM shim (POLICY_SEAL).  The extended
 * acknowledgment says which attribute, and why.
 */

/**
 * enum nxia_sink - where information leaves what labels can follow
 * @NXIA_SINK_NET: addresses that are not loopback
 * @NXIA_SINK_LOOPBACK: loopback addresses (on WSL, Windows reaches them)
 * @NXIA_SINK_VSOCK: AF_VSOCK: the host
 * @NXIA_SINK_HOSTFS: files of the host: 9p, virtiofs
 * @NXIA_SINK_DISK: storage that outlives the boot, other than files that fscrypt
 *	encrypts
 * @NXIA_SINK_TTY: terminals and consoles
 */
enum nxia_sink {
	NXIA_SINK_NET = 0,
	NXIA_SINK_LOOPBACK = 1,
	NXIA_SINK_VSOCK = 2,
	NXIA_SINK_HOSTFS = 3,
	NXIA_SINK_DISK = 4,
	NXIA_SINK_TTY = 5,
	/* private: */
	__NXIA_SINK_MAX,
};

#define NXIA_SINKS	__NXIA_SINK_MAX

/** define NXIA_DOMAIN_REMOTE - its sessions hold only capabilities with REMOTE */
#define NXIA_DOMAIN_REMOTE	(1U << 0)
/** define NXIA_DOMAIN_AUTHORITY - its tasks may change labels of files, sealed or not */
#define NXIA_DOMAIN_AUTHORITY	(1U << 1)

/** define NXIA_SERVICE_REMOTE - may be opened from a remote domain */
#define NXIA_SERVICE_REMOTE	(1U << 0)

/**
 * enum nxia_audit_kind - what an audit record is about
 * @NXIA_AUDIT_DENIED: a flow that the rule does not allow, or that cannot be followed
 * @NXIA_AUDIT_POLICY_LOADED: another policy is in force
 * @NXIA_AUDIT_POLICY_REFUSED: a policy was not taken
 * @NXIA_AUDIT_POLICY_SEALED: policy was sealed
 * @NXIA_AUDIT_LABEL_CHANGED: the label of a file was changed
 */
enum nxia_audit_kind {
	NXIA_AUDIT_DENIED = 1,
	NXIA_AUDIT_POLICY_LOADED = 2,
	NXIA_AUDIT_POLICY_REFUSED = 3,
	NXIA_AUDIT_POLICY_SEALED = 4,
	NXIA_AUDIT_LABEL_CHANGED = 5,
};

enum nxia_cmd {
	NXIA_CMD_UNSPEC,
	NXIA_CMD_STATUS,
	NXIA_CMD_SESSION,
	NXIA_CMD_CAP,
	NXIA_CMD_REVOKE,
	NXIA_CMD_POLICY_LOAD,
	NXIA_CMD_POLICY_GET,
	NXIA_CMD_POLICY_SEAL,
	NXIA_CMD_AUDIT_GET,
	NXIA_CMD_AUDIT,
	__NXIA_CMD_MAX,
};

#define NXIA_CMD_MAX		(__NXIA_CMD_MAX - 1)

/**
 * enum nxia_tag_attr - what is nested in TAG
 * @NXIA_TAG_UNSPEC: never used
 * @NXIA_TAG_NAME: string
 * @NXIA_TAG_BIT: u32, 0 to 63: its bit in the labels of this message
 */
enum nxia_tag_attr {
	NXIA_TAG_UNSPEC,
	NXIA_TAG_NAME,
	NXIA_TAG_BIT,
	/* private: */
	__NXIA_TAG_MAX,
};

#define NXIA_TAG_MAX		(__NXIA_TAG_MAX - 1)

/**
 * enum nxia_sink_attr - what is nested in SINK
 * @NXIA_SINK_ATTR_UNSPEC: never used
 * @NXIA_SINK_ATTR_ID: u32, &enum nxia_sink
 * @NXIA_SINK_ATTR_LABEL: u64, tags that it lets out
 * @NXIA_SINK_ATTR_PAD: padding
 */
enum nxia_sink_attr {
	NXIA_SINK_ATTR_UNSPEC,
	NXIA_SINK_ATTR_ID,
	NXIA_SINK_ATTR_LABEL,
	NXIA_SINK_ATTR_PAD,
	/* private: */
	__NXIA_SINK_ATTR_MAX,
};

#define NXIA_SINK_ATTR_MAX	(__NXIA_SINK_ATTR_MAX - 1)

/**
 * enum nxia_domain_attr - what is nested in DOMAIN
 * @NXIA_DOMAIN_ATTR_UNSPEC: never used
 * @NXIA_DOMAIN_ATTR_NAME: string
 * @NXIA_DOMAIN_ATTR_ID: u32, its number (in replies)
 * @NXIA_DOMAIN_ATTR_LABEL: u64, tags that its tasks may hold (none without it)
 * @NXIA_DOMAIN_ATTR_MAY_DROP: u64, tags of these that they are trusted to drop
 * @NXIA_DOMAIN_ATTR_FLAGS: u32, NXIA_DOMAIN_*
 * @NXIA_DOMAIN_ATTR_ENTER: string, a domain that its tasks may enter at exec; any
 *	number of times
 * @NXIA_DOMAIN_ATTR_PAD: padding
 */
enum nxia_domain_attr {
	NXIA_DOMAIN_ATTR_UNSPEC,
	NXIA_DOMAIN_ATTR_NAME,
	NXIA_DOMAIN_ATTR_ID,
	NXIA_DOMAIN_ATTR_LABEL,
	NXIA_DOMAIN_ATTR_MAY_DROP,
	NXIA_DOMAIN_ATTR_FLAGS,
	NXIA_DOMAIN_ATTR_ENTER,
	NXIA_DOMAIN_ATTR_PAD,
	/* private: */
	__NXIA_DOMAIN_ATTR_MAX,
};

#define NXIA_DOMAIN_ATTR_MAX	(__NXIA_DOMAIN_ATTR_MAX - 1)

/**
 * enum nxia_service_attr - what is nested in SERVICE: a name of the registry
 * @NXIA_SERVICE_ATTR_UNSPEC: never used
 * @NXIA_SERVICE_ATTR_NAME: string
 * @NXIA_SERVICE_ATTR_FLAGS: u32, NXIA_SERVICE_*
 * @NXIA_SERVICE_ATTR_REGISTER: string, a domain that may offer it; any number of
 *	times; without it, all
 * @NXIA_SERVICE_ATTR_OPEN: string, a domain that may open it; likewise
 *
 * The kernel keeps these for nxiad, which decides who gets a capability.
 */
enum nxia_service_attr {
	NXIA_SERVICE_ATTR_UNSPEC,
	NXIA_SERVICE_ATTR_NAME,
	NXIA_SERVICE_ATTR_FLAGS,
	NXIA_SERVICE_ATTR_REGISTER,
	NXIA_SERVICE_ATTR_OPEN,
	/* private: */
	__NXIA_SERVICE_ATTR_MAX,
};

#define NXIA_SERVICE_ATTR_MAX	(__NXIA_SERVICE_ATTR_MAX - 1)

/**
 * enum nxia_attr - attributes of the netlink family
 * @NXIA_ATTR_UNSPEC: never used
 * @NXIA_ATTR_ABI_VERSION: u32
 * @NXIA_ATTR_FLAGS: u32, NXIA_INFO_*
 * @NXIA_ATTR_SESSIONS: u64, number of sessions
 * @NXIA_ATTR_CAPS: u64, number of capabilities
 * @NXIA_ATTR_OBJECTS: u64, number of objects
 * @NXIA_ATTR_PAGES: u64, number of pages in rings and regions
 * @NXIA_ATTR_SESSION: u32, number of a session
 * @NXIA_ATTR_PID: u32, process that opened the session
 * @NXIA_ATTR_UID: u32, user that opened the session
 * @NXIA_ATTR_COMM: string, name of the process that opened the session
 * @NXIA_ATTR_HANDLE: u64
 * @NXIA_ATTR_TYPE: u32, &enum nxia_type
 * @NXIA_ATTR_RIGHTS: u64, NXIA_RIGHT_*
 * @NXIA_ATTR_BADGE: u64
 * @NXIA_ATTR_OBJECT: u64, number of the object
 * @NXIA_ATTR_PARENT_SESSION: u32
 * @NXIA_ATTR_PARENT_HANDLE: u64
 * @NXIA_ATTR_REVOKED: flag: the capability is dead and waits for CLOSE
 * @NXIA_ATTR_REVOKED_COUNT: u64, capabilities destroyed, with the one named
 * @NXIA_ATTR_PAD: padding
 * @NXIA_ATTR_TAG: nested, &enum nxia_tag_attr
 * @NXIA_ATTR_SINK: nested, &enum nxia_sink_attr
 * @NXIA_ATTR_DOMAIN: nested, &enum nxia_domain_attr
 * @NXIA_ATTR_SERVICE: nested, &enum nxia_service_attr
 * @NXIA_ATTR_GENERATION: u32, how many policies have been loaded
 * @NXIA_ATTR_SEALED: flag: policy is sealed
 * @NXIA_ATTR_SEQUENCE: u64, number of an audit record, from 1; in STATUS that of the
 *	newest there was to be (0: none)
 * @NXIA_ATTR_TIME: u64, nanoseconds of CLOCK_REALTIME
 * @NXIA_ATTR_KIND: u32, &enum nxia_audit_kind
 * @NXIA_ATTR_EXE: string, path of the program; empty where it has none
 * @NXIA_ATTR_DOMAIN_NAME: string; "unconfined" for a task without one
 * @NXIA_ATTR_OPERATION: string, what was tried
 * @NXIA_ATTR_TARGET: string, what it was tried on
 * @NXIA_ATTR_TAGS: string, names of tags, separated by commas: those that may not flow
 *	there
 * @NXIA_ATTR_RULE: string, what decided
 * @NXIA_ATTR_ERROR: u32, the errno that the task got
 */
enum nxia_attr {
	NXIA_ATTR_UNSPEC,
	NXIA_ATTR_ABI_VERSION,
	NXIA_ATTR_FLAGS,
	NXIA_ATTR_SESSIONS,
	NXIA_ATTR_CAPS,
	NXIA_ATTR_OBJECTS,
	NXIA_ATTR_PAGES,
	NXIA_ATTR_SESSION,
	NXIA_ATTR_PID,
	NXIA_ATTR_UID,
	NXIA_ATTR_COMM,
	NXIA_ATTR_HANDLE,
	NXIA_ATTR_TYPE,
	NXIA_ATTR_RIGHTS,
	NXIA_ATTR_BADGE,
	NXIA_ATTR_OBJECT,
	NXIA_ATTR_PARENT_SESSION,
	NXIA_ATTR_PARENT_HANDLE,
	NXIA_ATTR_REVOKED,
	NXIA_ATTR_REVOKED_COUNT,
	NXIA_ATTR_PAD,
	NXIA_ATTR_TAG,
	NXIA_ATTR_SINK,
	NXIA_ATTR_DOMAIN,
	NXIA_ATTR_SERVICE,
	NXIA_ATTR_GENERATION,
	NXIA_ATTR_SEALED,
	NXIA_ATTR_SEQUENCE,
	NXIA_ATTR_TIME,
	NXIA_ATTR_KIND,
	NXIA_ATTR_EXE,
	NXIA_ATTR_DOMAIN_NAME,
	NXIA_ATTR_OPERATION,
	NXIA_ATTR_TARGET,
	NXIA_ATTR_TAGS,
	NXIA_ATTR_RULE,
	NXIA_ATTR_ERROR,
	/* private: */
	__NXIA_ATTR_MAX,
};

#define NXIA_ATTR_MAX		(__NXIA_ATTR_MAX - 1)

#endif /* _UAPI_LINUX_NXIA_H */
