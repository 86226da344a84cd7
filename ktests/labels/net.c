// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leaks by sockets that lead out of the machine, or into the kernel.
 *
 * Each row has a network of its own:
 *
 *	lo	127.0.0.1, ::1			the sink "loopback"
 *	dummy0	10.99.0.1/24, fd99::1/64	the sink "net"; the collector listens
 *						here as well
 */
#include <linux/audit.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/if_xdp.h>
#include <linux/in6.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/pfkeyv2.h>
#include <linux/rtnetlink.h>
#include <linux/vm_sockets.h>
#include <linux/xfrm.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/ip_icmp.h>
#include <netinet/icmp6.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/sendfile.h>

#include "leak.h"
#include "nxia_uring.h"

#define PORT		4242
#define PROTOCOL	253	/* "for experimentation" */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t address_of(union address *address, const char *host)
{
	memset(address, 0, sizeof(*address));
	if (strchr(host, ':')) {
		address->v6.sin6_family = AF_INET6;
		address->v6.sin6_port = htons(PORT);
		inet_pton(AF_INET6, host, &address->v6.sin6_addr);
		return sizeof(address->v6);
	}
	address->v4.sin_family = AF_INET;
	address->v4.sin_port = htons(PORT);
	inet_pton(AF_INET, host, &address->v4.sin_addr);
	return sizeof(address->v4);
}

static void interface_up(const char *name, const char *host)
{
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	struct ifreq request = {};
	union address address;

	strcpy(request.ifr_name, name);
	if (host) {
		address_of(&address, host);
		memcpy(&request.ifr_addr, &address.v4, sizeof(address.v4));
		must(ioctl(fd, SIOCSIFADDR, &request));
	}
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	must(ioctl(fd, SIOCSIFFLAGS, &request));
	close(fd);
}

/* Netlink: a request with attributes, and the errno of its answer */

struct request {
	struct nlmsghdr header;
	char body[512];
};

static void *request_begin(struct request *request, __u16 type, __u16 flags,
			   size_t body)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = NLMSG_LENGTH(body);
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	return request->body;
}

static struct nlattr *request_add(struct request *request, __u16 type,
				  const void *data, size_t size)
{
	struct nlattr *attribute = (void *)((char *)request +
					    NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + size;
	memcpy(attribute + 1, data, size);
	request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) +
				    NLA_ALIGN(attribute->nla_len);
	return attribute;
}

static void request_end(struct request *request, struct nlattr *nest)
{
	nest->nla_len = (char *)request + request->header.nlmsg_len -
			(char *)nest;
}

static int netlink(int protocol)
{
	return must(socket(AF_NETLINK, SOCK_RAW, protocol));
}

static int talk_on(int fd, struct request *request)
{
	struct { struct nlmsghdr header; int error; char rest[1024]; } answer;

	must(send(fd, request, request->header.nlmsg_len, 0));
	must(recv(fd, &answer, sizeof(answer), 0));
	if (answer.header.nlmsg_type == NLMSG_ERROR && answer.error) {
		errno = -answer.error;
		return -1;
	}
	return 0;
}

static int talk(int protocol, struct request *request)
{
	int fd = netlink(protocol), result = talk_on(fd, request);

	close(fd);
	return result;
}

static int add_dummy(const char *name)
{
	struct request request;
	struct nlattr *nest;

	request_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
		      sizeof(struct ifinfomsg));
	request_add(&request, IFLA_IFNAME, name, strlen(name) + 1);
	nest = request_add(&request, IFLA_LINKINFO, NULL, 0);
	request_add(&request, IFLA_INFO_KIND, "dummy", 6);
	request_end(&request, nest);
	return talk(NETLINK_ROUTE, &request);
}

/*
 * A worker of the kernel's makes the route to an address of one's own. Before that
 * what is sent there leaves by the interface.
 */
static void wait_for_route6(const char *destination_and_length)
{
	size_t length = strlen(destination_and_length);
	char line[256];
	bool found;
	FILE *file;

	for (int i = 0; i < 2000; i++) {
		file = fopen("/proc/self/net/ipv6_route", "re");
		if (!file)
			return;
		found = false;
		while (!found && fgets(line, sizeof(line), file))
			found = !strncmp(line, destination_and_length, length);
		fclose(file);
		if (found)
			return;
		usleep(2000);
	}
}

static void add_address6(void)
{
	struct request request;
	union address address;
	struct ifaddrmsg *body = request_begin(&request, RTM_NEWADDR,
					       NLM_F_CREATE, sizeof(*body));

	body->ifa_family = AF_INET6;
	body->ifa_prefixlen = 64;
	body->ifa_flags = IFA_F_NODAD;
	body->ifa_index = if_nametoindex("dummy0");
	address_of(&address, "fd99::1");
	request_add(&request, IFA_LOCAL, &address.v6.sin6_addr, 16);
	must(talk(NETLINK_ROUTE, &request));
	wait_for_route6("fd990000000000000000000000000001 80");
}

static void own_net(void)
{
	must(unshare(CLONE_NEWNET));
	interface_up("lo", NULL);
	if (!add_dummy("dummy0")) {
		interface_up("dummy0", "10.99.0.1");
		add_address6();
	}
	file_write("/proc/sys/net/ipv4/tcp_fastopen", "1027");
	file_write("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
}

/* Connections: path is the host, numbers[0] type, numbers[1] protocol */

static int listener = -1;

static void serve(const char *host, int type, int protocol)
{
	union address address;
	socklen_t size = address_of(&address, host);

	own_net();
	strcpy(world.path, host);
	world.numbers[0] = type;
	world.numbers[1] = protocol;
	listener = must(socket(address.any.sa_family,
			       type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
	if (bind(listener, &address.any, size))
		test_skip("%s: %s", host, strerror(errno));
	if (type == SOCK_STREAM || protocol == IPPROTO_SCTP)
		must(listen(listener, 4));
	world.fds[1] = listener;
}

static void open_socket(void)
{
	world.fds[0] = must(socket(strchr(world.path, ':') ? AF_INET6 : AF_INET,
				   world.numbers[0], world.numbers[1]));
}

static void open_connected(void)
{
	union address address;
	socklen_t size = address_of(&address, world.path);

	open_socket();
	must(connect(world.fds[0], &address.any, size));
}

static void send_to(void)
{
	union address address;
	socklen_t size = address_of(&address, world.path);

	/* There it would be the protocol. */
	if (world.numbers[0] == SOCK_RAW)
		address.v6.sin6_port = 0;
	must(sendto(world.fds[0], world.secret, 16, 0, &address.any, size));
}

static bool got_connection(void)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0)
		world.fds[1] = fd;
	return world.fds[1] != listener && got(world.fds[1]);
}

#define INET_ROWS(id, title, type, protocol, opens, sends, collects)	\
static void make_##id##_lo4(void)					\
{									\
	serve("127.0.0.1", type, protocol);				\
}									\
static void make_##id##_lo6(void)					\
{									\
	serve("::1", type, protocol);					\
}									\
static void make_##id##_net4(void)					\
{									\
	serve("10.99.0.1", type, protocol);				\
}									\
static void make_##id##_net6(void)					\
{									\
	serve("fd99::1", type, protocol);				\
}									\
LEAK(id##_lo4, title ": IPv4 loopback", make_##id##_lo4, opens, sends,	\
     collects)								\
LEAK(id##_lo6, title ": IPv6 loopback", make_##id##_lo6, opens, sends,	\
     collects)								\
LEAK(id##_net4, title ": IPv4 network", make_##id##_net4, opens, sends,	\
     collects)								\
LEAK(id##_net6, title ": IPv6 network", make_##id##_net6, opens, sends,	\
     collects)

INET_ROWS(tcp, "TCP", SOCK_STREAM, 0, open_connected, put_fd, got_connection)
INET_ROWS(mptcp, "MPTCP", SOCK_STREAM, IPPROTO_MPTCP, open_connected, put_fd,
	  got_connection)
INET_ROWS(sctp, "SCTP one to one", SOCK_STREAM, IPPROTO_SCTP, open_connected,
	  put_fd, got_connection)
INET_ROWS(sctp_many, "SCTP one to many", SOCK_SEQPACKET, IPPROTO_SCTP,
	  open_socket, send_to, got_fd)
INET_ROWS(udp, "UDP connected", SOCK_DGRAM, 0, open_connected, put_fd, got_fd)
INET_ROWS(udp_to, "UDP sendto", SOCK_DGRAM, 0, open_socket, send_to, got_fd)
INET_ROWS(raw, "raw IP", SOCK_RAW, PROTOCOL, open_socket, send_to, got_fd)

static void send_fastopen(void)
{
	union address address;
	socklen_t size = address_of(&address, world.path);

	must(sendto(world.fds[0], world.secret, 16, MSG_FASTOPEN, &address.any,
		    size));
}

static void send_tcp_sendfile(void)
{
	int fd = must(syscall(SYS_memfd_create, "source", 0));

	put(fd);
	must(lseek(fd, 0, SEEK_SET));
	must(sendfile(world.fds[0], fd, NULL, 16));
}

static void send_tcp_splice(void)
{
	int pipes[2];

	must(pipe(pipes));
	put(pipes[1]);
	must(splice(pipes[0], NULL, world.fds[0], NULL, 16, 0));
}

static void send_uring_connect(void)
{
	union address address;
	socklen_t size = address_of(&address, world.path);
	struct uring ring;

	uring_init(&ring);
	uring_submit(&ring, &(struct io_uring_sqe){
		.opcode = IORING_OP_CONNECT, .fd = world.fds[0],
		.addr = (uintptr_t)&address, .off = size,
	}, 1);
	errno = -uring_result(&ring, 1);
	if (errno > 0)
		_exit(errno);
	uring_submit(&ring, &(struct io_uring_sqe){
		.opcode = IORING_OP_SEND, .fd = world.fds[0], .len = 16,
		.addr = (uintptr_t)world.secret,
	}, 2);
	errno = -uring_result(&ring, 2);
	if (errno > 0)
		_exit(errno);
}

static void send_sendmmsg(void)
{
	union address address;
	socklen_t size = address_of(&address, world.path);
	struct iovec io = { world.secret, 16 };
	struct mmsghdr message = {
		.msg_hdr = {
			.msg_name = &address, .msg_namelen = size,
			.msg_iov = &io, .msg_iovlen = 1,
		},
	};

	must(sendmmsg(world.fds[0], &message, 1, 0));
}

LEAK(fastopen, "TCP fast open: IPv4 loopback", make_tcp_lo4, open_socket,
     send_fastopen, got_connection)
LEAK(fastopen_net, "TCP fast open: IPv6 network", make_tcp_net6, open_socket,
     send_fastopen, got_connection)
LEAK(tcp_sendfile, "TCP: sendfile", make_tcp_lo4, open_connected,
     send_tcp_sendfile, got_connection)
LEAK(tcp_splice, "TCP: splice", make_tcp_net4, open_connected, send_tcp_splice,
     got_connection)
LEAK(tcp_uring, "TCP: io_uring connect and send", make_tcp_net4, open_socket,
     send_uring_connect, got_connection)
LEAK(udp_sendmmsg, "UDP: sendmmsg", make_udp_net4, open_socket, send_sendmmsg,
     got_fd)

/* To connect is to tell: the port that it comes from, or that it came. */
static void send_connect(void)
{
	union address address;
	socklen_t size = address_of(&address, world.path);

	must(connect(world.fds[0], &address.any, size));
}

static bool got_accept(void)
{
	return accept(listener, NULL, NULL) >= 0;
}

LEAK(tcp_connect, "TCP: connection without data", make_tcp_lo4, open_socket,
     send_connect, got_accept)

/* The collector comes to the sender, which listens */
static __u16 secret_port(void)
{
	return 1024 + part(15);
}

static void prepare_port(void)
{
	own_net();
	strcpy(world.path, "127.0.0.1");
	world.numbers[0] = SOCK_STREAM;
}

static void prepare_port_udp(void)
{
	own_net();
	strcpy(world.path, "127.0.0.1");
	world.numbers[0] = SOCK_DGRAM;
}

static void send_bind(void)
{
	union address address;
	socklen_t size = address_of(&address, world.path);

	address.v4.sin_port = htons(secret_port());
	must(bind(world.fds[0], &address.any, size));
}

static void send_listen(void)
{
	send_bind();
	must(listen(world.fds[0], 1));
}

static bool got_port(void)
{
	union address address;
	socklen_t size = address_of(&address, world.path);
	int fd = must(socket(AF_INET, world.numbers[0] | SOCK_CLOEXEC, 0));
	bool taken;

	address.v4.sin_port = htons(secret_port());
	taken = bind(fd, &address.any, size);
	close(fd);
	return taken;
}

static bool got_listener(void)
{
	union address address;
	socklen_t size = address_of(&address, world.path);
	int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	bool listens;

	address.v4.sin_port = htons(secret_port());
	listens = !connect(fd, &address.any, size);
	close(fd);
	return listens;
}

LEAK(port_tcp, "port: bound, TCP", prepare_port, open_socket, send_bind,
     got_port)
LEAK(port_udp, "port: bound, UDP", prepare_port_udp, open_socket, send_bind,
     got_port)
LEAK(port_listen, "port: listened on", prepare_port, open_socket, send_listen,
     got_listener)

/* ICMP, by sockets for everybody and by raw ones */

static void make_icmp(const char *host, int type, int protocol)
{
	union address address;
	socklen_t size = address_of(&address, host);

	own_net();
	strcpy(world.path, host);
	world.numbers[0] = type;
	world.numbers[1] = protocol;
	world.fds[1] = must(socket(address.any.sa_family,
				   SOCK_RAW | SOCK_CLOEXEC, protocol));
	if (bind(world.fds[1], &address.any, size))
		test_skip("%s: %s", host, strerror(errno));
}

static void make_ping4(void)
{
	make_icmp("127.0.0.1", SOCK_DGRAM, IPPROTO_ICMP);
}

static void make_ping6(void)
{
	make_icmp("fd99::1", SOCK_DGRAM, IPPROTO_ICMPV6);
}

static void make_icmp4(void)
{
	make_icmp("10.99.0.1", SOCK_RAW, IPPROTO_ICMP);
}

static void send_ping(void)
{
	struct { struct icmphdr header; char text[16]; } message = {
		.header.type = strchr(world.path, ':') ? ICMP6_ECHO_REQUEST :
							 ICMP_ECHO,
	};
	union address address;
	socklen_t size = address_of(&address, world.path);
	__u32 sum = 0;

	memcpy(message.text, world.secret, 16);
	for (size_t i = 0; i < sizeof(message) / 2; i++)
		sum += ((__u16 *)&message)[i];
	sum = (sum >> 16) + (sum & 0xffff);
	message.header.checksum = ~(sum + (sum >> 16));
	must(sendto(world.fds[0], &message, sizeof(message), 0, &address.any,
		    size));
}

LEAK(ping4, "ICMP: ping socket, IPv4", make_ping4, open_socket, send_ping,
     got_fd)
LEAK(ping6, "ICMP: ping socket, IPv6", make_ping6, open_socket, send_ping,
     got_fd)
LEAK(icmp4, "ICMP: raw socket, IPv4", make_icmp4, open_socket, send_ping,
     got_fd)

/* vsock: the machine itself, and who runs it */

static struct sockaddr_vm vm_address(void)
{
	return (struct sockaddr_vm){
		.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_LOCAL,
		.svm_port = PORT,
	};
}

static void make_vsock(int type)
{
	struct sockaddr_vm address = vm_address();

	address.svm_cid = VMADDR_CID_ANY;
	world.numbers[0] = type;
	listener = must(socket(AF_VSOCK, type | SOCK_CLOEXEC | SOCK_NONBLOCK,
			       0));
	must(bind(listener, (void *)&address, sizeof(address)));
	must(listen(listener, 4));
	world.fds[1] = listener;
}

static void make_vsock_stream(void)
{
	make_vsock(SOCK_STREAM);
}

static void make_vsock_seqpacket(void)
{
	make_vsock(SOCK_SEQPACKET);
}

static void open_vsock(void)
{
	struct sockaddr_vm address = vm_address();

	world.fds[0] = must(socket(AF_VSOCK, world.numbers[0], 0));
	must(connect(world.fds[0], (void *)&address, sizeof(address)));
}

LEAK(vsock_stream, "vsock stream: loopback", make_vsock_stream, open_vsock,
     put_fd, got_connection)
LEAK(vsock_seqpacket, "vsock seqpacket: loopback", make_vsock_seqpacket,
     open_vsock, put_fd, got_connection)

static void send_vsock_bind(void)
{
	struct sockaddr_vm address = vm_address();

	address.svm_cid = VMADDR_CID_ANY;
	address.svm_port = part(30);
	world.fds[0] = must(socket(AF_VSOCK, SOCK_STREAM, 0));
	must(bind(world.fds[0], (void *)&address, sizeof(address)));
}

static bool got_vsock_bind(void)
{
	struct sockaddr_vm address = vm_address();
	int fd = must(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0));
	bool taken;

	address.svm_cid = VMADDR_CID_ANY;
	address.svm_port = part(30);
	taken = bind(fd, (void *)&address, sizeof(address));
	close(fd);
	return taken;
}

LEAK(vsock_port, "vsock: bound port", NULL, NULL, send_vsock_bind,
     got_vsock_bind)

/* Netlink, task to task */

static void make_netlink(int protocol, __u32 group)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	socklen_t size = sizeof(address);

	own_net();
	world.fds[1] = must(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				   protocol));
	address.nl_groups = group;
	must(bind(world.fds[1], (void *)&address, size));
	must(getsockname(world.fds[1], (void *)&address, &size));
	world.numbers[0] = protocol;
	world.numbers[1] = address.nl_pid;
	world.numbers[2] = group;
}

static void make_usersock(void)
{
	make_netlink(NETLINK_USERSOCK, 0);
}

static void make_usersock_group(void)
{
	make_netlink(NETLINK_USERSOCK, 1);
}

static void make_uevent(void)
{
	make_netlink(NETLINK_KOBJECT_UEVENT, 2);
}

static void make_route_listener(void)
{
	make_netlink(NETLINK_ROUTE, 0);
}

static void open_netlink(void)
{
	world.fds[0] = netlink(world.numbers[0]);
}

static void send_netlink(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK, .nl_groups = world.numbers[2],
		.nl_pid = world.numbers[2] ? 0 : world.numbers[1],
	};

	must(sendto(world.fds[0], world.secret, 16, 0, (void *)&address,
		    sizeof(address)));
}

LEAK(usersock, "netlink: usersock to a task", make_usersock, open_netlink,
     send_netlink, got_fd)
LEAK(usersock_group, "netlink: usersock to a group", make_usersock_group,
     open_netlink, send_netlink, got_fd)
LEAK(uevent, "netlink: uevent to a group", make_uevent, open_netlink,
     send_netlink, got_fd)
LEAK(route_task, "netlink: route to a task", make_route_listener, open_netlink,
     send_netlink, got_fd)

/* Netlink, what the kernel keeps */

static void open_route(void)
{
	world.fds[0] = netlink(NETLINK_ROUTE);
}

static void send_alias(void)
{
	struct request request;
	struct ifinfomsg *body = request_begin(&request, RTM_SETLINK, 0,
					       sizeof(*body));

	body->ifi_index = 1;
	request_add(&request, IFLA_IFALIAS, world.secret, 16);
	must(talk_on(world.fds[0], &request));
}

static bool got_alias(void)
{
	struct request request;
	struct ifinfomsg *body = request_begin(&request, RTM_GETLINK, 0,
					       sizeof(*body));
	int fd = netlink(NETLINK_ROUTE);
	bool found;

	body->ifi_index = 1;
	must(send(fd, &request, request.header.nlmsg_len, 0));
	found = got(fd);
	close(fd);
	return found;
}

static void send_link_name(void)
{
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "%.15s", world.secret);
	must(add_dummy(name));
}

static bool got_link_name(void)
{
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "%.15s", world.secret);
	return if_nametoindex(name);
}

static void send_address(void)
{
	struct request request;
	struct ifaddrmsg *body = request_begin(&request, RTM_NEWADDR,
					       NLM_F_CREATE, sizeof(*body));

	body->ifa_family = AF_INET;
	body->ifa_prefixlen = 32;
	body->ifa_index = 1;
	request_add(&request, IFA_LOCAL, &(__u32){ htonl(0x0b000000 | part(24)) },
		    4);
	must(talk_on(world.fds[0], &request));
}

static bool got_address(void)
{
	union address address = { .v4 = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x0b000000 | part(24)),
	} };
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	bool there = !bind(fd, &address.any, sizeof(address.v4));

	close(fd);
	return there;
}

LEAK(alias, "netlink: alias of a link", own_net, open_route, send_alias,
     got_alias)
LEAK(link_name, "netlink: name of a link", own_net, NULL, send_link_name,
     got_link_name)
LEAK(address, "netlink: address of a link", own_net, open_route, send_address,
     got_address)

static int interface_ioctl(int request, struct ifreq *interface)
{
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	int result = ioctl(fd, request, interface);

	close(fd);
	return result;
}

static void send_mtu(void)
{
	struct ifreq request = { .ifr_name = "dummy0", .ifr_mtu = 1500 + part(13) };

	must(interface_ioctl(SIOCSIFMTU, &request));
}

static bool got_mtu(void)
{
	struct ifreq request = { .ifr_name = "dummy0" };

	must(interface_ioctl(SIOCGIFMTU, &request));
	return request.ifr_mtu == (int)(1500 + part(13));
}

static void send_hardware(void)
{
	struct ifreq request = { .ifr_name = "dummy0" };

	request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	request.ifr_hwaddr.sa_data[0] = 2;
	memcpy(request.ifr_hwaddr.sa_data + 1, &world.number, 5);
	must(interface_ioctl(SIOCSIFHWADDR, &request));
}

static bool got_hardware(void)
{
	struct ifreq request = { .ifr_name = "dummy0" };

	must(interface_ioctl(SIOCGIFHWADDR, &request));
	return !memcmp(request.ifr_hwaddr.sa_data + 1, &world.number, 5);
}

static void send_arp(void)
{
	struct arpreq request = { .arp_flags = ATF_PERM | ATF_COM };
	union address address;

	address_of(&address, "10.99.0.77");
	memcpy(&request.arp_pa, &address.v4, sizeof(address.v4));
	strcpy(request.arp_dev, "dummy0");
	request.arp_ha.sa_data[0] = 2;
	memcpy(request.arp_ha.sa_data + 1, &world.number, 5);
	must(ioctl(must(socket(AF_INET, SOCK_DGRAM, 0)), SIOCSARP, &request));
}

static bool got_arp(void)
{
	char text[8192] = "", wanted[32];
	const __u8 *bytes = (void *)&world.number;
	int fd = must(open("/proc/net/arp", O_RDONLY | O_CLOEXEC));

	must(read(fd, text, sizeof(text) - 1));
	close(fd);
	sprintf(wanted, "02:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1],
		bytes[2], bytes[3], bytes[4]);
	return strstr(text, wanted);
}

static void make_noarp_off(void)
{
	struct ifreq request = { .ifr_name = "dummy0" };

	own_net();
	must(interface_ioctl(SIOCGIFFLAGS, &request));
	request.ifr_flags &= ~IFF_NOARP;
	must(interface_ioctl(SIOCSIFFLAGS, &request));
}

static void send_multicast(void)
{
	struct ip_mreqn request = {
		.imr_multiaddr.s_addr = htonl(0xe9000000 | part(24)),
		.imr_ifindex = if_nametoindex("dummy0"),
	};
	int fd = must(socket(AF_INET, SOCK_DGRAM, 0));

	must(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request,
			sizeof(request)));
}

static bool got_multicast(void)
{
	char text[8192] = "", wanted[16];
	int fd = open_if_there("/proc/net/igmp", O_RDONLY);

	must(read(fd, text, sizeof(text) - 1));
	close(fd);
	sprintf(wanted, "%08X", htonl(0xe9000000 | (__u32)part(24)));
	return strstr(text, wanted);
}

LEAK(mtu, "interface: MTU", own_net, NULL, send_mtu, got_mtu)
LEAK(hardware, "interface: hardware address", own_net, NULL, send_hardware,
     got_hardware)
LEAK(arp, "interface: ARP entry", make_noarp_off, NULL, send_arp, got_arp)
LEAK(multicast, "interface: multicast group", own_net, NULL, send_multicast,
     got_multicast)

static void send_nft(void)
{
	struct { struct request part[3]; } batch = {};
	char *at = (char *)&batch;
	int fd = netlink(NETLINK_NETFILTER);

	for (int i = 0; i < 3; i++) {
		struct request request;
		struct nfgenmsg *body = request_begin(&request,
			i == 1 ? NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE :
			i ? NFNL_MSG_BATCH_END : NFNL_MSG_BATCH_BEGIN,
			i == 1 ? NLM_F_CREATE : 0, sizeof(*body));

		if (i != 1)
			request.header.nlmsg_flags = NLM_F_REQUEST;
		body->nfgen_family = i == 1 ? AF_INET : 0;
		body->res_id = i == 1 ? 0 : htons(NFNL_SUBSYS_NFTABLES);
		if (i == 1)
			request_add(&request, NFTA_TABLE_NAME, world.secret, 17);
		memcpy(at, &request, request.header.nlmsg_len);
		at += NLMSG_ALIGN(request.header.nlmsg_len);
	}
	must(send(fd, &batch, at - (char *)&batch, 0));
}

static bool got_nft(void)
{
	struct request request;
	struct nfgenmsg *body = request_begin(&request, NFNL_SUBSYS_NFTABLES <<
					      8 | NFT_MSG_GETTABLE, NLM_F_DUMP,
					      sizeof(*body));
	int fd = netlink(NETLINK_NETFILTER);
	bool found;

	must(send(fd, &request, request.header.nlmsg_len, 0));
	found = got(fd);
	close(fd);
	return found;
}

LEAK(nft, "netlink: table of nftables", own_net, NULL, send_nft, got_nft)

static void send_xfrm(void)
{
	struct request request;
	struct xfrm_userpolicy_info *body = request_begin(&request,
		XFRM_MSG_NEWPOLICY, NLM_F_CREATE, sizeof(*body));

	body->sel.family = AF_INET;
	body->sel.daddr.a4 = htonl(part(30));
	body->sel.prefixlen_d = 32;
	body->lft.soft_byte_limit = XFRM_INF;
	body->lft.hard_byte_limit = XFRM_INF;
	body->lft.soft_packet_limit = XFRM_INF;
	body->lft.hard_packet_limit = XFRM_INF;
	body->dir = XFRM_POLICY_OUT;
	body->priority = part(30);
	must(talk(NETLINK_XFRM, &request));
}

static bool got_xfrm(void)
{
	struct request request;
	char text[4096];
	int fd = netlink(NETLINK_XFRM);
	ssize_t length;
	__u32 wanted = part(30);

	request_begin(&request, XFRM_MSG_GETPOLICY, NLM_F_DUMP, 0);
	must(send(fd, &request, request.header.nlmsg_len, 0));
	length = recv(fd, text, sizeof(text), 0);
	close(fd);
	return length > 0 && memmem(text, length, &wanted, sizeof(wanted));
}

LEAK(xfrm, "netlink: policy of IPsec", own_net, NULL, send_xfrm, got_xfrm)

/* To the audit subsystem, whose readers and whose log have it then. */
static void prepare_kmsg(void)
{
	world.fds[1] = must(open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
	must(lseek(world.fds[1], 0, SEEK_END));
}

static bool got_kmsg(void)
{
	char text[8192];
	ssize_t length;

	while ((length = read(world.fds[1], text, sizeof(text))) > 0)
		if (got_text(text, length))
			return true;
	return false;
}

static void prepare_audit(void)
{
	struct request request;
	struct audit_status *body = request_begin(&request, AUDIT_SET, 0,
						  sizeof(*body));

	prepare_kmsg();
	body->mask = AUDIT_STATUS_ENABLED;
	body->enabled = 1;
	must(talk(NETLINK_AUDIT, &request));
}

static void send_audit(void)
{
	struct request request;

	memcpy(request_begin(&request, AUDIT_USER, 0, 17), world.secret, 17);
	must(talk(NETLINK_AUDIT, &request));
}

LEAK(audit, "netlink: message to audit", prepare_audit, NULL, send_audit,
     got_kmsg)

/* Process events: what the kernel tells of every task. */
static void prepare_connector(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC,
	};
	struct {
		struct nlmsghdr header;
		struct cn_msg message;
		enum proc_cn_mcast_op operation;
	} __attribute__((packed)) request = {
		{ sizeof(request), NLMSG_DONE, 0, 0, 0 },
		{ { CN_IDX_PROC, CN_VAL_PROC }, 0, 0, sizeof(int), 0 },
		PROC_CN_MCAST_LISTEN,
	};

	world.fds[1] = must(socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
				   NETLINK_CONNECTOR));
	must(bind(world.fds[1], (void *)&address, sizeof(address)));
	must(send(world.fds[1], &request, sizeof(request), 0));
}

static void send_comm_event(void)
{
	must(prctl(PR_SET_NAME, world.secret));
}

static bool got_comm_event(void)
{
	char text[4096];

	for (int i = 0; i < 100; i++) {
		ssize_t length = recv(world.fds[1], text, sizeof(text),
				      MSG_DONTWAIT);

		if (length <= 0)
			break;
		if (memmem(text, length, world.secret, 15))
			return true;
	}
	return false;
}

static void send_uid_event(void)
{
	must(syscall(SYS_setresuid, part(30), part(30), part(30)));
}

static bool got_uid_event(void)
{
	char text[4096];
	__u32 wanted = part(30);

	for (int i = 0; i < 100; i++) {
		ssize_t length = recv(world.fds[1], text, sizeof(text),
				      MSG_DONTWAIT);

		if (length <= 0)
			break;
		if (memmem(text, length, &wanted, 4))
			return true;
	}
	return false;
}

LEAK(comm_event, "connector: name of a process", prepare_connector, NULL,
     send_comm_event, got_comm_event)
LEAK(uid_event, "connector: user of a process", prepare_connector, NULL,
     send_uid_event, got_uid_event)

/* Packets */

static void prepare_packet(void)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(0x88b5),
		.sll_ifindex = 1,
	};

	own_net();
	world.fds[1] = must(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC,
				   htons(0x88b5)));
	must(bind(world.fds[1], (void *)&address, sizeof(address)));
}

static void open_packet(void)
{
	world.fds[0] = must(socket(AF_PACKET, SOCK_DGRAM, 0));
}

static void send_packet(void)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(0x88b5),
		.sll_ifindex = 1, .sll_halen = 6,
	};

	must(sendto(world.fds[0], world.secret, 16, 0, (void *)&address,
		    sizeof(address)));
}

LEAK(packet, "packet socket: frame", prepare_packet, open_packet, send_packet,
     got_fd)

/* tun: what is sent to it comes out of it, and it has a name */

static void prepare_tun(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };

	own_net();
	strcpy(request.ifr_name, "leak0");
	world.fds[1] = open_if_there("/dev/net/tun", O_RDWR | O_NONBLOCK);
	must(ioctl(world.fds[1], TUNSETIFF, &request));
	interface_up("leak0", "10.88.0.1");
	strcpy(world.path, "10.88.0.2");
	world.numbers[0] = SOCK_DGRAM;
	file_write("/proc/sys/net/ipv4/conf/leak0/rp_filter", "0");
}

static void route_tun(void)
{
	struct request request;
	struct rtmsg *body;

	prepare_tun();
	body = request_begin(&request, RTM_NEWROUTE, NLM_F_CREATE,
			     sizeof(*body));
	body->rtm_family = AF_INET;
	body->rtm_dst_len = 24;
	body->rtm_table = RT_TABLE_MAIN;
	body->rtm_scope = RT_SCOPE_LINK;
	body->rtm_type = RTN_UNICAST;
	request_add(&request, RTA_DST, &(__u32){ htonl(0x0a580000) }, 4);
	request_add(&request, RTA_OIF, &(int){ if_nametoindex("leak0") }, 4);
	talk(NETLINK_ROUTE, &request);
}

LEAK(tun_out, "tun: packet that leaves by it", route_tun, open_socket, send_to,
     got_fd)

static void send_tun_name(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN };

	snprintf(request.ifr_name, IFNAMSIZ, "%.15s", world.secret);
	world.fds[0] = open_if_there("/dev/net/tun", O_RDWR);
	must(ioctl(world.fds[0], TUNSETIFF, &request));
}

LEAK(tun_name, "tun: name of a device", own_net, NULL, send_tun_name,
     got_link_name)

/* Sockets into the kernel's cryptography, as a store that both have */

static void make_alg(void)
{
	struct sockaddr_alg address = {
		.salg_family = AF_ALG, .salg_type = "skcipher",
		.salg_name = "ecb(aes)",
	};

	world.fds[0] = must(socket(AF_ALG, SOCK_SEQPACKET, 0));
	must(bind(world.fds[0], (void *)&address, sizeof(address)));
}

/* A key of 16 bytes, which the collector finds by encrypting with it. */
static bool alg_encrypts(int transform, char *result)
{
	char control[CMSG_SPACE(sizeof(__u32))] = "", zeros[16] = "";
	struct iovec io = { zeros, 16 };
	struct msghdr message = {
		.msg_iov = &io, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fd = accept(transform, NULL, NULL);
	bool done;

	*header = (struct cmsghdr){ CMSG_LEN(4), SOL_ALG, ALG_SET_OP };
	*(__u32 *)CMSG_DATA(header) = ALG_OP_ENCRYPT;
	done = fd >= 0 && sendmsg(fd, &message, 0) == 16 &&
	       read(fd, result, 16) == 16;
	close(fd);
	return done;
}

static void send_alg(void)
{
	must(setsockopt(world.fds[0], SOL_ALG, ALG_SET_KEY, world.secret, 16));
}

static bool got_alg(void)
{
	char theirs[16], ours[16];
	int fds = world.fds[0];
	bool same;

	if (!alg_encrypts(fds, theirs))
		return false;
	make_alg();
	must(setsockopt(world.fds[0], SOL_ALG, ALG_SET_KEY, world.secret, 16));
	same = alg_encrypts(world.fds[0], ours) && !memcmp(ours, theirs, 16);
	close(world.fds[0]);
	world.fds[0] = fds;
	return same;
}

LEAK(alg, "AF_ALG: key of an inherited transform", make_alg, NULL, send_alg,
     got_alg)

/* What is sent to an inherited operation, the collector reads. */
static void make_alg_operation(void)
{
	struct sockaddr_alg address = {
		.salg_family = AF_ALG, .salg_type = "hash",
		.salg_name = "sha256",
	};
	int transform = must(socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));

	must(bind(transform, (void *)&address, sizeof(address)));
	world.fds[0] = must(accept(transform, NULL, NULL));
	world.fds[1] = must(accept(transform, NULL, NULL));
}

static void send_alg_operation(void)
{
	must(send(world.fds[0], world.secret, 16, 0));
}

static bool got_alg_operation(void)
{
	char theirs[32] = "", ours[32] = "";

	must(send(world.fds[1], world.secret, 16, 0));
	return read(world.fds[0], theirs, 32) == 32 &&
	       read(world.fds[1], ours, 32) == 32 && !memcmp(ours, theirs, 32);
}

LEAK(alg_operation, "AF_ALG: data of an inherited operation",
     make_alg_operation, NULL, send_alg_operation, got_alg_operation)

/* XDP sockets: memory that both have */
static void make_xdp(void)
{
	struct xdp_umem_reg area = { .len = 4096 * 4, .chunk_size = 4096 };
	void *map;

	world.fds[1] = must(syscall(SYS_memfd_create, "umem", 0));
	must(ftruncate(world.fds[1], 4096 * 4));
	map = mmap(NULL, 4096 * 4, PROT_READ | PROT_WRITE, MAP_SHARED,
		   world.fds[1], 0);
	area.addr = (uintptr_t)map;
	world.fds[0] = must(socket(AF_XDP, SOCK_RAW, 0));
	must(setsockopt(world.fds[0], SOL_XDP, XDP_UMEM_REG, &area,
			sizeof(area)));
	must(setsockopt(world.fds[0], SOL_XDP, XDP_UMEM_FILL_RING,
			&(int){ 64 }, sizeof(int)));
}

static void send_xdp(void)
{
	char *ring = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			  world.fds[0], XDP_UMEM_PGOFF_FILL_RING);

	if (ring == MAP_FAILED)
		leak_failed("mmap", errno);
	memcpy(ring + 512, world.secret, 16);
}

static bool got_xdp(void)
{
	char *ring = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			  world.fds[0], XDP_UMEM_PGOFF_FILL_RING);
	bool found = ring != MAP_FAILED && got_text(ring, 4096);

	munmap(ring, 4096);
	return found;
}

LEAK(xdp, "XDP socket: ring of an inherited one", make_xdp, NULL, send_xdp,
     got_xdp)

/* Families and protocols that are modules: to ask for one loads it. */
static void prepare_family(void)
{
	unload("af_key");
}

static void send_family(void)
{
	must(socket(AF_KEY, SOCK_RAW, PF_KEY_V2));
}

static bool got_family(void)
{
	return is_loaded("af_key");
}

static void prepare_congestion(void)
{
	own_net();
	world.numbers[0] = SOCK_STREAM;
	strcpy(world.path, "127.0.0.1");
	unload("tcp_vegas");
}

static void send_congestion(void)
{
	must(setsockopt(world.fds[0], IPPROTO_TCP, TCP_CONGESTION, "vegas", 5));
}

static bool got_congestion(void)
{
	return is_loaded("tcp_vegas");
}

static void prepare_ulp(void)
{
	serve("127.0.0.1", SOCK_STREAM, 0);
	unload("tls");
}

static void send_ulp(void)
{
	must(setsockopt(world.fds[0], IPPROTO_TCP, TCP_ULP, "tls", 3));
}

static bool got_ulp(void)
{
	return is_loaded("tls");
}

LEAK(load_family, "module: loaded for a family", prepare_family, NULL,
     send_family, got_family)
LEAK(load_congestion, "module: loaded for a congestion control",
     prepare_congestion, open_socket, send_congestion, got_congestion)
LEAK(load_ulp, "module: loaded for a protocol above TCP", prepare_ulp,
     open_connected, send_ulp, got_ulp)

#include "leak_main.h"
