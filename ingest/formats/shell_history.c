/*
 * History of a shell: what people typed during an incident. bash writes the time on a line of its own when
 * HISTTIMEFORMAT is set, zsh in front (EXTENDED_HISTORY). Commands of deployment tools are change records.
 *
 *     #1769688000                        : 1769688000:12;kubectl rollout undo deployment/web
 *     kubectl rollout undo deployment/web
 */
#include "ingest/change.h"
#include "ingest/format.h"

enum { EPOCH_DIGITS = 10 };

/* An epoch in seconds off the front of *s. */
static bool epoch_take(struct str *s, struct timestamp *t)
{
	size_t n = 0;

	while (n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9')
		n++;
	if (n != EPOCH_DIGITS || !timestamp_parse_epoch(str_head(*s, n), t))
		return false;
	*s = str_from(*s, n);
	return true;
}

/* The head of a line; what is left of *s is the command, if it stands there. */
static bool head(struct str *s, struct timestamp *t, double *took_s, bool *zsh)
{
	struct str rest;

	*zsh = str_starts(*s, STR(": "));
	*took_s = NAN;
	if (!*zsh) {
		if (s->len != 1 + EPOCH_DIGITS || s->ptr[0] != '#')
			return false;
		*s = str_from(*s, 1);
		return epoch_take(s, t);
	}
	*s = str_from(*s, 2);
	if (!epoch_take(s, t) || s->len < 3 || s->ptr[0] != ':')
		return false;
	return str_to_double(str_cut(str_from(*s, 1), ';', &rest), took_s) && (*s = rest).len > 0;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct timestamp t;
	struct str s = line;
	double took_s;
	bool zsh;

	(void)ctx;
	if (head(&s, &t, &took_s, &zsh))
		return LINE_START;
	if (line.len == 0)
		return LINE_SKIP;
	return record.len ? LINE_CONTINUES : LINE_ALIEN;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str more, line = str_cut(record, '\n', &more);
	struct change_draft d = { .kind = CHANGE_OPERATION };
	struct change *c;
	double took_s;
	bool zsh;

	if (!head(&line, &e->time, &took_s, &zsh))
		return false;
	e->has_time = true;
	if (!zsh)
		line = str_cut(more, '\n', &more);
	e->message = str_trim(line);
	e->detail = str_trim(more);
	e->severity = SEV_INFO;
	if (took_s >= 0)
		e->duration_ms = took_s * 1000;
	if (e->message.len == 0)
		return false;
	change_sentence(&d, str_head(e->message, 512));
	if (!d.tool || !change_resolve(&d, e->message, ctx->scratch, e))
		return true;
	c = arena_new(ctx->scratch, struct change);
	*c = *e->change;
	c->text = e->message;
	if (took_s > 0)
		c->end_ns = e->time.ns + (int64_t)(took_s * 1e9);
	e->change = c;
	return true;
}

static const struct format_sample samples[] = {
	{ "#1769688000\nkubectl rollout undo deployment/web",
	  "time=2026-01-29T12:00:00Z kind=change change.kind=rollback change.service=web" },
	{ ": 1769688000:12;helm upgrade web ./chart --set tag=1.2.4", "time=2026-01-29T12:00:00Z kind=change" },
	{ ": 1769688060:0;tail -f /var/log/syslog",
	  "time=2026-01-29T12:01:00Z kind=line message='tail -f /var/log/syslog'" },
	{ NULL, NULL },
};

const struct format format_shell_history = {
	.id = "shell_history",
	.title = "History of a shell with times (bash, zsh)",
	.role = ROLE_CHANGE,
	.specificity = 55,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
