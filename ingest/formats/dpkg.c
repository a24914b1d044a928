/*
 * dpkg.log: "2016-08-06 17:35:39 upgrade bash:amd64 5.0-4 5.0-5". Installing, upgrading and removing are
 * changes; the other lines (status, configure, trigproc, conffile, startup) are its steps.
 */
#include "ingest/format.h"

struct head {
	struct timestamp time;
	struct str verb;
	struct str rest;
};

static bool read_head(struct str line, struct head *h)
{
	static const char *const verbs[] = { "install",  "upgrade", "remove",   "purge",   "configure",
					     "trigproc", "status",  "conffile", "startup", "disappear" };
	struct str s = line;

	if (s.len < 28 || s.ptr[4] != '-' || s.ptr[10] != ' ' || !timestamp_parse_iso(&s, &h->time) ||
	    s.len == 0 || s.ptr[0] != ' ')
		return false;
	h->verb = str_word(&s);
	h->rest = str_trim(s);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (str_eq(h->verb, str_of(verbs[i])))
			return h->rest.len > 0;
	return false;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct head h;

	(void)record;
	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	return read_head(line, &h) ? LINE_START : LINE_ALIEN;
}

static struct str known(struct str version)
{
	return str_eq(version, STR("<none>")) ? STR_NONE : version;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct head h;
	struct change *c;
	struct str name, rest;

	if (!read_head(record, &h))
		return false;
	e->time = h.time;
	e->has_time = true;
	e->severity = SEV_INFO;
	e->message = str_make(h.verb.ptr, (size_t)(record.ptr + record.len - h.verb.ptr));
	if (!str_eq(h.verb, STR("install")) && !str_eq(h.verb, STR("upgrade")) &&
	    !str_eq(h.verb, STR("remove")) && !str_eq(h.verb, STR("purge")))
		return true;
	name = str_word(&h.rest);
	c = arena_new(ctx->scratch, struct change);
	c->kind = CHANGE_PACKAGE;
	c->key = str_cut(name, ':', &rest);
	c->previous = known(str_word(&h.rest));
	c->version = known(str_word(&h.rest));
	c->text = e->message;
	c->end_ns = TIME_NONE;
	e->kind = EV_CHANGE;
	e->change = c;
	return true;
}

static const struct format_sample samples[] = {
	{ "2016-08-06 17:35:39 upgrade bash:amd64 5.0-4 5.0-5",
	  "time=2016-08-06T17:35:39Z kind=change change.kind=package change.key=bash change.previous=5.0-4 "
	  "change.version=5.0-5" },
	{ "2016-08-06 17:35:40 status half-configured bash:amd64 5.0-5",
	  "kind=line message='status half-configured bash:amd64 5.0-5'" },
	{ NULL, NULL },
};

const struct format format_dpkg = {
	.id = "dpkg",
	.title = "dpkg.log: packages installed, upgraded, removed",
	.role = ROLE_CHANGE,
	.specificity = 50,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
