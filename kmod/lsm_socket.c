// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about sockets.
 *
 * A socket has the label of who made it. What is sent goes to the other end: a
 * Unix socket, with its label, or a sink. So each sender is asked about the other
 * end each time, whoever gave it the socket.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/un.h>
#include <net/af_unix.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "lsm_ops.h"

#define RULE_SOCKET	"label of the socket"
#define RULE_PEER	"label of the peer"
#define RULE_FOLLOW	"cannot be followed"

/* Longest: "[ipv6]:port" */
#define ADDRESS_SIZE	64

static int read_socket(const struct socket *sock, const struct nxia_act *act)
{
	return sock->sk ? nxia_flow_in(nxia_sock_get(sock->sk)->label,
				       RULE_SOCKET, act) : 0;
}

static int write_socket(const struct socket *sock, const struct nxia_act *act)
{
	return sock->sk ? nxia_flow_out(nxia_sock_get(sock->sk)->label,
					RULE_SOCKET, act) : 0;
}

static int both_sinks(const struct nxia_act *act)
{
	return nxia_flow_sink(NXIA_SINK_NET, 0, act) ?:
	       nxia_flow_sink(NXIA_SINK_LOOPBACK, 0, act);
}

/* 0.0.0.0 and :: as destinations are this host. */
static bool is_loopback4(__be32 address)
{
	return ipv4_is_loopback(address) || address == htonl(INADDR_ANY);
}

static bool is_loopback6(const struct in6_addr *address)
{
	if (ipv6_addr_v4mapped(address))
		return is_loopback4(address->s6_addr32[3]);
	return ipv6_addr_loopback(address) || ipv6_addr_any(address);
}

static int send_inet(bool loopback, const struct nxia_act *act)
{
	return nxia_flow_sink(loopback ? NXIA_SINK_LOOPBACK : NXIA_SINK_NET, 0,
			      act);
}

static int send_address4(const struct sockaddr_in *to, const char *operation)
{
	char text[ADDRESS_SIZE];

	scnprintf(text, sizeof(text), "%pISpc", to);
	return send_inet(is_loopback4(to->sin_addr.s_addr), &(struct nxia_act){
		.operation = operation, .target = text });
}

static int send_address6(const struct sockaddr_in6 *to, const char *operation)
{
	char text[ADDRESS_SIZE];

	scnprintf(text, sizeof(text), "%pISpc", to);
	return send_inet(is_loopback6(&to->sin6_addr), &(struct nxia_act){
		.operation = operation, .target = text });
}

/* The family that counts is the one that the protocol will see. */
static int send_to(const struct sockaddr *to, int size, const char *operation)
{
	struct nxia_act act = { .operation = operation };

	if (size >= (int)sizeof(struct sockaddr_in) && to->sa_family == AF_INET)
		return send_address4((const void *)to, operation);
	if (size >= SIN6_LEN_RFC2133 && to->sa_family == AF_INET6)
		return send_address6((const void *)to, operation);
	return both_sinks(&act);
}

static int send_connected(const struct sock *sk, const char *operation)
{
	struct nxia_act act = { .operation = operation, .target = "the peer" };

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return send_inet(is_loopback6(&sk->sk_v6_daddr), &act);
#endif
	return send_inet(is_loopback4(inet_sk(sk)->inet_daddr), &act);
}

static bool has_options(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 &&
	    rcu_access_pointer(inet6_sk(sk)->opt))
		return true;
#endif
	return rcu_access_pointer(inet_sk(sk)->inet_opt);
}

/* As the kernel's unix_peer_get(), which newer ones keep to themselves. */
static struct sock *get_peer(struct sock *sk)
{
	struct sock *peer;

	unix_state_lock(sk);
	peer = unix_peer(sk);
	if (peer)
		sock_hold(peer);
	unix_state_unlock(sk);
	return peer;
}

static int send_unix(struct sock *sk, const struct nxia_act *act)
{
	struct sock *peer = get_peer(sk);
	int err;

	if (!peer)
		return 0;
	err = nxia_flow_out(nxia_sock_get(peer)->label, RULE_PEER, act);
	sock_put(peer);
	return err;
}

/* Protocols whose addresses are those that the calls name, all of them. */
static bool is_followed(int type, int protocol)
{
	switch (type) {
	case SOCK_STREAM:
		return !protocol || protocol == IPPROTO_TCP;
	case SOCK_DGRAM:
		return !protocol || protocol == IPPROTO_UDP ||
		       protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
	}
	return false;
}

int nxia_lsm_socket_create(int family, int type, int protocol, int kern)
{
	struct nxia_act act = { .operation = "socket" };
	char text[24];

	switch (family) {
	case AF_UNIX:
	case AF_VSOCK:
		return 0;
	case AF_INET:
	case AF_INET6:
		if (is_followed(type, protocol))
			return 0;
		scnprintf(text, sizeof(text), "protocol %d", protocol);
		act.target = text;
		return both_sinks(&act);
	}
	scnprintf(text, sizeof(text), "family %d", family);
	act.target = text;
	return nxia_flow_out(0, RULE_FOLLOW, &act);
}

/* A name that is in no directory is one that all can see. */
static int bind_unix(const struct sockaddr *address, int size)
{
	const struct sockaddr_un *name = (const void *)address;

	if (size <= (int)offsetof(struct sockaddr_un, sun_path) ||
	    name->sun_path[0])
		return 0;
	return nxia_flow_out(0, "abstract name",
			     &(struct nxia_act){ .operation = "bind" });
}

static int bind_inet(const struct sockaddr *address, int size)
{
	struct nxia_act act = { .operation = "bind" };

	/* All addresses of the host, or one that nobody understands. */
	if (size >= (int)sizeof(struct sockaddr_in) &&
	    address->sa_family == AF_INET &&
	    ((const struct sockaddr_in *)address)->sin_addr.s_addr)
		return send_address4((const void *)address, act.operation);
	if (size >= SIN6_LEN_RFC2133 && address->sa_family == AF_INET6 &&
	    !ipv6_addr_any(&((const struct sockaddr_in6 *)address)->sin6_addr))
		return send_address6((const void *)address, act.operation);
	return both_sinks(&act);
}

int nxia_lsm_socket_bind(struct socket *sock, struct sockaddr *address,
			 int addrlen)
{
	struct nxia_act act = { .operation = "bind" };
	int err = write_socket(sock, &act);

	if (err || !sock->sk)
		return err;
	switch (sock->sk->sk_family) {
	case AF_UNIX:
		return bind_unix(address, addrlen);
	case AF_INET:
	case AF_INET6:
		return bind_inet(address, addrlen);
	case AF_VSOCK:
		return nxia_flow_sink(NXIA_SINK_VSOCK, 0, &act);
	}
	return nxia_flow_out(0, RULE_FOLLOW, &act);
}

/* Unix sockets: unix_stream_connect and unix_may_send know the other end. */
int nxia_lsm_socket_connect(struct socket *sock, struct sockaddr *address,
			    int addrlen)
{
	struct nxia_act act = { .operation = "connect" };
	int err = write_socket(sock, &act);

	if (err || !sock->sk)
		return err;
	switch (sock->sk->sk_family) {
	case AF_UNIX:
		return 0;
	case AF_INET:
	case AF_INET6:
		/* That ends a connection. */
		if (addrlen >= (int)sizeof(address->sa_family) &&
		    address->sa_family == AF_UNSPEC)
			return 0;
		return send_to(address, addrlen, act.operation);
	case AF_VSOCK:
		return nxia_flow_sink(NXIA_SINK_VSOCK, 0, &act);
	}
	return nxia_flow_out(0, RULE_FOLLOW, &act);
}

/* That somebody listens, and on which port, is to be seen from outside. */
int nxia_lsm_socket_listen(struct socket *sock, int backlog)
{
	struct nxia_act act = { .operation = "listen" };
	int err = write_socket(sock, &act);

	if (err || !sock->sk)
		return err;
	switch (sock->sk->sk_family) {
	case AF_UNIX:
		return 0;
	case AF_INET:
		if (ipv4_is_loopback(inet_sk(sock->sk)->inet_rcv_saddr))
			return send_inet(true, &act);
		return both_sinks(&act);
	case AF_INET6:
		return both_sinks(&act);
	case AF_VSOCK:
		return nxia_flow_sink(NXIA_SINK_VSOCK, 0, &act);
	}
	return nxia_flow_out(0, RULE_FOLLOW, &act);
}

int nxia_lsm_socket_accept(struct socket *sock, struct socket *newsock)
{
	struct nxia_act act = { .operation = "accept" };

	return read_socket(sock, &act) ?: write_socket(sock, &act);
}

int nxia_lsm_socket_sendmsg(struct socket *sock, struct msghdr *msg, int size)
{
	struct nxia_act act = { .operation = "sendmsg" };
	int err = write_socket(sock, &act);

	if (err || !sock->sk)
		return err;
	switch (sock->sk->sk_family) {
	case AF_UNIX:
		/* With a name unix_may_send() is asked; others ignore names. */
		return sock->type == SOCK_DGRAM && msg->msg_namelen ?
		       0 : send_unix(sock->sk, &act);
	case AF_INET:
	case AF_INET6:
		/* A source route leads anywhere. */
		if (msg->msg_controllen || has_options(sock->sk))
			err = both_sinks(&act);
		/* Some protocols take the one, some the other. */
		if (!err && msg->msg_name)
			err = send_to(msg->msg_name, msg->msg_namelen,
				      act.operation);
		if (!err && (!msg->msg_name || sock->type == SOCK_STREAM))
			err = send_connected(sock->sk, act.operation);
		return err;
	case AF_VSOCK:
		return nxia_flow_sink(NXIA_SINK_VSOCK, 0, &act);
	}
	return nxia_flow_out(0, RULE_FOLLOW, &act);
}

int nxia_lsm_socket_recvmsg(struct socket *sock, struct msghdr *msg, int size,
			    int flags)
{
	return read_socket(sock, &(struct nxia_act){ .operation = "recvmsg" });
}

/*
 * Options of the protocol that reach nobody but who gets the packets. Others join
 * groups or name flows, which the network and all in the namespace see.
 */
static bool is_local_option(int level, int optname)
{
	switch (level) {
	case SOL_SOCKET:
		/* By which interface: then 127.0.0.1 need not be loopback. */
		return optname != SO_BINDTODEVICE && optname != SO_BINDTOIFINDEX;
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		return true;
	case IPPROTO_IP:
		switch (optname) {
		case IP_BIND_ADDRESS_NO_PORT:
		case IP_FREEBIND:
		case IP_MTU_DISCOVER:
		case IP_PKTINFO:
		case IP_RECVERR:
		case IP_RECVTOS:
		case IP_RECVTTL:
		case IP_TOS:
		case IP_TTL:
			return true;
		}
		return false;
	case IPPROTO_IPV6:
		switch (optname) {
		case IPV6_MTU_DISCOVER:
		case IPV6_RECVERR:
		case IPV6_RECVHOPLIMIT:
		case IPV6_RECVPKTINFO:
		case IPV6_RECVTCLASS:
		case IPV6_TCLASS:
		case IPV6_UNICAST_HOPS:
		case IPV6_V6ONLY:
			return true;
		}
		return false;
	}
	return false;
}

int nxia_lsm_socket_setsockopt(struct socket *sock, int level, int optname)
{
	struct nxia_act act = { .operation = "setsockopt" };
	int err = write_socket(sock, &act);

	if (err || !sock->sk || is_local_option(level, optname))
		return err;
	switch (sock->sk->sk_family) {
	case AF_INET:
	case AF_INET6:
		return both_sinks(&act);
	}
	return 0;
}

int nxia_lsm_socket_read(struct socket *sock, const char *operation)
{
	return read_socket(sock, &(struct nxia_act){ .operation = operation });
}

int nxia_lsm_socket_write(struct socket *sock, const char *operation)
{
	return write_socket(sock, &(struct nxia_act){ .operation = operation });
}

/*
 * Called with both sockets locked. That it is answered is something to learn, so
 * the listener has to be allowed to tell the client.
 */
int nxia_lsm_unix_stream_connect(struct sock *sock, struct sock *other,
				 struct sock *newsk)
{
	const struct nxia_label *client = nxia_sock_get(sock);
	const struct nxia_label *server = nxia_sock_get(other);
	const struct nxia_cred answer = {
		.label = server->label,
		.may_drop = server->may_drop,
	};
	struct nxia_act act = { .operation = "connect", .target = "Unix socket" };

	return nxia_flow_out(client->label, RULE_SOCKET, &act) ?:
	       nxia_flow_out(server->label, RULE_PEER, &act) ?:
	       nxia_flow_between(&answer, client->label, RULE_PEER, &act);
}

int nxia_lsm_unix_may_send(struct socket *sock, struct socket *other)
{
	struct nxia_act act = { .operation = "sendmsg", .target = "Unix socket" };

	if (!other->sk)
		return 0;
	return nxia_flow_out(nxia_sock_get(other->sk)->label, RULE_PEER, &act);
}

int nxia_lsm_unix_show(struct sock *sk)
{
	return nxia_flow_in(nxia_sock_get(sk)->label, RULE_SOCKET,
			    &(struct nxia_act){ .quiet = true });
}
