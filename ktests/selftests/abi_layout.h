/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of the ABI, checked at compile time, for 64-bit and for 32-bit
 * callers: each structure has the sizes and offsets below for both.  What was
 * once released here must never change; new fields are added at the end.
 */
#ifndef ABI_LAYOUT_H
#define ABI_LAYOUT_H

#include <stddef.h>

#include <linux/nxia.h>

#define SIZE(type, size)						\
	_Static_assert(sizeof(struct type) == (size), "size of " #type)
#define FIELD(type, field, offset)					\
	_Static_assert(offsetof(struct type, field) == (offset),	\
		       #type "." #field)
#define CALL(name, number)						\
	_Static_assert((NXIA_IOC_##name) == (number), #name)

SIZE(nxia_index, 128);
FIELD(nxia_index, index, 0);
FIELD(nxia_index, want, 64);

SIZE(nxia_info, 80);
FIELD(nxia_info, abi_version, 0);
FIELD(nxia_info, flags, 4);
FIELD(nxia_info, session, 8);
FIELD(nxia_info, transfer_max, 12);
FIELD(nxia_info, ring_min, 16);
FIELD(nxia_info, ring_max, 24);
FIELD(nxia_info, max_caps, 32);
FIELD(nxia_info, max_objects, 40);
FIELD(nxia_info, max_pages, 48);
FIELD(nxia_info, caps, 56);
FIELD(nxia_info, objects, 64);
FIELD(nxia_info, pages, 72);

SIZE(nxia_bootstrap, 16);
FIELD(nxia_bootstrap, flags, 0);
FIELD(nxia_bootstrap, reserved, 4);
FIELD(nxia_bootstrap, handle, 8);

SIZE(nxia_endpoint_create, 24);
FIELD(nxia_endpoint_create, flags, 0);
FIELD(nxia_endpoint_create, backlog, 4);
FIELD(nxia_endpoint_create, rights, 8);
FIELD(nxia_endpoint_create, handle, 16);

SIZE(nxia_connect, 40);
FIELD(nxia_connect, endpoint, 0);
FIELD(nxia_connect, flags, 8);
FIELD(nxia_connect, fd, 12);
FIELD(nxia_connect, tx_size, 16);
FIELD(nxia_connect, rx_size, 24);
FIELD(nxia_connect, handle, 32);

SIZE(nxia_accept, 72);
FIELD(nxia_accept, endpoint, 0);
FIELD(nxia_accept, flags, 8);
FIELD(nxia_accept, fd, 12);
FIELD(nxia_accept, tx_size, 16);
FIELD(nxia_accept, rx_size, 24);
FIELD(nxia_accept, handle, 32);
FIELD(nxia_accept, badge, 40);
FIELD(nxia_accept, label, 48);
FIELD(nxia_accept, domain, 56);
FIELD(nxia_accept, pid, 60);
FIELD(nxia_accept, uid, 64);
FIELD(nxia_accept, reserved, 68);

SIZE(nxia_derive, 56);
FIELD(nxia_derive, parent, 0);
FIELD(nxia_derive, rights, 8);
FIELD(nxia_derive, badge, 16);
FIELD(nxia_derive, flags, 24);
FIELD(nxia_derive, reserved, 28);
FIELD(nxia_derive, handle, 32);
FIELD(nxia_derive, offset, 40);
FIELD(nxia_derive, length, 48);

SIZE(nxia_transfer_cap, 24);
FIELD(nxia_transfer_cap, handle, 0);
FIELD(nxia_transfer_cap, rights, 8);
FIELD(nxia_transfer_cap, badge, 16);

SIZE(nxia_transfer, 32);
FIELD(nxia_transfer, channel, 0);
FIELD(nxia_transfer, caps, 8);
FIELD(nxia_transfer, count, 16);
FIELD(nxia_transfer, flags, 20);
FIELD(nxia_transfer, sequence, 24);

SIZE(nxia_receive, 32);
FIELD(nxia_receive, channel, 0);
FIELD(nxia_receive, caps, 8);
FIELD(nxia_receive, count, 16);
FIELD(nxia_receive, flags, 20);
FIELD(nxia_receive, sequence, 24);

SIZE(nxia_revoke, 24);
FIELD(nxia_revoke, handle, 0);
FIELD(nxia_revoke, flags, 8);
FIELD(nxia_revoke, reserved, 12);
FIELD(nxia_revoke, revoked, 16);

SIZE(nxia_close, 16);
FIELD(nxia_close, handle, 0);
FIELD(nxia_close, flags, 8);
FIELD(nxia_close, reserved, 12);

SIZE(nxia_query, 72);
FIELD(nxia_query, handle, 0);
FIELD(nxia_query, flags, 8);
FIELD(nxia_query, type, 12);
FIELD(nxia_query, rights, 16);
FIELD(nxia_query, badge, 24);
FIELD(nxia_query, object, 32);
FIELD(nxia_query, descendants, 40);
FIELD(nxia_query, offset, 48);
FIELD(nxia_query, size, 56);
FIELD(nxia_query, state, 64);
FIELD(nxia_query, reserved, 68);

SIZE(nxia_fd, 16);
FIELD(nxia_fd, handle, 0);
FIELD(nxia_fd, flags, 8);
FIELD(nxia_fd, fd, 12);

SIZE(nxia_handle, 16);
FIELD(nxia_handle, fd, 0);
FIELD(nxia_handle, flags, 4);
FIELD(nxia_handle, handle, 8);

SIZE(nxia_import, 24);
FIELD(nxia_import, fd, 0);
FIELD(nxia_import, flags, 4);
FIELD(nxia_import, rights, 8);
FIELD(nxia_import, handle, 16);

SIZE(nxia_region_create, 32);
FIELD(nxia_region_create, size, 0);
FIELD(nxia_region_create, rights, 8);
FIELD(nxia_region_create, flags, 16);
FIELD(nxia_region_create, reserved, 20);
FIELD(nxia_region_create, handle, 24);

SIZE(nxia_freeze, 16);
FIELD(nxia_freeze, handle, 0);
FIELD(nxia_freeze, flags, 8);
FIELD(nxia_freeze, reserved, 12);

SIZE(nxia_scope_create, 24);
FIELD(nxia_scope_create, key, 0);
FIELD(nxia_scope_create, flags, 4);
FIELD(nxia_scope_create, rights, 8);
FIELD(nxia_scope_create, handle, 16);

SIZE(nxia_sealed, 24);
FIELD(nxia_sealed, magic, 0);
FIELD(nxia_sealed, version, 4);
FIELD(nxia_sealed, nonce, 5);

SIZE(nxia_seal, 56);
FIELD(nxia_seal, scope, 0);
FIELD(nxia_seal, flags, 8);
FIELD(nxia_seal, ad_size, 12);
FIELD(nxia_seal, ad, 16);
FIELD(nxia_seal, in, 24);
FIELD(nxia_seal, in_size, 32);
FIELD(nxia_seal, out, 40);
FIELD(nxia_seal, out_size, 48);

SIZE(nxia_watch, 16);
FIELD(nxia_watch, handle, 0);
FIELD(nxia_watch, flags, 8);
FIELD(nxia_watch, reserved, 12);

SIZE(nxia_event, 24);
FIELD(nxia_event, flags, 0);
FIELD(nxia_event, type, 4);
FIELD(nxia_event, handle, 8);
FIELD(nxia_event, badge, 16);

SIZE(nxia_enter, 40);
FIELD(nxia_enter, flags, 0);
FIELD(nxia_enter, reserved, 4);
FIELD(nxia_enter, domain, 8);

SIZE(nxia_wait, 16);
FIELD(nxia_wait, flags, 0);
FIELD(nxia_wait, ready, 4);
FIELD(nxia_wait, timeout, 8);

CALL(INFO, 0xc050b900);
CALL(BOOTSTRAP, 0xc010b901);
CALL(ENDPOINT_CREATE, 0xc018b902);
CALL(CONNECT, 0xc028b903);
CALL(ACCEPT, 0xc048b904);
CALL(DERIVE, 0xc038b905);
CALL(TRANSFER, 0xc020b906);
CALL(RECEIVE, 0xc020b907);
CALL(REVOKE, 0xc018b908);
CALL(CLOSE, 0xc010b909);
CALL(QUERY, 0xc048b90a);
CALL(FD, 0xc010b90b);
CALL(HANDLE, 0xc010b90c);
CALL(REGION_CREATE, 0xc020b90d);
CALL(FREEZE, 0xc010b90e);
CALL(IMPORT, 0xc018b90f);
CALL(SCOPE_CREATE, 0xc018b910);
CALL(SEAL, 0xc038b911);
CALL(UNSEAL, 0xc038b912);
CALL(WATCH, 0xc010b913);
CALL(EVENT, 0xc018b914);
CALL(ENTER, 0xc028b915);
CALL(NOTIFY, 0xb940);
CALL(WAIT, 0xc010b941);
CALL(NOTIFY_WAIT, 0xc010b942);
CALL(SHUTDOWN, 0xb943);

/* Values are as fixed as offsets. */
_Static_assert(NXIA_RIGHT_CONNECT == 0x1 && NXIA_RIGHT_READ == 0x2 &&
	       NXIA_RIGHT_WRITE == 0x4 && NXIA_RIGHT_MAP == 0x8 &&
	       NXIA_RIGHT_DERIVE == 0x10 && NXIA_RIGHT_TRANSFER == 0x20 &&
	       NXIA_RIGHT_REVOKE == 0x40 && NXIA_RIGHT_REMOTE == 0x80 &&
	       NXIA_RIGHT_SEAL == 0x100 && NXIA_RIGHT_UNSEAL == 0x200 &&
	       NXIA_RIGHT_INSPECT == 0x400, "rights");
_Static_assert(NXIA_TYPE_ENDPOINT == 1 && NXIA_TYPE_CHANNEL == 2 &&
	       NXIA_TYPE_REGION == 3 && NXIA_TYPE_SCOPE == 4, "types");
_Static_assert(NXIA_STATE_FROZEN == 1 && NXIA_EVENT_LAST_REFERENCE == 1,
	       "states and events");
_Static_assert(NXIA_CMD_STATUS == 1 && NXIA_CMD_SESSION == 2 &&
	       NXIA_CMD_CAP == 3 && NXIA_CMD_REVOKE == 4, "commands");
_Static_assert(NXIA_ATTR_ABI_VERSION == 1 && NXIA_ATTR_SESSION == 7 &&
	       NXIA_ATTR_HANDLE == 11 && NXIA_ATTR_PAD == 20, "attributes");

#undef SIZE
#undef FIELD
#undef CALL

#endif /* ABI_LAYOUT_H */
