/*
 * "git log", with any of its dates: what was merged when. A commit is no deployment; its record says what a version is
 * and who made it.
 */
#include "ingest/format.h"

enum { HASH_BYTES = 40 };

static bool is_hash(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f')))
			return false;
	return s.len == HASH_BYTES;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct str s = line;

	(void)ctx;
	if (str_eq(str_word(&s), STR("commit")) && is_hash(str_word(&s)))
		return LINE_START;
	if (record.len)
		return LINE_CONTINUES;
	return line.len ? LINE_ALIEN : LINE_SKIP;
}

/* "Ann Example <ann@example.test>" */
static struct str name_of(struct str author)
{
	ptrdiff_t mail = str_find(author, STR(" <"));

	return str_trim(mail > 0 ? str_head(author, (size_t)mail) : author);
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct change *c = arena_new(ctx->scratch, struct change);
	struct str more, line = str_cut(record, '\n', &more);

	*c = (struct change){ .kind = CHANGE_OPERATION, .end_ns = TIME_NONE };
	str_word(&line);
	c->version = str_word(&line);
	while (more.len > 0) {
		line = str_cut(more, '\n', &more);
		if (str_starts(line, STR("Author: "))) {
			c->actor = name_of(str_from(line, 8));
		} else if (str_starts(line, STR("Date: ")) || str_starts(line, STR("CommitDate: "))) {
			struct str time = str_trim(str_from(line, (size_t)str_chr(line, ':') + 1));

			e->has_time = timestamp_parse(&time, &e->time) || timestamp_parse_epoch(time, &e->time);
			/* git's own order: "Thu Jan 29 12:00:00 2026 +0100" */
			time = str_trim(time);
			if (e->has_time && !e->time.has_zone && time.len == 5 && (time.ptr[0] == '+' || time.ptr[0] == '-')) {
				int64_t hhmm = 0;

				str_to_i64(str_from(time, 1), &hhmm);
				e->time.offset_s = (int32_t)(hhmm / 100 * 3600 + hhmm % 100 * 60) * (time.ptr[0] == '-' ? -1 : 1);
				e->time.ns -= e->time.offset_s * NS_PER_S;
				e->time.has_zone = true;
			}
		} else if (str_starts(line, STR("    ")) && e->message.len == 0) {
			e->message = str_trim(line);
			e->detail = str_trim(more);
		}
	}
	if (!e->has_time)
		return false;
	e->kind = EV_CHANGE;
	e->severity = SEV_INFO;
	e->user = c->actor;
	c->text = e->message;
	e->change = c;
	return true;
}

static const struct format_sample samples[] = {
	{ "commit 1ba4170c6b1e4c3f9a0d2f3e4b5c6d7e8f901234\nAuthor: Ann Example <ann@example.test>\n"
	  "Date:   2026-01-29 12:00:00 +0100\n\n    Lower the pool size\n\n    It was too large.",
	  "time=2026-01-29T11:00:00Z kind=change change.kind=operation change.version=1ba4170c6b1e4c3f9a0d2f3e4b5c6d7e8f901234 "
	  "change.actor='Ann Example' message='Lower the pool size'" },
	{ "commit 2ba4170c6b1e4c3f9a0d2f3e4b5c6d7e8f901234 (HEAD -> main, tag: v1.2)\nMerge: 1a2b3c4 5d6e7f8\n"
	  "Author: Bob <bob@example.test>\nDate:   Thu Jan 29 12:00:00 2026 -0500\n\n    Merge branch 'fix'",
	  "time=2026-01-29T17:00:00Z kind=change change.actor=Bob" },
	{ NULL, NULL },
};

const struct format format_git_log = {
	.id = "git_log",
	.title = "git log",
	.role = ROLE_CHANGE,
	.specificity = 55,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
