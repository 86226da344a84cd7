/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Endpoints: where connections wait for a service.
 */
#ifndef NXIA_ENDPOINT_H
#define NXIA_ENDPOINT_H

#include <linux/types.h>

struct nxia_call;
struct nxia_channel;
struct nxia_endpoint;

struct nxia_endpoint *nxia_endpoint_get(struct nxia_endpoint *endpoint);
void nxia_endpoint_put(struct nxia_endpoint *endpoint);
void nxia_endpoint_forget(struct nxia_channel *channel);

int nxia_endpoint_create(struct nxia_call *call);
int nxia_endpoint_connect(struct nxia_call *call);
int nxia_endpoint_accept(struct nxia_call *call);

#endif
