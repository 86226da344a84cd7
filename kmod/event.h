/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a session is told without having asked at the time.
 */
#ifndef NXIA_EVENT_H
#define NXIA_EVENT_H

struct nxia_call;
struct nxia_cap;

void nxia_event_post(struct nxia_cap *cap);
void nxia_event_cancel(struct nxia_cap *cap);
int nxia_event_watch(struct nxia_call *call);
int nxia_event_take(struct nxia_call *call);

#endif
