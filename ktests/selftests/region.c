// SPDX-License-Identifier: GPL-2.0-only
/* Regions: memory, ranges of it, and what FREEZE and REVOKE take away. */
#include <pthread.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#include "nxia_main.h"
#include "nxia_memory.h"
#include "nxia_pair.h"
#include "nxia_region.h"

#define RW	(PROT_READ | PROT_WRITE)

/* The size of a huge page, and how many small ones that is. */
#define HUGE_SIZE	(2UL << 20)

static size_t huge_pages(void)
{
	return HUGE_SIZE / page_size();
}

/* A region of one process, mapped for reading and writing. */
struct mapped {
	int session;
	__u64 handle;
	int file;
	size_t pages;
	volatile char *map;
};

static void mapped_init(struct mapped *m, size_t pages)
{
	m->session = nxia_session();
	m->handle = make_region(m->session, pages);
	m->file = nxia_fd(m->session, m->handle);
	m->pages = pages;
	REQUIRE_OK(m->file);
	m->map = region_map(m->file, RW, 0, pages);
}

/* Creation */

TEST(created, "REGION_CREATE: gives a capability to all of it")
{
	int session = nxia_session();
	struct nxia_info before = nxia_info(session), after;
	__u64 handle = make_region(session, 3);
	struct nxia_query query;

	after = nxia_info(session);
	EXPECT_EQ(after.caps, before.caps + 1);
	EXPECT_EQ(after.objects, before.objects + 1);
	EXPECT_EQ(after.pages, before.pages + 3);
	REQUIRE_OK(nxia_query(session, handle, &query));
	EXPECT_EQ(query.type, NXIA_TYPE_REGION);
	EXPECT_EQ(query.rights, REGION_ALL);
	EXPECT_EQ(query.badge, 0);
	EXPECT_EQ(query.offset, 0);
	EXPECT_EQ(query.size, 3 * page_size());
	EXPECT_EQ(query.state, 0);
	EXPECT_EQ(query.reserved, 0);
}

TEST(query_others, "QUERY: what is no region has no range and no state")
{
	struct nxia_query query;
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_query(p.session, p.endpoint, &query));
	EXPECT_EQ(query.offset | query.size | query.state | query.reserved, 0);
	EXPECT_OK(nxia_query(p.session, p.client.handle, &query));
	EXPECT_EQ(query.offset | query.size | query.state | query.reserved, 0);
}

static size_t count_nonzero(const volatile char *map, size_t size)
{
	size_t nonzero = 0;

	for (size_t i = 0; i < size; i++)
		nonzero += !!map[i];
	return nonzero;
}

TEST(zeroed, "REGION_CREATE: the memory is zero, though it was used before")
{
	const size_t pages = 64;

	for (int round = 0; round < 4; round++) {
		struct mapped m;

		mapped_init(&m, pages);
		EXPECT_EQ(count_nonzero(m.map, pages * page_size()), 0);
		memset((char *)m.map, 0x55, pages * page_size());
		munmap((char *)m.map, pages * page_size());
		close(m.file);
		close(m.session);
	}
}

TEST(bad_size, "REGION_CREATE: EINVAL for a size of no pages, or half a one")
{
	int session = nxia_session();
	const __u64 page = page_size(), bad[] = {
		0, 1, page - 1, page + 1, page / 2, (1ULL << 40) + page,
		1ULL << 41, 1ULL << 63, -page, ~0ULL,
	};
	__u64 handle;

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_ERR(nxia_region_create(session, bad[i], REGION_ALL,
					      &handle), EINVAL);
}

TEST(bad_rights, "REGION_CREATE: EINVAL for no rights, or for others")
{
	int session = nxia_session();
	__u64 handle;

	EXPECT_ERR(nxia_region_create(session, page_size(), 0, &handle),
		   EINVAL);
	for (int bit = 0; bit < 64; bit++) {
		__u64 right = 1ULL << bit;

		if (right & REGION_ALL)
			EXPECT_OK(nxia_region_create(session, page_size(),
						     right, &handle));
		else
			EXPECT_ERR(nxia_region_create(session, page_size(),
						      right | NXIA_RIGHT_READ,
						      &handle), EINVAL);
	}
}

TEST(create_killed, "REGION_CREATE: a caller that is killed leaves nothing")
{
	for (int round = 0; round < 20; round++) {
		struct gate ready;
		pid_t child;

		gate_init(&ready);
		child = child_start();
		if (!child) {
			int session = nxia_session();

			gate_open(&ready);
			for (;;)
				nxia_close(session, make_region(session, 8192));
		}
		gate_pass(&ready);
		usleep(round * 2500);
		child_kill(child);
		close(ready.fds[0]);
		close(ready.fds[1]);
	}
}

/* Mapping */

TEST(shared, "region mmap: all mappings are of the same memory")
{
	struct mapped m;
	volatile char *again;

	mapped_init(&m, 4);
	again = region_map_all(m.session, m.handle, 4);
	for (size_t i = 0; i < 4 * page_size(); i += 512)
		m.map[i] = i / 512 + 1;
	for (size_t i = 0; i < 4 * page_size(); i += 512)
		EXPECT_EQ(again[i], (char)(i / 512 + 1));
	again[77] = 99;
	EXPECT_EQ(m.map[77], 99);
}

TEST(part, "region mmap: takes any part, from any page")
{
	struct mapped m;

	mapped_init(&m, 5);
	for (size_t i = 0; i < 5; i++)
		m.map[i * page_size()] = i + 1;
	for (size_t first = 0; first < 5; first++)
		for (size_t pages = 1; pages <= 5 - first; pages++) {
			volatile char *map = region_map(m.file, PROT_READ,
							first, pages);

			for (size_t i = 0; i < pages; i++)
				EXPECT_EQ(map[i * page_size()], first + i + 1);
			munmap((char *)map, pages * page_size());
		}
}

TEST(map_rights, "region mmap: EPERM without MAP, READ, or WRITE for writing")
{
	static const __u64 map_rights[] = {
		NXIA_RIGHT_READ, NXIA_RIGHT_WRITE, NXIA_RIGHT_MAP,
	};
	int session = nxia_session();
	__u64 region = make_region(session, 1);

	for (unsigned int set = 1; set < 8; set++) {
		__u64 rights = 0;
		bool reads, writes;
		int file;

		for (unsigned int i = 0; i < 3; i++)
			rights |= set & 1U << i ? map_rights[i] : 0;
		reads = (set & 5) == 5;
		writes = set == 7;
		file = nxia_fd(session, make_child(session, region, rights, 0));
		EXPECT_EQ(try_map(file, PROT_READ, MAP_SHARED, page_size(), 0),
			  reads ? 0 : -EPERM);
		EXPECT_EQ(try_map(file, PROT_NONE, MAP_SHARED, page_size(), 0),
			  reads ? 0 : -EPERM);
		EXPECT_EQ(try_map(file, RW, MAP_SHARED, page_size(), 0),
			  writes ? 0 : -EPERM);
		EXPECT_EQ(try_map(file, PROT_WRITE, MAP_SHARED, page_size(), 0),
			  writes ? 0 : -EPERM);
		close(file);
	}
}

TEST(map_range, "region mmap: EINVAL beyond the range")
{
	struct mapped m;
	size_t page = page_size();

	mapped_init(&m, 3);
	EXPECT_ERR(try_map(m.file, RW, MAP_SHARED, 4 * page, 0), EINVAL);
	EXPECT_ERR(try_map(m.file, RW, MAP_SHARED, 3 * page, page), EINVAL);
	EXPECT_ERR(try_map(m.file, RW, MAP_SHARED, page, 3 * page), EINVAL);
	EXPECT_ERR(try_map(m.file, RW, MAP_SHARED, page, 4 * page), EINVAL);
	EXPECT_ERR(try_map(m.file, RW, MAP_SHARED, page, NXIA_MMAP_PEER),
		   EINVAL);
	EXPECT_ERR(try_map(m.file, RW, MAP_SHARED, 2 * page, 1ULL << 62),
		   EINVAL);
	EXPECT_OK(try_map(m.file, RW, MAP_SHARED, page, 2 * page));
}

TEST(map_private, "region mmap: EINVAL for MAP_PRIVATE")
{
	struct mapped m;

	mapped_init(&m, 1);
	EXPECT_ERR(try_map(m.file, PROT_READ, MAP_PRIVATE, page_size(), 0),
		   EINVAL);
	EXPECT_ERR(try_map(m.file, RW, MAP_PRIVATE, page_size(), 0), EINVAL);
}

TEST(map_execute, "region mmap: EACCES (or EPERM) for PROT_EXEC")
{
	struct mapped m;

	mapped_init(&m, 1);
	expect_no_execute(m.file, PROT_READ, page_size(), 0);
	expect_no_execute(m.file, RW, page_size(), 0);
}

TEST(map_revoked, "region mmap: EKEYREVOKED when the capability was revoked")
{
	int session = nxia_session(), file;
	__u64 region = make_region(session, 1);

	file = nxia_fd(session, make_child(session, region, REGION_ALL, 0));
	EXPECT_OK(nxia_revoke(session, region));
	EXPECT_ERR(try_map(file, PROT_READ, MAP_SHARED, page_size(), 0),
		   EKEYREVOKED);
}

TEST(map_closed, "region mmap: EBADF when the capability was closed")
{
	struct mapped m;

	mapped_init(&m, 1);
	EXPECT_OK(nxia_close(m.session, m.handle));
	EXPECT_ERR(try_map(m.file, PROT_READ, MAP_SHARED, page_size(), 0),
		   EBADF);
}

TEST(protect, "mprotect: gives nothing that the capability does not")
{
	struct mapped m;
	char *map;
	__u64 reader;

	mapped_init(&m, 1);
	EXPECT_EQ(mprotect((char *)m.map, page_size(), RW | PROT_EXEC), -1);
	EXPECT_EQ(errno, EACCES);
	reader = make_child(m.session, m.handle,
			    NXIA_RIGHT_READ | NXIA_RIGHT_MAP, 0);
	map = region_map(nxia_fd(m.session, reader), PROT_READ, 0, 1);
	EXPECT_EQ(mprotect(map, page_size(), RW), -1);
	EXPECT_EQ(errno, EACCES);
	EXPECT_EQ(mprotect(map, page_size(), PROT_WRITE), -1);
	EXPECT_EQ(errno, EACCES);
	EXPECT_EQ(probe(map, true), SIGSEGV);
	EXPECT_EQ(probe(map, false), 0);
}

TEST(protect_up, "mprotect: what may be written can be made writable, and back")
{
	struct mapped m;
	volatile char *map;

	mapped_init(&m, 1);
	map = region_map(m.file, PROT_READ, 0, 1);
	EXPECT_EQ(map[5], 0);
	EXPECT_EQ(probe(map, true), SIGSEGV);
	EXPECT_EQ(mprotect((char *)map, page_size(), RW), 0);
	map[5] = 6;
	EXPECT_EQ(m.map[5], 6);
	EXPECT_EQ(mprotect((char *)map, page_size(), PROT_READ), 0);
	EXPECT_EQ(probe(map, true), SIGSEGV);
}

TEST(not_inherited, "fork: a region's mappings are not inherited")
{
	struct mapped m;
	pid_t child;

	mapped_init(&m, 1);
	madvise((char *)m.map, page_size(), MADV_DOFORK);
	child = child_start();
	if (!child) {
		EXPECT_EQ(probe(m.map, false), SIGSEGV);
		child_done();
	}
	child_join(child);
	EXPECT_EQ(probe(m.map, true), 0);
}

TEST(not_dumped, "region mmap: a core file has none of it")
{
	struct mapped m;

	mapped_init(&m, 1);
	EXPECT(has_flag((char *)m.map, " dd"));
	madvise((char *)m.map, page_size(), MADV_DODUMP);
	EXPECT(has_flag((char *)m.map, " dd"));
}

TEST(no_growth, "mremap: a region's mapping can be neither grown nor doubled")
{
	struct mapped m;
	size_t page = page_size();

	mapped_init(&m, 2);
	EXPECT_EQ(mremap((char *)m.map, page, 2 * page, MREMAP_MAYMOVE),
		  MAP_FAILED);
	EXPECT_EQ(mremap((char *)m.map, 0, page, MREMAP_MAYMOVE), MAP_FAILED);
	EXPECT_EQ(probe(m.map, true), 0);
}

TEST(advised, "madvise: cannot lose or free what is in a region")
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_FREE, MADV_REMOVE, MADV_COLD, MADV_PAGEOUT,
		MADV_NOHUGEPAGE, MADV_HUGEPAGE, MADV_COLLAPSE, MADV_MERGEABLE,
		MADV_WIPEONFORK, MADV_POPULATE_READ, MADV_POPULATE_WRITE,
	};
	const size_t pages = 2 * huge_pages();
	struct mapped m;

	mapped_init(&m, pages);
	m.map[77] = 77;
	m.map[HUGE_SIZE + 78] = 78;
	for (unsigned int i = 0; i < ARRAY_SIZE(advice); i++) {
		madvise((char *)m.map, pages * page_size(), advice[i]);
		EXPECT_EQ(m.map[77], 77);
		EXPECT_EQ(m.map[HUGE_SIZE + 78], 78);
	}
}

/* Pinning: who has pinned a page could write it after FREEZE. */

TEST(vmsplice_pin, "vmsplice: EFAULT, a region's pages cannot be pinned")
{
	struct mapped m;
	struct iovec io = { .iov_len = 64 };
	struct gate pipe;

	mapped_init(&m, 1);
	m.map[0] = 1;
	gate_init(&pipe);
	io.iov_base = (char *)m.map;
	EXPECT_EQ(vmsplice(pipe.fds[1], &io, 1, 0), -1);
	EXPECT_EQ(errno, EFAULT);
}

TEST(process_vm, "process_vm_writev: EFAULT on a region")
{
	struct mapped m;
	char byte = 'x';
	struct iovec local = { &byte, 1 }, remote = { NULL, 1 };

	mapped_init(&m, 1);
	m.map[0] = 0;
	remote.iov_base = (char *)m.map;
	if (!process_vm_works())
		test_skip("this kernel has no process_vm_writev");
	EXPECT_EQ(process_vm_writev(getpid(), &local, 1, &remote, 1, 0), -1);
	EXPECT_EQ(errno, EFAULT);
	EXPECT_EQ(process_vm_readv(getpid(), &local, 1, &remote, 1, 0), -1);
	EXPECT_EQ(errno, EFAULT);
	EXPECT_EQ(m.map[0], 0);
}

TEST(direct_io, "O_DIRECT: EFAULT, a region's pages cannot be pinned")
{
	int disk = open_disk();
	struct mapped m;

	if (disk < 0)
		test_skip("no disk to read from");
	mapped_init(&m, 2);
	m.map[0] = 0;
	EXPECT_EQ(pread(disk, (char *)m.map, 4096, 0), -1);
	EXPECT_EQ(errno, EFAULT);
}

TEST(ordinary_io, "region mmap: read() and write() copy into and out of it")
{
	struct mapped m;
	struct gate pipe;

	mapped_init(&m, 1);
	gate_init(&pipe);
	EXPECT_EQ(write(pipe.fds[1], "copied", 6), 6);
	EXPECT_EQ(read(pipe.fds[0], (char *)m.map, 6), 6);
	EXPECT(!memcmp((char *)m.map, "copied", 6));
	EXPECT_EQ(write(pipe.fds[1], (char *)m.map, 6), 6);
}

/* Ranges */

static int derive_range(struct mapped *m, __u64 parent, __u64 offset,
			__u64 length, __u64 *handle)
{
	return nxia_derive_range(m->session, parent, REGION_ALL, offset, length,
				 handle);
}

TEST(range, "DERIVE: a range begins at its offset, for mmap and for QUERY")
{
	size_t page = page_size();
	__u64 child, grandchild;
	struct nxia_query query;
	struct mapped m;
	volatile char *map;

	mapped_init(&m, 8);
	for (int i = 0; i < 8; i++)
		m.map[i * page] = i + 1;
	REQUIRE_OK(derive_range(&m, m.handle, 2 * page, 5 * page, &child));
	EXPECT_OK(nxia_query(m.session, child, &query));
	EXPECT_EQ(query.offset, 2 * page);
	EXPECT_EQ(query.size, 5 * page);
	map = region_map_all(m.session, child, 5);
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(map[i * page], i + 3);
	REQUIRE_OK(derive_range(&m, child, page, 2 * page, &grandchild));
	EXPECT_OK(nxia_query(m.session, grandchild, &query));
	EXPECT_EQ(query.offset, 3 * page);
	EXPECT_EQ(query.size, 2 * page);
	map = region_map_all(m.session, grandchild, 2);
	EXPECT_EQ(map[0], 4);
	EXPECT_EQ(map[page], 5);
	map[page] = 55;
	EXPECT_EQ(m.map[4 * page], 55);
}

TEST(range_offset, "region mmap: an offset counts from where the range begins")
{
	size_t page = page_size();
	struct mapped m;
	__u64 child;
	int file;

	mapped_init(&m, 4);
	m.map[3 * page] = 3;
	REQUIRE_OK(derive_range(&m, m.handle, 2 * page, 2 * page, &child));
	file = nxia_fd(m.session, child);
	EXPECT_EQ(region_map(file, PROT_READ, 1, 1)[0], 3);
	EXPECT_ERR(try_map(file, RW, MAP_SHARED, page, 2 * page), EINVAL);
	EXPECT_ERR(try_map(file, RW, MAP_SHARED, 3 * page, 0), EINVAL);
	EXPECT_ERR(try_map(file, RW, MAP_SHARED, 2 * page, page), EINVAL);
}

TEST(range_kept, "DERIVE: without offset and length the range is the parent's")
{
	size_t page = page_size();
	struct nxia_query query;
	struct mapped m;
	__u64 child, grandchild;

	mapped_init(&m, 4);
	REQUIRE_OK(derive_range(&m, m.handle, page, 2 * page, &child));
	grandchild = make_child(m.session, child, REGION_ALL, 0);
	EXPECT_OK(nxia_query(m.session, grandchild, &query));
	EXPECT_EQ(query.offset, page);
	EXPECT_EQ(query.size, 2 * page);
}

TEST(range_bad, "DERIVE: EINVAL for a range that is not within the parent's")
{
	const __u64 page = page_size(), bad[][2] = {
		{ 0, 5 * page }, { page, 4 * page }, { 4 * page, page },
		{ 4 * page, 0 }, { page, 0 }, { 0, 1 }, { 1, page },
		{ page / 2, page }, { 0, page + 1 }, { 5 * page, page },
		{ 0, -page }, { page, -page }, { -page, 2 * page },
		{ -page, page }, { ~0ULL, ~0ULL }, { 1ULL << 63, page },
		{ 1ULL << 63, 1ULL << 63 },
	};
	struct nxia_info before;
	struct mapped m;
	__u64 child;

	mapped_init(&m, 4);
	before = nxia_info(m.session);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_ERR(derive_range(&m, m.handle, bad[i][0], bad[i][1],
					&child), EINVAL);
	EXPECT_EQ(nxia_info(m.session).caps, before.caps);
	EXPECT_OK(derive_range(&m, m.handle, 3 * page, page, &child));
	EXPECT_ERR(derive_range(&m, child, page, page, &child), EINVAL);
}

TEST(range_of_endpoint, "DERIVE: EINVAL for a range of what is no region")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), child;

	EXPECT_ERR(nxia_derive_range(session, endpoint, NXIA_RIGHT_CONNECT, 0,
				     page_size(), &child), EINVAL);
	EXPECT_ERR(nxia_derive_range(session, endpoint, NXIA_RIGHT_CONNECT,
				     page_size(), 0, &child), EINVAL);
}

/* Handing over */

TEST(transferred, "TRANSFER: hands over a region, with its range")
{
	size_t page = page_size();
	struct nxia_transfer_cap cap;
	struct nxia_query query;
	volatile char *map;
	struct pair p;
	__u32 count = 1;
	__u64 region;

	pair_init(&p, 1, 1);
	region = make_region(p.session, 3);
	map = region_map_all(p.session, region, 3);
	map[page] = 42;
	REQUIRE_OK(nxia_derive_range(p.session, region, REGION_ALL, page, page,
				     &cap.handle));
	cap.rights = NXIA_RIGHT_READ | NXIA_RIGHT_MAP;
	cap.badge = 0;
	REQUIRE_OK(nxia_transfer(p.session, p.client.handle, &cap, 1, NULL));
	REQUIRE_OK(nxia_receive(p.session, p.server.handle, &cap, &count,
				NULL));
	EXPECT_OK(nxia_query(p.session, cap.handle, &query));
	EXPECT_EQ(query.type, NXIA_TYPE_REGION);
	EXPECT_EQ(query.rights, NXIA_RIGHT_READ | NXIA_RIGHT_MAP);
	EXPECT_EQ(query.offset, page);
	EXPECT_EQ(query.size, page);
	map = region_map(nxia_fd(p.session, cap.handle), PROT_READ, 0, 1);
	EXPECT_EQ(map[0], 42);
}

/* FREEZE */

TEST(frozen, "FREEZE: every holder sees it in QUERY; twice is once")
{
	struct nxia_query query;
	struct mapped m;
	__u64 child;

	mapped_init(&m, 2);
	child = make_child(m.session, m.handle, NXIA_RIGHT_READ, 0);
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	EXPECT_OK(nxia_query(m.session, m.handle, &query));
	EXPECT_EQ(query.state, NXIA_STATE_FROZEN);
	EXPECT_OK(nxia_query(m.session, child, &query));
	EXPECT_EQ(query.state, NXIA_STATE_FROZEN);
}

TEST(freeze_right, "FREEZE: EPERM without WRITE")
{
	struct nxia_query query;
	struct mapped m;
	__u64 child;

	mapped_init(&m, 1);
	child = make_child(m.session, m.handle, REGION_ALL & ~NXIA_RIGHT_WRITE,
			   0);
	EXPECT_ERR(nxia_freeze(m.session, child), EPERM);
	EXPECT_OK(nxia_query(m.session, child, &query));
	EXPECT_EQ(query.state, 0);
	EXPECT_EQ(probe(m.map, true), 0);
}

TEST(freeze_part, "FREEZE: EINVAL for a part of the region")
{
	struct nxia_query query;
	struct mapped m;
	__u64 child;

	mapped_init(&m, 2);
	REQUIRE_OK(derive_range(&m, m.handle, 0, page_size(), &child));
	EXPECT_ERR(nxia_freeze(m.session, child), EINVAL);
	EXPECT_OK(nxia_query(m.session, child, &query));
	EXPECT_EQ(query.state, 0);
	REQUIRE_OK(derive_range(&m, m.handle, 0, 2 * page_size(), &child));
	EXPECT_OK(nxia_freeze(m.session, child));
}

TEST(freeze_own, "FREEZE: writing raises SIGBUS, reading goes on")
{
	struct mapped m;

	mapped_init(&m, 3);
	m.map[0] = 1;
	m.map[page_size()] = 2;
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(probe(m.map + i * page_size(), true), SIGBUS);
		EXPECT_EQ(probe(m.map + i * page_size(), false), 0);
		EXPECT_EQ(probe(m.map + i * page_size(), true), SIGBUS);
	}
	EXPECT_EQ(m.map[0], 1);
	EXPECT_EQ(m.map[page_size()], 2);
	EXPECT_EQ(m.map[2 * page_size()], 0);
}

/* Counts up in the first word of each page until a signal ends it. */
static int count_up(volatile char *map, size_t pages)
{
	int number;

	probe_catch(SIGBUS);
	probing = true;
	number = sigsetjmp(probe_context, 1);
	for (__u64 i = 1; !number; i++)
		for (size_t page = 0; page < pages; page++)
			*(volatile __u64 *)(map + page * page_size()) = i;
	probing = false;
	return number;
}

/*
 * A writer in another process, through @file; a gate each tells that it writes
 * and that it may end.
 */
static pid_t start_writer(int file, size_t pages, struct gate *ready,
			  struct gate *end)
{
	pid_t child = child_start();
	volatile char *map;

	if (child)
		return child;
	map = region_map(file, RW, 0, pages);
	map[0] = 1;
	gate_open(ready);
	EXPECT_EQ(count_up(map, pages), SIGBUS);
	for (size_t page = 0; page < pages; page++) {
		EXPECT_EQ(probe(map + page * page_size(), false), 0);
		EXPECT_EQ(probe(map + page * page_size(), true), SIGBUS);
	}
	gate_open(ready);
	gate_pass(end);
	child_done();
}

static void freeze_writer(size_t pages)
{
	struct gate ready, end;
	struct mapped m;
	pid_t child;
	char *copy;

	mapped_init(&m, pages);
	gate_init(&ready);
	gate_init(&end);
	copy = malloc(pages * page_size());
	child = start_writer(m.file, pages, &ready, &end);
	gate_pass(&ready);
	usleep(20000);
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	memcpy(copy, (char *)m.map, pages * page_size());
	gate_pass(&ready);
	EXPECT(!memcmp(copy, (char *)m.map, pages * page_size()));
	EXPECT(*(__u64 *)copy > 0);
	gate_open(&end);
	child_join(child);
}

TEST(freeze_other, "FREEZE: takes the pages from a writer in another process")
{
	freeze_writer(3);
}

TEST(freeze_other_huge, "FREEZE: takes huge pages from a writer, too")
{
	freeze_writer(2 * huge_pages());
}

TEST(freeze_map, "region mmap: EROFS for PROT_WRITE once it is frozen")
{
	struct mapped m;
	char *map;

	mapped_init(&m, 1);
	m.map[9] = 9;
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	EXPECT_ERR(try_map(m.file, RW, MAP_SHARED, page_size(), 0), EROFS);
	EXPECT_ERR(try_map(m.file, PROT_WRITE, MAP_SHARED, page_size(), 0),
		   EROFS);
	map = region_map(m.file, PROT_READ, 0, 1);
	EXPECT_EQ(map[9], 9);
	/* It may be allowed, but then it helps nothing. */
	mprotect(map, page_size(), RW);
	EXPECT(probe(map, true));
	EXPECT_EQ(probe(map, false), 0);
}

static void freeze_protect(bool touched)
{
	struct mapped m;
	volatile char *map;

	mapped_init(&m, 1);
	map = region_map(m.file, PROT_READ, 0, 1);
	if (touched)
		EXPECT_EQ(probe(map, false), 0);
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	EXPECT_EQ(probe(map, false), 0);
	mprotect((char *)map, page_size(), RW);
	EXPECT(probe(map, true));
	EXPECT(probe(map, true));
	EXPECT_EQ(probe(map, false), 0);
	/* A dirty page is one that mprotect() may make writable by itself. */
	EXPECT_EQ(mprotect((char *)m.map, page_size(), PROT_READ), 0);
	EXPECT_EQ(probe(m.map, false), 0);
	mprotect((char *)m.map, page_size(), RW);
	EXPECT_EQ(probe(m.map, true), SIGBUS);
	EXPECT_EQ(map[0], 0);
}

TEST(freeze_protect_touched, "FREEZE: mprotect() does not bring writing back")
{
	freeze_protect(true);
}

TEST(freeze_protect_new, "FREEZE: nor on a mapping that was not yet touched")
{
	freeze_protect(false);
}

TEST(freeze_read, "FREEZE: read() into it fails with EFAULT")
{
	struct mapped m;
	struct gate pipe;

	mapped_init(&m, 1);
	m.map[0] = 'a';
	gate_init(&pipe);
	EXPECT_EQ(write(pipe.fds[1], "bcd", 3), 3);
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	EXPECT_EQ(read(pipe.fds[0], (char *)m.map, 3), -1);
	EXPECT_EQ(errno, EFAULT);
	EXPECT_EQ(m.map[0], 'a');
	EXPECT_EQ(write(pipe.fds[1], (char *)m.map, 1), 1);
}

TEST(freeze_memory_file, "FREEZE: /proc/self/mem cannot write it")
{
	struct mapped m;
	int file;

	mapped_init(&m, 1);
	m.map[100] = 5;
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	file = open("/proc/self/mem", O_RDWR);
	REQUIRE(file >= 0);
	EXPECT_EQ(pwrite(file, "x", 1, (uintptr_t)m.map + 100), -1);
	EXPECT_EQ(m.map[100], 5);
}

TEST(freeze_ptrace, "FREEZE: ptrace() cannot write it")
{
	struct gate address;
	struct mapped m;
	__u64 word;
	int status;
	pid_t child;

	mapped_init(&m, 1);
	m.map[0] = 5;
	gate_init(&address);
	child = child_start();
	if (!child) {
		char *map = region_map(m.file, RW, 0, 1);

		EXPECT_EQ(probe(map, true), 0);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		gate_put(&address, (uintptr_t)map);
		raise(SIGSTOP);
		pause();
	}
	word = gate_get(&address);
	EXPECT_EQ(waitpid(child, &status, 0), child);
	REQUIRE(WIFSTOPPED(status));
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	EXPECT_EQ(ptrace(PTRACE_POKEDATA, child, word, -1L), -1);
	EXPECT_EQ(m.map[0], 5);
	child_kill(child);
}

TEST(freeze_moved, "FREEZE: reaches a mapping that was moved, and all pieces")
{
	size_t page = page_size(), length = 5 * page;
	struct mapped m;
	volatile char *moved;
	char *place;

	mapped_init(&m, 5);
	place = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	REQUIRE(place != MAP_FAILED);
	for (int i = 0; i < 5; i++)
		m.map[i * page] = i;
	moved = mremap((char *)m.map, length, length,
		       MREMAP_MAYMOVE | MREMAP_FIXED, place);
	if (moved == MAP_FAILED)
		moved = m.map;
	EXPECT_EQ(munmap((char *)moved + 2 * page, page), 0);
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(probe(moved + i * page, true),
			  i == 2 ? SIGSEGV : SIGBUS);
}

/*
 * A writer faults on a page that it has made read-only and writable again, a
 * thread beside it reads the page, and FREEZE comes between.
 */
static void *read_on(void *map)
{
	for (;;)
		(void)*(volatile char *)map;
	return NULL;
}

static void toggle_and_write(int file)
{
	volatile char *map = region_map(file, RW, 0, 1);
	pthread_t reader;

	REQUIRE(!pthread_create(&reader, NULL, read_on, (void *)map));
	probe_catch(SIGBUS);
	probing = true;
	if (!sigsetjmp(probe_context, 1))
		for (__u64 i = 1;; i++) {
			mprotect((char *)map, page_size(), PROT_READ);
			(void)*map;
			mprotect((char *)map, page_size(), RW);
			*(volatile __u64 *)map = i;
			*(volatile __u64 *)map = i;
		}
	probing = false;
	child_done();
}

TEST(freeze_race, "FREEZE: no writer gets past it, whatever it does just then")
{
	for (int round = 0; round < 60; round++) {
		struct mapped m;
		pid_t child;
		__u64 seen;

		mapped_init(&m, 1);
		child = child_start();
		if (!child)
			toggle_and_write(m.file);
		while (!*(volatile __u64 *)m.map)
			usleep(100);
		usleep(round * 50);
		EXPECT_OK(nxia_freeze(m.session, m.handle));
		seen = *(volatile __u64 *)m.map;
		child_join(child);
		EXPECT_EQ(*(volatile __u64 *)m.map, seen);
		munmap((char *)m.map, page_size());
		close(m.file);
		close(m.session);
	}
}

/* REVOKE and CLOSE */

TEST(revoked, "REVOKE: a mapping in another process raises SIGBUS")
{
	struct gate ready, revoked;
	struct mapped m;
	__u64 child_handle;
	pid_t child;

	mapped_init(&m, 2);
	gate_init(&ready);
	gate_init(&revoked);
	child = child_start();
	if (!child) {
		int session = nxia_session();
		volatile char *map;

		REQUIRE_OK(nxia_import(session, m.file, REGION_ALL,
				       &child_handle));
		map = region_map_all(session, child_handle, 2);
		EXPECT_EQ(probe(map, true), 0);
		gate_open(&ready);
		gate_pass(&revoked);
		EXPECT_EQ(probe(map, false), SIGBUS);
		EXPECT_EQ(probe(map + page_size(), true), SIGBUS);
		EXPECT_ERR(nxia_fd(session, child_handle), EKEYREVOKED);
		child_done();
	}
	gate_pass(&ready);
	EXPECT_EQ(nxia_revoke(m.session, m.handle), 1);
	EXPECT_EQ(probe(m.map, true), 0);
	gate_open(&revoked);
	child_join(child);
}

TEST(closed, "CLOSE: takes the own mappings away, and no one else's")
{
	struct mapped m;
	volatile char *map;
	__u64 child;

	mapped_init(&m, 2);
	child = make_child(m.session, m.handle, REGION_ALL, 0);
	map = region_map_all(m.session, child, 2);
	map[0] = 1;
	m.map[page_size()] = 2;
	EXPECT_OK(nxia_close(m.session, child));
	EXPECT_EQ(probe(map, false), SIGBUS);
	EXPECT_EQ(probe(map + page_size(), false), SIGBUS);
	EXPECT_EQ(probe(m.map, true), 0);
	EXPECT_EQ(m.map[0], 1);
}

TEST(closed_frozen, "CLOSE: of a frozen region takes the mappings away")
{
	struct mapped m;

	mapped_init(&m, 1);
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	EXPECT_EQ(probe(m.map, false), 0);
	EXPECT_OK(nxia_close(m.session, m.handle));
	EXPECT_EQ(probe(m.map, false), SIGBUS);
}

TEST(charged, "CLOSE: what a file stands for stays charged until it is closed")
{
	int session = nxia_session(), file;
	struct nxia_info before = nxia_info(session);
	__u64 region = make_region(session, 7);

	file = nxia_fd(session, region);
	EXPECT_OK(nxia_close(session, region));
	EXPECT_EQ(nxia_info(session).pages, before.pages + 7);
	close(file);
	EXPECT_EQ(nxia_info(session).pages, before.pages);
	EXPECT_EQ(nxia_info(session).objects, before.objects);
}

TEST(charged_by_map, "CLOSE: a mapping alone keeps it charged, too")
{
	int session = nxia_session();
	struct nxia_info before = nxia_info(session);
	__u64 region = make_region(session, 7);
	volatile char *map = region_map_all(session, region, 7);

	EXPECT_OK(nxia_close(session, region));
	EXPECT_EQ(probe(map, false), SIGBUS);
	EXPECT_EQ(nxia_info(session).pages, before.pages + 7);
	munmap((char *)map, 7 * page_size());
	EXPECT_EQ(nxia_info(session).pages, before.pages);
}

TEST(session_ends, "session: its end takes the mappings of its regions away")
{
	struct mapped m;

	mapped_init(&m, 1);
	EXPECT_EQ(probe(m.map, true), 0);
	close(m.session);
	EXPECT_EQ(probe(m.map, false), SIGBUS);
}

/* Huge pages */

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

static void require_huge(void)
{
	char text[64] = "";
	int file = open("/sys/kernel/mm/transparent_hugepage/enabled",
			O_RDONLY);

	if (file < 0 || read(file, text, sizeof(text) - 1) <= 0 ||
	    strstr(text, "[never]"))
		test_skip("this kernel has no transparent huge pages");
	close(file);
}

static long faults_of(volatile char *map, size_t pages, bool writes)
{
	long before = faults();

	for (size_t i = 0; i < pages; i++)
		EXPECT_EQ(probe(map + i * page_size(), writes), 0);
	return faults() - before;
}

TEST(huge, "region mmap: 4 MiB are mapped by huge pages")
{
	const size_t pages = 2 * huge_pages();
	struct mapped m;

	require_huge();
	mapped_init(&m, pages);
	EXPECT_EQ((uintptr_t)m.map % HUGE_SIZE, 0);
	EXPECT(faults_of(m.map, pages, false) < 20);
	EXPECT(faults_of(m.map, pages, true) < 20);
	EXPECT_EQ(count_nonzero(m.map, pages * page_size()), 0);
}

TEST(huge_frozen, "FREEZE: readers map huge pages afterwards, too")
{
	const size_t pages = 2 * huge_pages();
	struct mapped m;

	require_huge();
	mapped_init(&m, pages);
	m.map[HUGE_SIZE] = 7;
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	EXPECT(faults_of(m.map, pages, false) < 20);
	EXPECT_EQ(probe(m.map + HUGE_SIZE, true), SIGBUS);
	EXPECT_EQ(m.map[HUGE_SIZE], 7);
}

TEST(huge_pieces, "FREEZE, REVOKE: reach the pieces of a huge page")
{
	const size_t pages = huge_pages(), page = page_size();
	struct mapped m;
	volatile char *map;
	__u64 child;

	mapped_init(&m, pages);
	child = make_child(m.session, m.handle, REGION_ALL, 0);
	map = region_map_all(m.session, child, pages);
	for (size_t i = 0; i < pages; i++)
		map[i * page] = i;
	EXPECT_EQ(munmap((char *)map + 5 * page, page), 0);
	EXPECT_EQ(mprotect((char *)map + 7 * page, page, PROT_READ), 0);
	for (size_t i = 0; i < pages; i++)
		if (i != 5)
			EXPECT_EQ(map[i * page], (char)i);
	EXPECT_EQ(mprotect((char *)map + 7 * page, page, RW), 0);
	EXPECT_EQ(probe(map + 7 * page, true), 0);
	EXPECT_OK(nxia_freeze(m.session, m.handle));
	for (size_t i = 0; i < pages; i++) {
		EXPECT_EQ(probe(map + i * page, true),
			  i == 5 ? SIGSEGV : SIGBUS);
		EXPECT_EQ(probe(map + i * page, false), i == 5 ? SIGSEGV : 0);
	}
	EXPECT_OK(nxia_revoke(m.session, m.handle));
	for (size_t i = 0; i < pages; i++)
		EXPECT_EQ(probe(map + i * page, false),
			  i == 5 ? SIGSEGV : SIGBUS);
}

TEST(huge_range, "region mmap: a range that cuts through huge pages is right")
{
	const size_t pages = 3 * huge_pages(), page = page_size();
	struct mapped m;
	volatile char *map;
	__u64 child;

	mapped_init(&m, pages);
	for (size_t i = 0; i < pages; i++)
		*(volatile __u32 *)(m.map + i * page) = i;
	REQUIRE_OK(derive_range(&m, m.handle, 3 * page, (pages - 5) * page,
				&child));
	map = region_map_all(m.session, child, pages - 5);
	for (size_t i = 0; i < pages - 5; i++)
		EXPECT_EQ(*(volatile __u32 *)(map + i * page), i + 3);
	REQUIRE_OK(derive_range(&m, m.handle, HUGE_SIZE, HUGE_SIZE, &child));
	map = region_map_all(m.session, child, huge_pages());
	for (size_t i = 0; i < huge_pages(); i++)
		EXPECT_EQ(*(volatile __u32 *)(map + i * page),
			  i + huge_pages());
}
