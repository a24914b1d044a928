/*
 * apt's history.log: one block a run.
 *   Start-Date: 2019-07-10  16:38:08
 *   Commandline: apt-get install nginx
 *   Upgrade: libc6:amd64 (2.28-8, 2.28-10), ...
 *   End-Date: 2019-07-10  16:38:31
 */
#include "ingest/format.h"

static const struct str start_key = { "Start-Date: ", 12 };

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	static const struct str keys[] = {
		{ "Commandline: ", 13 }, { "Requested-By: ", 14 }, { "Install: ", 9 },
		{ "Upgrade: ", 9 },      { "Remove: ", 8 },        { "Purge: ", 7 },
		{ "Downgrade: ", 11 },   { "Reinstall: ", 11 },    { "Error: ", 7 },
		{ "Comment: ", 9 },      { "End-Date: ", 10 },
	};

	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	if (str_starts(line, start_key))
		return LINE_START;
	for (size_t i = 0; record.len && i < sizeof keys / sizeof keys[0]; i++)
		if (str_starts(line, keys[i]))
			return LINE_CONTINUES;
	return LINE_ALIEN;
}

/* "2019-07-10  16:38:08": two blanks between date and clock. */
static bool read_time(struct str s, struct timestamp *t)
{
	char text[20];
	struct str clock, time = { text, 19 };

	clock = str_trim(str_from(s, 10));
	if (s.len < 20 || clock.len < 8)
		return false;
	memcpy(text, s.ptr, 10);
	text[10] = ' ';
	memcpy(text + 11, clock.ptr, 8);
	return timestamp_parse_iso(&time, t);
}

/* "libc6:amd64 (2.28-8, 2.28-10), bash:amd64 (5.0-4)": the first one. */
static void read_packages(struct str list, bool upgrade, struct change *c)
{
	struct str rest, versions, name = str_cut(list, ' ', &rest);

	if (c->key.len)
		return;
	c->key = str_cut(name, ':', &versions);
	rest = str_from(rest, 1);
	versions = str_cut(rest, ')', &rest);
	c->version = str_trim(str_cut(versions, ',', &rest));
	if (upgrade) {
		c->previous = c->version;
		c->version = str_trim(str_cut(rest, ',', &rest));
	}
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct change *c = arena_new(ctx->scratch, struct change);
	struct str rest = record, line;

	c->kind = CHANGE_PACKAGE;
	c->end_ns = TIME_NONE;
	c->status = STR("succeeded");
	while (rest.len) {
		struct str value, key;

		line = str_cut(rest, '\n', &rest);
		key = str_cut(line, ':', &value);
		value = str_trim(value);
		if (str_eq(key, STR("Start-Date"))) {
			e->has_time = read_time(value, &e->time);
		} else if (str_eq(key, STR("Commandline"))) {
			e->message = value;
		} else if (str_eq(key, STR("Requested-By"))) {
			c->actor = str_word(&value);
		} else if (str_eq(key, STR("Error"))) {
			c->status = STR("failed");
			e->error = value;
		} else if (str_eq(key, STR("Upgrade")) || str_eq(key, STR("Downgrade"))) {
			read_packages(value, true, c);
		} else if (str_eq(key, STR("Install")) || str_eq(key, STR("Remove")) ||
			   str_eq(key, STR("Purge")) || str_eq(key, STR("Reinstall"))) {
			read_packages(value, false, c);
		}
		if (e->message.len == 0 && !str_eq(key, STR("Start-Date")))
			e->message = line;
	}
	if (!e->has_time)
		return false;
	e->severity = e->error.len ? SEV_ERROR : SEV_INFO;
	e->user = c->actor;
	if (c->key.len == 0)
		return true;
	c->text = record;
	e->detail = record;
	e->kind = EV_CHANGE;
	e->change = c;
	return true;
}

static const struct format_sample samples[] = {
	{ "Start-Date: 2019-07-10  16:38:08\nCommandline: apt-get upgrade\nRequested-By: ann (1000)\n"
	  "Upgrade: libc6:amd64 (2.28-8, 2.28-10), bash:amd64 (5.0-4, 5.0-5)\nEnd-Date: 2019-07-10  16:38:31",
	  "time=2019-07-10T16:38:08Z kind=change change.kind=package change.key=libc6 change.previous=2.28-8 "
	  "change.version=2.28-10 change.actor=ann change.status=succeeded message='apt-get upgrade'" },
	{ "Start-Date: 2019-07-10  16:38:08\nInstall: nginx:amd64 (1.14.2-2, automatic)\nEnd-Date: "
	  "2019-07-10  16:38:31",
	  "change.key=nginx change.version=1.14.2-2" },
	{ NULL, NULL },
};

const struct format format_apt_history = {
	.id = "apt_history",
	.title = "apt history.log: runs of the package manager",
	.role = ROLE_CHANGE,
	.specificity = 50,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
