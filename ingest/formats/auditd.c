/*
 * auditd: the kernel's audit log: type=X msg=audit(epoch:serial): key=value ... Starts and stops of
 * services, refused sign-ins and abnormal ends of processes are typed.
 */
#include "ingest/access.h"
#include "ingest/format.h"

/* Cuts "[node=h ]type=T msg=audit(1594053514.588:4686): " off. */
static bool head_parse(struct str *s, struct str *node, struct str *type, struct str *epoch)
{
	struct str t = *s;
	*node = STR_NONE;
	if (str_starts(t, STR("node="))) {
		*node = str_cut(str_from(t, 5), ' ', &t);
	}
	if (!str_starts(t, STR("type=")))
		return false;
	*type = str_cut(str_from(t, 5), ' ', &t);
	if (!str_starts(t, STR("msg=audit(")))
		return false;
	struct str stamp = str_cut(str_from(t, 10), ')', &t), serial;
	*epoch = str_cut(stamp, ':', &serial);
	if (!t.len || t.ptr[0] != ':' || !epoch->len)
		return false;
	*s = str_trim(str_from(t, 1));
	return true;
}

static enum line_class auditd_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	struct str s = line, node, type, epoch;
	if (line.len == 0 || str_eq(line, STR("----")))
		return LINE_SKIP;
	return head_parse(&s, &node, &type, &epoch) ? LINE_START : LINE_ALIEN;
}

/* Value of " key=", without quotes; "?" counts as none. */
static struct str value_of(struct str s, struct str key)
{
	for (struct str t = s; t.len;) {
		ptrdiff_t at = str_find(t, key);
		if (at < 0)
			return STR_NONE;
		bool start = at == 0 || t.ptr[at - 1] == ' ' || t.ptr[at - 1] == '\'';
		t = str_from(t, (size_t)at + key.len);
		if (!start)
			continue;
		struct str rest;
		struct str v = t.len && t.ptr[0] == '"' ? str_cut(str_from(t, 1), '"', &rest)
							: str_cut(t, ' ', &rest);
		while (v.len && (v.ptr[v.len - 1] == '\'' || v.ptr[v.len - 1] == '"'))
			v.len--;
		return str_eq(v, STR("?")) || str_eq(v, STR("(unknown)")) ? STR_NONE : v;
	}
	return STR_NONE;
}

static bool auditd_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	(void)ctx;
	struct str s = record, node, type, epoch;
	if (!head_parse(&s, &node, &type, &epoch))
		return false;
	e->has_time = timestamp_parse_epoch(epoch, &e->time);
	e->host = node;
	e->logger = type;
	e->message = s;
	if (!str_to_i64(value_of(s, STR("pid=")), &e->pid))
		e->pid = -1;
	e->user = value_of(s, STR("acct="));
	struct str address = value_of(s, STR("addr="));
	if (address_is(address))
		e->client = address;
	struct str result = value_of(s, STR("res="));
	bool failed = str_eq(result, STR("failed")) || str_eq(result, STR("0"));
	e->severity = failed ? SEV_WARN : SEV_INFO;
	bool service = str_starts(type, STR("SERVICE_"));
	if (service) {
		e->kind = str_eq(type, STR("SERVICE_START")) ? EV_START : EV_STOP;
		if (failed) {
			e->kind = EV_CRASH;
			e->severity = SEV_ERROR;
		}
		if (value_of(s, STR("unit=")).len)
			e->logger = value_of(s, STR("unit="));
	} else if (failed && (str_eq(type, STR("USER_LOGIN")) || str_eq(type, STR("USER_AUTH")))) {
		e->kind = EV_AUTH_FAILURE;
	} else if (str_eq(type, STR("ANOM_ABEND"))) {
		e->kind = EV_CRASH;
		e->severity = SEV_ERROR;
		e->logger = value_of(s, STR("comm="));
	}
	return true;
}

static const struct format_sample samples[] = {
	{ "type=SERVICE_START msg=audit(1773540005.115:6): pid=1 uid=0 auid=4294967295 ses=4294967295 "
	  "msg='unit=nginx "
	  "comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? res=success'",
	  "time=2026-03-15T02:00:05.115Z kind=start severity=info logger=nginx pid=1" },
	{ "node=web-1 type=USER_AUTH msg=audit(1773540006.001:9): pid=4151 uid=0 auid=700 ses=1 "
	  "msg='op=PAM:authentication acct=\"root\" exe=\"/usr/sbin/sshd\" hostname=198.51.100.7 "
	  "addr=198.51.100.7 "
	  "terminal=ssh res=failed'",
	  "kind=auth_failure severity=warn host=web-1 user=root client=198.51.100.7 logger=USER_AUTH "
	  "pid=4151" },
	{ NULL, NULL },
};

const struct format format_auditd = {
	.id = "auditd",
	.title = "Linux audit log",
	.service = NULL,
	.role = ROLE_SYSTEM,
	.specificity = 60,
	.state_bytes = 0,
	.classify = auditd_classify,
	.decode = auditd_decode,
	.samples = samples,
};
