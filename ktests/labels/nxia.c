// SPDX-License-Identifier: GPL-2.0-only
/* Leaks by NXIA's own objects. */
#include "leak.h"
#include "nxia_pair.h"
#include "nxia_region.h"

/* A channel: "a" is the sender's end, "b" the collector's */

static struct pair pair;

static void make_pair(void)
{
	pair_init(&pair, 1, 1);
	world.fds[0] = kept(pair.client.fd);
	world.fds[1] = pair.server.fd;
}

static void send_ring(void)
{
	struct nxia_end end = {
		.fd = world.fds[0], .tx_size = page_size(),
		.rx_size = page_size(),
	};
	struct ring ring;

	ring_map(&ring, &end);
	ring_send(&ring, world.secret, 16);
}

static bool got_ring(void)
{
	char text[16];

	return ring_get(&pair.b, text, sizeof(text)) && got_text(text, 16);
}

static void send_hang_up(void)
{
	errno = -nxia_shutdown(world.fds[0]);
	must(errno ? -1 : 0);
}

static bool got_hang_up(void)
{
	struct pollfd poller = { .fd = world.fds[1], .events = POLLRDHUP };

	return poll(&poller, 1, 0) == 1 && poller.revents & POLLRDHUP;
}

LEAK(ring, "NXIA channel: message on an inherited end", make_pair, NULL,
     send_ring, got_ring)
LEAK(shutdown, "NXIA channel: shut down by an inherited end", make_pair, NULL,
     send_hang_up, got_hang_up)

/* By the registry: fds[1] is the collector's session */

static __u64 registry;
static struct nxia_end served;

static void prepare_registry(void)
{
	world.fds[1] = nxia_session();
	registry = make_registry(world.fds[1]);
	served.fd = -1;
}

static void open_client(void)
{
	struct nxia_end end;
	int session = kept(nxia_session()), error;

	error = nxia_bootstrap(session, &registry);
	error = error ?: nxia_connect(session, registry, page_size(),
				      page_size(), &end);
	errno = -error;
	must(error ? -1 : 0);
	world.fds[0] = kept(end.fd);
}

static bool got_message(void)
{
	static struct ring ring;
	struct nxia_accept accepted;

	if (served.fd < 0) {
		if (nxia_accept(world.fds[1], registry, &served, &accepted))
			return false;
		ring_map(&ring, &served);
	}
	/* The pages go with the client. */
	return !probe(ring_rx_data(&ring), false) &&
	       got_text(ring_rx_data(&ring), page_size());
}

static bool got_client(void)
{
	struct nxia_accept accepted;

	return !nxia_accept(world.fds[1], registry, &served, &accepted);
}

LEAK(connect, "NXIA registry: message to who accepts", prepare_registry,
     open_client, send_ring, got_message)

static void send_client(void)
{
	open_client();
}

LEAK(connection, "NXIA registry: connection", prepare_registry, NULL,
     send_client, got_client)

/* A session that both have: fds[0], and a handle in it */

static void make_session(void)
{
	world.fds[0] = kept(nxia_session());
	world.numbers[0] = make_endpoint(world.fds[0]);
}

static void send_close(void)
{
	errno = -nxia_close(world.fds[0], world.numbers[0]);
	must(errno ? -1 : 0);
}

static bool got_close(void)
{
	struct nxia_query query;

	return nxia_query(world.fds[0], world.numbers[0], &query) < 0;
}

LEAK(session, "NXIA session: capability closed in an inherited one",
     make_session, NULL, send_close, got_close)

/* A region, by its descriptor and by the session */

static char *region;

static void make_shared_region(void)
{
	world.fds[2] = kept(nxia_session());
	world.numbers[0] = make_region(world.fds[2], 1);
	world.fds[0] = kept(nxia_fd(world.fds[2], world.numbers[0]));
	region = region_map_all(world.fds[2], world.numbers[0], 1);
}

static void send_region(void)
{
	memcpy(region_map(world.fds[0], PROT_READ | PROT_WRITE, 0, 1),
	       world.secret, 16);
}

static void send_region_by_session(void)
{
	memcpy(region_map_all(world.fds[2], world.numbers[0], 1), world.secret,
	       16);
}

static bool got_region(void)
{
	return got_text(region, page_size());
}

static void send_freeze(void)
{
	errno = -nxia_freeze(world.fds[2], world.numbers[0]);
	must(errno ? -1 : 0);
}

static bool got_freeze(void)
{
	int fd = nxia_fd(world.fds[2], world.numbers[0]);
	void *map = mmap(NULL, page_size(), PROT_WRITE, MAP_SHARED, fd, 0);
	bool frozen = map == MAP_FAILED;

	close(fd);
	munmap(map, page_size());
	return frozen;
}

LEAK(region, "NXIA region: mapping of an inherited descriptor",
     make_shared_region, NULL, send_region, got_region)
LEAK(region_session, "NXIA region: mapping by an inherited session",
     make_shared_region, NULL, send_region_by_session, got_region)
LEAK(freeze, "NXIA region: frozen by an inherited session", make_shared_region,
     NULL, send_freeze, got_freeze)

/* A region of the sender's, over the channel of an inherited session. */
static void make_transfer(void)
{
	pair_init(&pair, 1, 1);
	world.fds[0] = kept(pair.session);
	world.numbers[0] = pair.client.handle;
	world.numbers[1] = pair.server.handle;
}

static void send_transfer(void)
{
	struct nxia_transfer_cap cap = {
		.handle = make_region(world.fds[0], 1),
		.rights = NXIA_RIGHTS_REGION,
	};

	memcpy(region_map_all(world.fds[0], cap.handle, 1), world.secret, 16);
	errno = -nxia_transfer(world.fds[0], world.numbers[0], &cap, 1, NULL);
	must(errno ? -1 : 0);
}

static bool got_transfer(void)
{
	struct nxia_transfer_cap cap;
	__u32 count = 1;
	char *map;

	if (nxia_receive(world.fds[0], world.numbers[1], &cap, &count, NULL) ||
	    !count)
		return false;
	map = region_map_all(world.fds[0], cap.handle, 1);
	return got_text(map, page_size());
}

LEAK(transfer, "NXIA transfer: region over a channel", make_transfer, NULL,
     send_transfer, got_transfer)

#include "leak_main.h"
