/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Capabilities in flight over a channel.
 */
#ifndef NXIA_TRANSFER_H
#define NXIA_TRANSFER_H

struct list_head;
struct nxia_call;

int nxia_transfer_send(struct nxia_call *call);
int nxia_transfer_receive(struct nxia_call *call);
void nxia_transfer_discard(struct list_head *batches);

#endif
