#include "ingest/kube.h"

static const struct {
	const char *reason;
	enum event_kind kind;
} reasons[] = {
	{ "ScalingReplicaSet", EV_CHANGE },
	{ "SuccessfulRescale", EV_CHANGE },
	{ "OOMKilling", EV_CRASH },
	{ "SystemOOM", EV_CRASH },
	{ "BackOff", EV_CRASH },
	{ "CrashLoopBackOff", EV_CRASH },
	{ "Killing", EV_STOP },
	{ "Started", EV_START },
	{ "Unhealthy", EV_STATE },
	{ "NodeNotReady", EV_STATE },
	{ "NodeReady", EV_STATE },
	{ "FailedScheduling", EV_STATE },
	{ "Evicted", EV_STATE },
	{ "Preempted", EV_STATE },
	{ "ProbeError", EV_STATE },
	{ "Rebooted", EV_START },
	{ "Starting", EV_START },
};

static struct str number_behind(struct str text, struct str word)
{
	ptrdiff_t at = str_find(text, word);
	struct str rest;
	size_t n = 0;

	if (at < 0)
		return STR_NONE;
	rest = str_from(text, (size_t)at + word.len);
	while (n < rest.len && rest.ptr[n] >= '0' && rest.ptr[n] <= '9')
		n++;
	return str_head(rest, n);
}

/* "Scaled up replica set web-5d4 to 3 from 1", "New size: 5; reason: cpu resource utilization" */
static const struct change *scaling(struct event *e, struct arena *a)
{
	struct change *c = arena_new(a, struct change);

	c->kind = CHANGE_SCALING;
	c->service = e->service;
	c->new_value = number_behind(e->message, STR(" to "));
	c->old_value = number_behind(e->message, STR(" from "));
	if (c->new_value.len == 0)
		c->new_value = number_behind(e->message, STR("New size: "));
	c->actor = e->logger;
	c->text = e->message;
	c->end_ns = TIME_NONE;
	return c;
}

void kube_reason_apply(struct str reason, struct event *e, struct arena *a)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
		if (str_eq(reason, str_of(reasons[i].reason))) {
			e->kind = reasons[i].kind;
			break;
		}
	}
	e->error = e->severity == SEV_WARN ? reason : STR_NONE;
	if (e->kind == EV_CHANGE)
		e->change = scaling(e, a);
}
