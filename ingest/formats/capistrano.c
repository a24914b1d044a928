/*
 * Capistrano's revisions.log: "Branch main (at 1ba4170) deployed as release 20170122151156 by ann" and
 * "ann rolled back to release 20170120101010". There is no time but the release's number, which is its
 * start in UTC; a rollback's own time is not written, so such a line has none.
 */
#include "ingest/format.h"

static bool is_release(struct str s)
{
	if (s.len != 14)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.ptr[0] == '2';
}

static struct str release_behind(struct str line, struct str mark)
{
	ptrdiff_t at = str_find(line, mark);
	struct str rest, word;

	if (at < 0)
		return STR_NONE;
	rest = str_from(line, (size_t)at + mark.len);
	word = str_word(&rest);
	return is_release(word) ? word : STR_NONE;
}

static struct str deployed(struct str line)
{
	return str_starts(line, STR("Branch ")) ? release_behind(line, STR(" deployed as release "))
						: STR_NONE;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	return deployed(line).len || release_behind(line, STR(" rolled back to release ")).len ? LINE_START
											       : LINE_ALIEN;
}

static void read_time(struct str r, struct event *e)
{
	char text[20];
	struct str s = { text, 19 };

	memcpy(text, r.ptr, 4);
	text[4] = '-';
	memcpy(text + 5, r.ptr + 4, 2);
	text[7] = '-';
	memcpy(text + 8, r.ptr + 6, 2);
	text[10] = 'T';
	memcpy(text + 11, r.ptr + 8, 2);
	text[13] = ':';
	memcpy(text + 14, r.ptr + 10, 2);
	text[16] = ':';
	memcpy(text + 17, r.ptr + 12, 2);
	e->has_time = timestamp_parse_iso(&s, &e->time);
	e->time.has_zone = e->has_time;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct change *c = arena_new(ctx->scratch, struct change);
	struct str rest, release = deployed(record);
	ptrdiff_t at;

	c->end_ns = TIME_NONE;
	c->status = STR("succeeded");
	c->text = record;
	if (release.len) {
		c->kind = CHANGE_DEPLOYMENT;
		read_time(release, e);
		at = str_find(record, STR("(at "));
		if (at >= 0)
			c->version = str_cut(str_from(record, (size_t)at + 4), ')', &rest);
		at = str_find(record, STR(" by "));
		if (at >= 0)
			c->actor = str_trim(str_from(record, (size_t)at + 4));
	} else {
		release = release_behind(record, STR(" rolled back to release "));
		if (release.len == 0)
			return false;
		c->kind = CHANGE_ROLLBACK;
		c->actor = str_cut(record, ' ', &rest);
	}
	c->id = release;
	if (c->version.len == 0)
		c->version = release;
	e->kind = EV_CHANGE;
	e->severity = SEV_INFO;
	e->change = c;
	e->user = c->actor;
	e->version = c->version;
	e->message = record;
	return true;
}

static const struct format_sample samples[] = {
	{ "Branch main (at 1ba4170) deployed as release 20170122151156 by ann",
	  "time=2017-01-22T15:11:56Z zone=yes kind=change change.kind=deployment change.version=1ba4170 "
	  "change.actor=ann "
	  "change.id=20170122151156" },
	{ "ann rolled back to release 20170120101010",
	  "change.kind=rollback change.version=20170120101010 change.actor=ann" },
	{ NULL, NULL },
};

const struct format format_capistrano = {
	.id = "capistrano",
	.title = "Capistrano revisions.log",
	.role = ROLE_CHANGE,
	.specificity = 55,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
