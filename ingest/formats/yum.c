/*
 * Packages on RPM systems: yum.log "Oct 10 10:00:00 Updated: openssl-1:1.0.2k-16.el7.x86_64" and dnf.rpm.log
 * "2020-05-01T10:00:00Z SUBDEBUG Upgraded: bash-5.0.11-1.fc31.x86_64".
 */
#include "ingest/format.h"

struct head {
	struct timestamp time;
	struct str verb;
	struct str package;
};

static bool read_head(struct str line, struct head *h)
{
	static const char *const verbs[] = { "Updated:",   "Installed:",  "Erased:",      "Upgrade:",
					     "Upgraded:",  "Install:",    "Erase:",       "Removed:",
					     "Downgrade:", "Downgraded:", "Reinstalled:", "Obsoleted:" };
	struct str s = line;

	if (s.len < 24 || !timestamp_parse(&s, &h->time) || !h->time.has_date || s.len == 0 ||
	    s.ptr[0] != ' ')
		return false;
	h->verb = str_word(&s);
	if (str_eq(h->verb, STR("SUBDEBUG")) || str_eq(h->verb, STR("INFO")) || str_eq(h->verb, STR("DEBUG")))
		h->verb = str_word(&s);
	h->package = str_trim(s);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (str_eq(h->verb, str_of(verbs[i])))
			return h->package.len > 2 && str_chr(h->package, ' ') < 0;
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

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct head h;
	struct change *c;
	size_t at;

	if (!read_head(record, &h))
		return false;
	c = arena_new(ctx->scratch, struct change);
	c->kind = CHANGE_PACKAGE;
	c->end_ns = TIME_NONE;
	c->key = h.package;
	/* name-version-release.arch: the name ends before a hyphen and a digit. "1:openssl-1.0" has the epoch
	 * in front. */
	for (at = 1; at + 1 < h.package.len; at++) {
		if (h.package.ptr[at] == '-' && h.package.ptr[at + 1] >= '0' &&
		    h.package.ptr[at + 1] <= '9') {
			c->key = str_head(h.package, at);
			if (h.verb.ptr[0] != 'E' && h.verb.ptr[0] != 'R')
				c->version = str_from(h.package, at + 1);
			break;
		}
	}
	c->text = str_make(h.verb.ptr, (size_t)(record.ptr + record.len - h.verb.ptr));
	c->status = STR("succeeded");
	e->time = h.time;
	e->has_time = true;
	e->severity = SEV_INFO;
	e->kind = EV_CHANGE;
	e->message = c->text;
	e->change = c;
	return true;
}

static const struct format_sample samples[] = {
	{ "Oct 10 10:00:00 Updated: openssl-1:1.0.2k-16.el7.x86_64",
	  "time=2000-10-10T10:00:00Z kind=change change.kind=package change.key=openssl "
	  "change.version=1:1.0.2k-16.el7.x86_64" },
	{ "2020-05-01T10:00:00Z SUBDEBUG Upgraded: bash-5.0.11-1.fc31.x86_64",
	  "time=2020-05-01T10:00:00Z change.key=bash" },
	{ NULL, NULL },
};

const struct format format_yum = {
	.id = "yum",
	.title = "yum and dnf: packages installed, upgraded, removed",
	.role = ROLE_CHANGE,
	.specificity = 52,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
