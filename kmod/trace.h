/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: every event of the audit trail, also those without a record.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nxia

#if !defined(NXIA_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define NXIA_TRACE_H

#include <linux/tracepoint.h>

#include "audit.h"
#include "compat.h"

DECLARE_EVENT_CLASS(nxia_audit,
		    TP_PROTO(const struct nxia_audit_event *event),
		    TP_ARGS(event),
		    TP_STRUCT__entry(__field(u32, kind)
				     __field(int, error)
				     __field(u64, tags)
				     __string(operation, event->operation ?: "")
				     __string(target, event->target ?: "")
				     __string(rule, event->rule ?: "")),
		    TP_fast_assign(__entry->kind = event->kind;
				   __entry->error = event->error;
				   __entry->tags = event->tags;
				   nxia_assign_str(operation, event->operation ?: "");
				   nxia_assign_str(target, event->target ?: "");
				   nxia_assign_str(rule, event->rule ?: "");),
		    TP_printk("kind=%u operation=%s target=%s tags=%#llx rule=\"%s\" error=%d",
			      __entry->kind, __get_str(operation), __get_str(target),
			      __entry->tags, __get_str(rule), __entry->error)
);

/* What was refused. */
DEFINE_EVENT(nxia_audit, nxia_denied,
	     TP_PROTO(const struct nxia_audit_event *event),
	     TP_ARGS(event)
);

/* What changed, or was to change: policy, or the label of a file. */
DEFINE_EVENT(nxia_audit, nxia_policy,
	     TP_PROTO(const struct nxia_audit_event *event),
	     TP_ARGS(event)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace

#include <trace/define_trace.h>
