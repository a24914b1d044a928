/*
 * Change records as sentences or as a verb with name=value pairs, as deployment scripts write them:
 *   "2026-03-24 08:55:00 UTC [deployctl] deploy auth 2.3.1 -> 2.4.0 by ci: started (change=SHOP-1501)"
 *   "config service=web user=ann status=started key=timeouts.auth_ms old=3000 new=15"   (a syslog's payload)
 * The grammar is in ingest/change.h. In a file that is named as a change log ("deploy.log") the lines with a
 * time below the first change are its lines, too: what the tool says of its steps.
 */
#include "ingest/change.h"
#include "ingest/format.h"
#include "ingest/syslog_head.h"

enum { VERB_WITHIN_BYTES = 64 };

struct text_state {
	bool seen; /* a change stood in this file */
};

struct head {
	struct timestamp time;
	bool has_time;
	enum severity severity;
	struct str tool;
	struct str body;
};

static bool read_time(struct str *s, struct timestamp *t)
{
	struct str rest = *s;
	bool bracket = rest.len && (rest.ptr[0] == '[' || rest.ptr[0] == '<' || rest.ptr[0] == '(');

	if (bracket)
		rest = str_from(rest, 1);
	if (!timestamp_parse(&rest, t) || !t->has_date)
		return false;
	if (bracket && rest.len)
		rest = str_from(rest, 1);
	*s = rest;
	return true;
}

static void read_head(struct str line, struct head *h)
{
	struct str s = str_trim(line);

	*h = (struct head){ .severity = SEV_NONE };
	h->has_time = read_time(&s, &h->time);
	if (!h->has_time) {
		h->body = s;
		return;
	}
	for (;;) {
		struct str rest, word, inner;
		enum severity level;

		while (s.len && memchr(" \t-|:,", s.ptr[0], 6))
			s = str_from(s, 1);
		rest = s;
		word = str_word(&rest);
		if (word.len > 2 && word.ptr[0] == '[' && str_chr(word, ']') == (ptrdiff_t)word.len - 1) {
			inner = str_make(word.ptr + 1, word.len - 2);
			if ((level = severity_parse(inner)) != SEV_NONE)
				h->severity = level;
			else if (h->tool.len == 0)
				h->tool = inner;
		} else if (word.len > 2 && h->severity == SEV_NONE) {
			inner = str_ends(word, STR(":")) ? str_head(word, word.len - 1) : word;
			level = severity_parse(inner);
			if (level == SEV_NONE || inner.ptr[0] < 'A' || inner.ptr[0] > 'Z')
				break;
			h->severity = level;
		} else {
			break;
		}
		s = rest;
	}
	h->body = s;
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Does a folder or the file's name say that it holds changes? */
static bool named_as_changes(struct str path)
{
	static const struct str names[] = {
		{ "deploy", 6 },    { "release", 7 },  { "rollout", 7 },
		{ "changelog", 9 }, { "changes.", 8 }, { "migration", 9 },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		ptrdiff_t at = str_find_nocase(path, names[i]);

		if (at >= 0 && (at == 0 || !is_lower((char)(path.ptr[at - 1] | 0x20))))
			return true;
	}
	return false;
}

static bool is_change(const struct head *h, const struct change_draft *d)
{
	const struct str *f = d->part;
	bool versions = f[PART_VERSION].len || d->right.len;
	bool thing = f[PART_SERVICE].len || f[PART_KEY].len || f[PART_FLAG].len || versions;
	bool detail = versions || f[PART_NEW].len || f[PART_STATUS].len || f[PART_ACTOR].len || d->tense.len;
	bool sure = d->strength == CHANGE_SURE;

	if (!d->has_kind || !thing)
		return false;
	/* A sentence about a change begins with it; a long one that has the word somewhere is about something
	 * else. */
	if (!d->named && (size_t)(d->verb.ptr - h->body.ptr) > VERB_WITHIN_BYTES)
		return false;
	if (h->has_time || (f[PART_TIME].len && d->named))
		return sure || d->tool || d->object || (d->pairs >= 2 && detail) ||
		       (f[PART_VERSION].len && d->right.len);
	/* Without a time only what begins with its verb, or names its parts. */
	if (d->pairs >= 3 && d->named && sure && detail)
		return true;
	/* A record by its shape: it names what was changed and how that went. */
	bool record = d->pairs >= 4 && f[PART_SERVICE].len && f[PART_STATUS].len;
	return d->verb.ptr == h->body.ptr && (sure || d->tool || record) && detail && (d->pairs >= 2 || versions);
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct text_state *state = ctx->state;
	struct change_draft d = { .kind = CHANGE_OPERATION };
	struct syslog_head syslog;
	struct head h;

	if (line.len == 0)
		return LINE_SKIP;
	if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
		return record.len ? LINE_CONTINUES : LINE_ALIEN;
	if (line.ptr[0] == '{' || line.len > 4096)
		return LINE_ALIEN;
	read_head(line, &h);
	if (h.body.len == 0 || h.body.ptr[0] == '{')
		return LINE_ALIEN;
	/* A syslog's head says more than its time: the carrier reads it and hands the sentence on. */
	if (h.has_time && syslog_head_parse(line, &syslog) && syslog.program.len)
		return LINE_ALIEN;
	change_sentence(&d, h.body);
	if (is_change(&h, &d)) {
		if (state)
			state->seen = true;
		return LINE_START;
	}
	return h.has_time && state && state->seen && named_as_changes(ctx->path) ? LINE_START : LINE_ALIEN;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct change_draft d = { .kind = CHANGE_OPERATION };
	struct str line, rest;
	struct head h;

	line = str_cut(record, '\n', &rest);
	read_head(line, &h);
	change_sentence(&d, h.body);
	if (!h.has_time && d.part[PART_TIME].len) {
		struct str time = d.part[PART_TIME];

		h.has_time = timestamp_parse(&time, &h.time) || timestamp_parse_epoch(time, &h.time);
	}
	e->has_time = h.has_time;
	e->time = h.time;
	e->logger = h.tool;
	e->detail = str_trim(rest);
	if (!is_change(&h, &d) || !change_resolve(&d, h.body, ctx->scratch, e)) {
		if (!h.has_time)
			return false;
		e->message = h.body;
	}
	if (h.severity != SEV_NONE)
		e->severity = h.severity;
	return true;
}

static const struct format_sample samples[] = {
	{ "2026-03-24 08:55:00 UTC [deployctl] deploy auth 2.3.1 -> 2.4.0 by ci: started (change=SHOP-1501)",
	  "time=2026-03-24T08:55:00Z kind=change logger=deployctl change.kind=deployment change.service=auth "
	  "change.version=2.4.0 "
	  "change.previous=2.3.1 change.actor=ci change.status=started change.id=SHOP-1501" },
	{ "2026-09-03 10:17:30 UTC [deployctl] rollback catalog 3.9.2 -> 3.7.4 by oncall: succeeded",
	  "change.kind=rollback change.service=catalog change.version=3.7.4 change.previous=3.9.2 "
	  "change.status=succeeded" },
	{ "2026-03-24T09:00:00Z Deploying web v4.7.3 to production",
	  "time=2026-03-24T09:00:00Z change.kind=deployment change.service=web change.version=v4.7.3 "
	  "change.status=started" },
	{ "2026-03-24T09:00:00Z INFO rolled back web to v4.7.2",
	  "severity=info change.kind=rollback change.service=web change.version=v4.7.2 "
	  "change.status=succeeded" },
	{ "2026-03-24 09:00:00 config: set timeouts.auth_ms=15 (was 3000) on web by piotr",
	  "change.kind=config_change change.service=web change.key=timeouts.auth_ms change.old=3000 "
	  "change.new=15 "
	  "change.actor=piotr" },
	{ "config service=web from=4.7.2 to=4.7.2 user=ann status=started key=\"timeouts.auth_ms\" "
	  "old=\"3000\" new=\"15\" "
	  "ticket=\"OPS-902\"",
	  "kind=change change.kind=config_change change.service=web change.key=timeouts.auth_ms "
	  "change.old=3000 change.new=15 "
	  "change.actor=ann change.status=started change.id=OPS-902 change.version=4.7.2" },
	{ "2026-03-24 09:00:00 feature flag search_v2 enabled by mia",
	  "change.kind=feature_flag change.key=search_v2 change.new=on change.actor=mia" },
	{ "2026-03-24 09:00:00 scaled web from 3 to 5",
	  "change.kind=scaling change.service=web change.old=3 change.new=5" },
	{ "2026-03-24 09:00:00 deployment.apps/web restarted",
	  "change.kind=restart change.service=web change.status=succeeded" },
	{ NULL, NULL },
};

const struct format format_change_text = {
	.id = "change_text",
	.title = "Deployment and change log, sentences or name=value pairs",
	.role = ROLE_CHANGE,
	.specificity = 45,
	.state_bytes = sizeof(struct text_state),
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
