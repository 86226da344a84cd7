// SPDX-License-Identifier: GPL-2.0-only
/* The mappings of a channel end: what mmap() gives, and what nothing may. */
#include <sys/ptrace.h>

#include "nxia_main.h"
#include "nxia_memory.h"
#include "nxia_pair.h"

TEST(layout, "mmap: the own half of one end is the peer's half of the other")
{
	struct pair p;

	pair_init(&p, 2, 4);
	ring_producer(&p.a)->index = 11;
	ring_consumer(&p.a)->index = 12;
	ring_producer(&p.b)->index = 13;
	ring_consumer(&p.b)->index = 14;
	ring_producer(&p.a)->want = 15;
	EXPECT_EQ(word_load(&ring_peer_producer(&p.b)->index), 11);
	EXPECT_EQ(word_load(&ring_peer_consumer(&p.b)->index), 12);
	EXPECT_EQ(word_load(&ring_peer_producer(&p.a)->index), 13);
	EXPECT_EQ(word_load(&ring_peer_consumer(&p.a)->index), 14);
	EXPECT_EQ(word_load(&ring_peer_producer(&p.b)->want), 15);
	for (size_t i = 0; i < p.client.tx_size; i += 512)
		ring_tx_data(&p.a)[i] = i / 512 + 1;
	for (size_t i = 0; i < p.client.tx_size; i += 512)
		EXPECT_EQ(ring_rx_data(&p.b)[i], (char)(i / 512 + 1));
}

TEST(fresh, "mmap: a new channel is all zeros")
{
	struct pair p;
	size_t nonzero = 0;

	pair_init(&p, 2, 1);
	for (size_t i = 0; i < half_size(p.client.tx_size); i++)
		nonzero += !!p.a.own[i];
	for (size_t i = 0; i < half_size(p.client.rx_size); i++)
		nonzero += !!p.a.peer[i];
	EXPECT_EQ(nonzero, 0);
}

TEST(double_mapping, "mmap: the data is there twice, a message never wraps")
{
	struct pair p;
	char message[64], got[64];
	size_t size;

	pair_init(&p, 2, 1);
	size = p.client.tx_size;
	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = i + 1;
	memcpy(ring_tx_data(&p.a) + size - 32, message, sizeof(message));
	EXPECT(!memcmp(ring_tx_data(&p.a), message + 32, 32));
	EXPECT(!memcmp(ring_tx_data(&p.a) + 2 * size - 32, message, 32));
	memcpy(got, ring_rx_data(&p.b) + size - 32, sizeof(got));
	EXPECT(!memcmp(got, message, sizeof(got)));
	ring_tx_data(&p.a)[2 * size - 1] = 'z';
	EXPECT_EQ(ring_rx_data(&p.b)[size - 1], 'z');
}

TEST(map_twice, "mmap: a half can be mapped more than once")
{
	struct pair p;
	struct ring again;

	pair_init(&p, 1, 1);
	ring_map(&again, &p.client);
	again.own[0] = 7;
	EXPECT_EQ(p.a.own[0], 7);
	EXPECT_EQ(p.b.peer[0], 7);
}

TEST(map_without_file, "mmap: a mapping lives on when its file is closed")
{
	struct pair p;

	pair_init(&p, 1, 1);
	close(p.client.fd);
	EXPECT_EQ(probe(p.a.own, true), 0);
	EXPECT_EQ(probe(p.a.peer, false), 0);
}

TEST(bad_length, "mmap: EINVAL for another length")
{
	struct pair p;
	size_t page = page_size(), own, peer;
	const int rw = PROT_READ | PROT_WRITE;

	pair_init(&p, 2, 8);
	own = half_size(p.client.tx_size);
	peer = half_size(p.client.rx_size);
	for (size_t length = page; length <= peer + 2 * page; length += page) {
		if (length != own)
			EXPECT_ERR(try_map(p.client.fd, rw, MAP_SHARED, length,
					   NXIA_MMAP_OWN), EINVAL);
		if (length != peer)
			EXPECT_ERR(try_map(p.client.fd, PROT_READ, MAP_SHARED,
					   length, NXIA_MMAP_PEER), EINVAL);
	}
	EXPECT_ERR(try_map(p.server.fd, rw, MAP_SHARED, own, NXIA_MMAP_OWN),
		   EINVAL);
	EXPECT_OK(try_map(p.server.fd, rw, MAP_SHARED, peer, NXIA_MMAP_OWN));
}

TEST(bad_offset, "mmap: EINVAL for another offset")
{
	struct pair p;
	__u64 page = page_size();
	const __u64 bad[] = {
		page, 2 * page, NXIA_MMAP_PEER - page, NXIA_MMAP_PEER + page,
		NXIA_MMAP_PEER * 2, NXIA_MMAP_PEER * 3, 1ULL << 32, 1ULL << 62,
	};

	pair_init(&p, 1, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_ERR(try_map(p.client.fd, PROT_READ, MAP_SHARED,
				   half_size(page), bad[i]), EINVAL);
}

TEST(private, "mmap: EINVAL for MAP_PRIVATE")
{
	struct pair p;
	size_t length;

	pair_init(&p, 1, 1);
	length = half_size(page_size());
	EXPECT_ERR(try_map(p.client.fd, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			   length, NXIA_MMAP_OWN), EINVAL);
	EXPECT_ERR(try_map(p.client.fd, PROT_READ, MAP_PRIVATE, length,
			   NXIA_MMAP_PEER), EINVAL);
	EXPECT_ERR(try_map(p.client.fd, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			   length, NXIA_MMAP_PEER), EINVAL);
}

TEST(peer_write, "mmap: EACCES for PROT_WRITE on the peer's half")
{
	struct pair p;
	size_t length;

	pair_init(&p, 1, 1);
	length = half_size(page_size());
	EXPECT_ERR(try_map(p.client.fd, PROT_READ | PROT_WRITE, MAP_SHARED,
			   length, NXIA_MMAP_PEER), EACCES);
	EXPECT_ERR(try_map(p.client.fd, PROT_WRITE, MAP_SHARED, length,
			   NXIA_MMAP_PEER), EACCES);
	EXPECT_ERR(try_map(p.server.fd, PROT_READ | PROT_WRITE, MAP_SHARED,
			   length, NXIA_MMAP_PEER), EACCES);
}

TEST(execute, "mmap: EACCES (or EPERM) for PROT_EXEC")
{
	struct pair p;
	size_t length;

	pair_init(&p, 1, 1);
	length = half_size(page_size());
	expect_no_execute(p.client.fd, PROT_READ | PROT_WRITE, length,
			  NXIA_MMAP_OWN);
	expect_no_execute(p.client.fd, PROT_READ, length, NXIA_MMAP_PEER);
}

TEST(map_revoked, "mmap: EKEYREVOKED when the capability was revoked")
{
	struct pair p;
	size_t length;

	pair_init(&p, 1, 1);
	length = half_size(page_size());
	EXPECT_OK(nxia_revoke(p.session, p.endpoint));
	EXPECT_ERR(try_map(p.client.fd, PROT_READ | PROT_WRITE, MAP_SHARED,
			   length, NXIA_MMAP_OWN), EKEYREVOKED);
	EXPECT_ERR(try_map(p.server.fd, PROT_READ, MAP_SHARED, length,
			   NXIA_MMAP_PEER), EKEYREVOKED);
}

TEST(map_closed, "mmap: EBADF when the capability was closed")
{
	struct pair p;
	size_t length;

	pair_init(&p, 1, 1);
	length = half_size(page_size());
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_ERR(try_map(p.client.fd, PROT_READ | PROT_WRITE, MAP_SHARED,
			   length, NXIA_MMAP_OWN), EBADF);
	EXPECT_ERR(try_map(p.client.fd, PROT_READ, MAP_SHARED, length,
			   NXIA_MMAP_PEER), EBADF);
}

TEST(protect, "mprotect: the peer's half stays read-only, no half executable")
{
	struct pair p;
	size_t page = page_size();
	void *peer;

	pair_init(&p, 1, 1);
	peer = (void *)p.a.peer;
	EXPECT_EQ(mprotect(peer, page, PROT_READ | PROT_WRITE), -1);
	EXPECT_EQ(errno, EACCES);
	EXPECT_EQ(mprotect(peer + page, 3 * page, PROT_WRITE), -1);
	EXPECT_EQ(errno, EACCES);
	EXPECT_EQ(mprotect(peer, page, PROT_READ | PROT_EXEC), -1);
	EXPECT_EQ(errno, EACCES);
	EXPECT_EQ(mprotect(p.a.own, page, PROT_READ | PROT_EXEC), -1);
	EXPECT_EQ(errno, EACCES);
	EXPECT_EQ(probe(peer, true), SIGSEGV);
	EXPECT_EQ(probe(peer, false), 0);
}

TEST(protect_own, "mprotect: the own half can be made read-only, and back")
{
	struct pair p;
	size_t page = page_size();

	pair_init(&p, 1, 1);
	EXPECT_EQ(mprotect(p.a.own, page, PROT_READ), 0);
	EXPECT_EQ(probe(p.a.own, true), SIGSEGV);
	EXPECT_EQ(mprotect(p.a.own, page, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(probe(p.a.own, true), 0);
}

TEST(peer_memory_file, "mmap: /proc/self/mem cannot write the peer's half")
{
	struct pair p;
	int file;

	pair_init(&p, 1, 1);
	p.b.own[100] = 5;
	file = open("/proc/self/mem", O_RDWR);
	REQUIRE(file >= 0);
	EXPECT_EQ(pwrite(file, "x", 1, (uintptr_t)p.a.peer + 100), -1);
	EXPECT_EQ(p.b.own[100], 5);
	EXPECT_EQ(p.a.peer[100], 5);
}

TEST(peer_ptrace, "mmap: ptrace() cannot write the peer's half")
{
	struct pair p;
	int status;
	pid_t child;

	pair_init(&p, 1, 1);
	child = child_start();
	if (!child) {
		ring_map(&p.a, &p.client);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		/* The address goes to the tracer in the other half. */
		*(volatile __u64 *)(p.a.own + 512) = (uintptr_t)p.a.peer;
		raise(SIGSTOP);
		pause();
	}
	EXPECT_EQ(waitpid(child, &status, 0), child);
	REQUIRE(WIFSTOPPED(status));
	EXPECT_EQ(ptrace(PTRACE_POKEDATA, child,
			 *(volatile __u64 *)(p.b.peer + 512), -1L), -1);
	EXPECT_EQ(p.b.own[0], 0);
	child_kill(child);
}

TEST(not_inherited, "fork: the mappings are not inherited")
{
	struct pair p;
	pid_t child;

	pair_init(&p, 1, 1);
	child = child_start();
	if (!child) {
		EXPECT_EQ(probe(p.a.own, false), SIGSEGV);
		EXPECT_EQ(probe(p.a.peer, false), SIGSEGV);
		child_done();
	}
	child_join(child);
	EXPECT_EQ(probe(p.a.own, true), 0);
}

TEST(not_inherited_ever, "fork: madvise() cannot have the mappings inherited")
{
	struct pair p;
	size_t length;
	pid_t child;

	pair_init(&p, 1, 1);
	length = half_size(page_size());
	madvise(p.a.own, length, MADV_DOFORK);
	madvise((void *)p.a.peer, length, MADV_DOFORK);
	child = child_start();
	if (!child) {
		EXPECT_EQ(probe(p.a.own, false), SIGSEGV);
		EXPECT_EQ(probe(p.a.peer, false), SIGSEGV);
		child_done();
	}
	child_join(child);
}

TEST(not_dumped, "mmap: a core file has no ring, whatever madvise() asks")
{
	struct pair p;
	size_t length;

	pair_init(&p, 1, 1);
	length = half_size(page_size());
	EXPECT(has_flag(p.a.own, " dd"));
	EXPECT(has_flag(p.a.peer, " dd"));
	madvise(p.a.own, length, MADV_DODUMP);
	madvise((void *)p.a.peer, length, MADV_DODUMP);
	EXPECT(has_flag(p.a.own, " dd"));
	EXPECT(has_flag(p.a.peer, " dd"));
}

TEST(no_growth, "mremap: a mapping can be neither grown nor doubled")
{
	struct pair p;
	size_t length, page = page_size();
	void *peer;

	pair_init(&p, 1, 1);
	peer = (void *)p.a.peer;
	length = half_size(page);
	EXPECT_EQ(mremap(p.a.own, length, length + page, MREMAP_MAYMOVE),
		  MAP_FAILED);
	EXPECT_EQ(mremap(peer, length, 2 * length, MREMAP_MAYMOVE),
		  MAP_FAILED);
	EXPECT_EQ(mremap(p.a.own, 0, length, MREMAP_MAYMOVE), MAP_FAILED);
	EXPECT_EQ(mremap(peer, 0, length, MREMAP_MAYMOVE), MAP_FAILED);
	EXPECT_EQ(probe(p.a.own, true), 0);
}

TEST(remap_pages, "remap_file_pages: cannot rearrange a mapping")
{
	struct pair p;
	size_t page = page_size();

	pair_init(&p, 1, 1);
	p.b.own[0] = 1;
	p.b.own[page] = 2;
	remap_file_pages((void *)p.a.peer, page, 0, 1, 0);
	EXPECT(probe(p.a.peer, false) || p.a.peer[0] == 1);
	EXPECT(probe(p.a.peer, true));
}

TEST(moved, "REVOKE: reaches a mapping that was moved")
{
	struct pair p;
	size_t length;
	char *place, *moved;

	pair_init(&p, 1, 1);
	length = half_size(page_size());
	place = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	REQUIRE(place != MAP_FAILED);
	moved = mremap(p.a.own, length, length, MREMAP_MAYMOVE | MREMAP_FIXED,
		       place);
	if (moved == MAP_FAILED)
		moved = p.a.own;
	EXPECT_EQ(probe(moved, true), 0);
	EXPECT_OK(nxia_revoke(p.session, p.endpoint));
	EXPECT_EQ(probe(moved, false), SIGBUS);
}

TEST(pieces, "REVOKE: reaches all pieces of a mapping")
{
	struct pair p;
	size_t page = page_size();

	pair_init(&p, 4, 4);
	EXPECT_EQ(munmap(p.a.own + 3 * page, page), 0);
	EXPECT_EQ(mprotect(p.a.own + page, page, PROT_READ), 0);
	EXPECT_EQ(munmap((void *)p.a.peer, page), 0);
	EXPECT_EQ(probe(p.a.own + 4 * page, true), 0);
	EXPECT_OK(nxia_revoke(p.session, p.endpoint));
	for (int i = 0; i < 10; i++) {
		EXPECT_EQ(probe(p.a.own + i * page, false),
			  i == 3 ? SIGSEGV : SIGBUS);
		EXPECT_EQ(probe(p.a.peer + i * page, false),
			  i == 0 ? SIGSEGV : SIGBUS);
	}
}

TEST(advised, "madvise: cannot lose or free what is in a ring")
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_FREE, MADV_REMOVE, MADV_COLD, MADV_PAGEOUT,
		MADV_HUGEPAGE, MADV_MERGEABLE, MADV_WIPEONFORK,
	};
	struct pair p;

	pair_init(&p, 1, 1);
	p.a.own[77] = 77;
	p.b.own[78] = 78;
	for (unsigned int i = 0; i < ARRAY_SIZE(advice); i++) {
		madvise(p.a.own, half_size(page_size()), advice[i]);
		madvise((void *)p.a.peer, half_size(page_size()), advice[i]);
		EXPECT_EQ(p.a.own[77], 77);
		EXPECT_EQ(p.b.peer[77], 77);
		EXPECT_EQ(p.a.peer[78], 78);
	}
}

/* Pinning: nobody may keep a page beyond the capability. */

TEST(vmsplice_pin, "vmsplice: EFAULT, pages cannot be pinned")
{
	struct pair p;
	struct iovec io = { .iov_len = 64 };
	struct gate pipe;

	pair_init(&p, 1, 1);
	gate_init(&pipe);
	io.iov_base = p.a.own;
	EXPECT_EQ(vmsplice(pipe.fds[1], &io, 1, 0), -1);
	EXPECT_EQ(errno, EFAULT);
	io.iov_base = (void *)p.a.peer;
	EXPECT_EQ(vmsplice(pipe.fds[1], &io, 1, 0), -1);
	EXPECT_EQ(errno, EFAULT);
}

TEST(process_vm, "process_vm_writev: EFAULT")
{
	struct pair p;
	char byte = 'x';
	struct iovec local = { &byte, 1 }, remote = { NULL, 1 };

	pair_init(&p, 1, 1);
	remote.iov_base = p.a.own;
	if (!process_vm_works())
		test_skip("this kernel has no process_vm_writev");
	EXPECT_EQ(process_vm_writev(getpid(), &local, 1, &remote, 1, 0), -1);
	EXPECT_EQ(errno, EFAULT);
	EXPECT_EQ(process_vm_readv(getpid(), &local, 1, &remote, 1, 0), -1);
	EXPECT_EQ(errno, EFAULT);
	remote.iov_base = (void *)p.a.peer;
	EXPECT_EQ(process_vm_writev(getpid(), &local, 1, &remote, 1, 0), -1);
	EXPECT_EQ(errno, EFAULT);
	EXPECT_EQ(p.a.own[0], 0);
	EXPECT_EQ(p.a.peer[0], 0);
}

TEST(direct_io, "O_DIRECT: EFAULT, pages cannot be pinned")
{
	int disk = open_disk();
	struct pair p;

	if (disk < 0)
		test_skip("no disk to read from");
	pair_init(&p, 2, 2);
	EXPECT_EQ(pread(disk, ring_tx_data(&p.a), 4096, 0), -1);
	EXPECT_EQ(errno, EFAULT);
	EXPECT_EQ(pread(disk, (void *)ring_rx_data(&p.a), 4096, 0), -1);
	EXPECT_EQ(errno, EFAULT);
	EXPECT_EQ(ring_tx_data(&p.a)[0], 0);
}

TEST(ordinary_io, "mmap: read() and write() copy into and out of a ring")
{
	struct pair p;
	struct gate pipe;

	pair_init(&p, 1, 1);
	gate_init(&pipe);
	EXPECT_EQ(write(pipe.fds[1], "copied", 6), 6);
	EXPECT_EQ(read(pipe.fds[0], ring_tx_data(&p.a), 6), 6);
	EXPECT(!memcmp(ring_rx_data(&p.b), "copied", 6));
	EXPECT_EQ(write(pipe.fds[1], ring_rx_data(&p.b), 6), 6);
	EXPECT_EQ(write(pipe.fds[1], "x", 1), 1);
	EXPECT_EQ(read(pipe.fds[0], (void *)ring_rx_data(&p.a), 6), -1);
	EXPECT_EQ(errno, EFAULT);
}

/* The end of a mapping */

TEST(close_faults, "CLOSE: the own mappings raise SIGBUS, the peer's do not")
{
	struct pair p;
	char text[4];

	pair_init(&p, 1, 1);
	EXPECT(ring_send(&p.a, "last", 4));
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_EQ(probe(p.a.own, false), SIGBUS);
	EXPECT_EQ(probe(p.a.peer, false), SIGBUS);
	EXPECT_EQ(nxia_wait(p.server.fd, NXIA_WAIT_READ, 0), NXIA_WAIT_READ);
	EXPECT(ring_get(&p.b, text, 4));
	EXPECT(!memcmp(text, "last", 4));
	EXPECT_EQ(probe(p.b.own, true), 0);
}

TEST(revoke_faults, "REVOKE: mappings raise SIGBUS in every process")
{
	int session = nxia_session();
	__u64 registry = make_registry(session);
	struct gate ready, revoked;
	struct nxia_end server;
	struct nxia_accept accepted;
	struct ring ring;
	pid_t child;

	gate_init(&ready);
	gate_init(&revoked);
	child = child_start();
	if (!child) {
		struct nxia_end end;

		make_client(page_size(), page_size(), &end);
		ring_map(&ring, &end);
		EXPECT_EQ(probe(ring.own, true), 0);
		EXPECT_EQ(probe(ring.peer, false), 0);
		gate_open(&ready);
		gate_pass(&revoked);
		EXPECT_EQ(probe(ring.own, true), SIGBUS);
		EXPECT_EQ(probe(ring.own + 3 * page_size(), true), SIGBUS);
		EXPECT_EQ(probe(ring.peer, false), SIGBUS);
		EXPECT_ERR(nxia_notify(end.fd), EKEYREVOKED);
		child_done();
	}
	gate_pass(&ready);
	REQUIRE_OK(nxia_accept(session, registry, &server, &accepted));
	ring_map(&ring, &server);
	EXPECT_EQ(probe(ring.own, true), 0);
	EXPECT_EQ(nxia_revoke(session, registry), 3);
	EXPECT_EQ(probe(ring.own, true), SIGBUS);
	EXPECT_EQ(probe(ring.peer, false), SIGBUS);
	gate_open(&revoked);
	child_join(child);
}

TEST(unmap_dead, "munmap: works on a mapping that is dead")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_revoke(p.session, p.endpoint));
	ring_unmap(&p.a);
	ring_unmap(&p.b);
	EXPECT_EQ(probe(p.a.own, false), SIGSEGV);
}

TEST(unmapped_end, "WAIT: works on an end that is not mapped")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_unmap(&p.a);
	EXPECT_ERR(nxia_wait(p.client.fd, NXIA_WAIT_READ, 0), ETIMEDOUT);
	EXPECT_EQ(nxia_wait(p.client.fd, NXIA_WAIT_WRITE, 0), NXIA_WAIT_WRITE);
}
