/*
 * Flow logs of Amazon's VPCs, as S3 and CloudWatch hold them: one connection a line, fields between blanks, in the
 * default order of version 2 or in the one that a header names:
 *
 *     version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
 *
 * (AWS, "Flow log records".) The time is the one of the first packet; an interval without traffic (NODATA) or with some
 * left out (SKIPDATA) says nothing of connections.
 */
#include "core/ascii.h"
#include "ingest/format.h"

enum { COLUMNS_MAX = 40, DEFAULT_COLUMNS = 14 };

enum column { COL_OTHER, COL_SOURCE, COL_TARGET, COL_TARGET_PORT, COL_BYTES, COL_START, COL_END, COL_ACTION, COL_STATUS };

struct columns {
	unsigned n; /* 0: no header was seen */
	uint8_t is[COLUMNS_MAX];
};

static const struct columns by_default = {
	DEFAULT_COLUMNS,
	{ COL_OTHER, COL_OTHER, COL_OTHER, COL_SOURCE, COL_TARGET, COL_OTHER, COL_TARGET_PORT, COL_OTHER, COL_OTHER,
	  COL_BYTES, COL_START, COL_END, COL_ACTION, COL_STATUS },
};

static uint8_t column_of(struct str name)
{
	static const struct {
		const char *name;
		enum column is;
	} rows[] = {
		{ "srcaddr", COL_SOURCE }, { "dstaddr", COL_TARGET }, { "dstport", COL_TARGET_PORT },
		{ "bytes", COL_BYTES },	   { "start", COL_START },    { "end", COL_END },
		{ "action", COL_ACTION },  { "log-status", COL_STATUS },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_eq(name, str_of(rows[i].name)))
			return (uint8_t)rows[i].is;
	return COL_OTHER;
}

/* A header: names only, among them those without which there is nothing to tell. */
static bool read_header(struct str line, struct columns *c)
{
	bool start = false, source = false, account = false;

	*c = (struct columns){ 0 };
	for (struct str s = line, w = str_word(&s); w.len && c->n < COLUMNS_MAX; w = str_word(&s)) {
		c->is[c->n] = column_of(w);
		start = start || c->is[c->n] == COL_START;
		source = source || c->is[c->n] == COL_SOURCE;
		account = account || str_eq(w, STR("account-id")) || str_eq(w, STR("interface-id"));
		c->n++;
	}
	return start && source && account;
}

struct flow {
	struct str source, target, port, action, status;
	struct timestamp start;
	int64_t bytes;
};

static bool read_line(struct str line, const struct columns *c, struct flow *f)
{
	struct str s = line;
	unsigned n = 0;
	bool timed = false;

	*f = (struct flow){ .bytes = -1 };
	for (struct str w = str_word(&s); w.len; w = str_word(&s)) {
		switch (n < c->n ? (enum column)c->is[n] : COL_OTHER) {
		case COL_SOURCE:
			f->source = w;
			break;
		case COL_TARGET:
			f->target = w;
			break;
		case COL_TARGET_PORT:
			f->port = w;
			break;
		case COL_BYTES:
			if (!str_to_i64(w, &f->bytes))
				f->bytes = -1;
			break;
		case COL_START:
			timed = timestamp_parse_epoch(w, &f->start);
			break;
		case COL_ACTION:
			f->action = w;
			break;
		case COL_STATUS:
			f->status = w;
			break;
		case COL_END:
		case COL_OTHER:
			break;
		}
		n++;
	}
	return timed && n == c->n;
}

/* Of the default order, what no other numbers between blanks look like. */
static bool looks_default(struct str line)
{
	struct str s = line, version = str_word(&s), account = str_word(&s), interface = str_word(&s);
	int64_t number;

	return version.len == 1 && is_digit(version.ptr[0]) &&
	       (str_eq(account, STR("unknown")) || (account.len == 12 && str_to_i64(account, &number))) &&
	       str_starts(interface, STR("eni-"));
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct columns *c = ctx->state, header;
	struct flow f;

	(void)record;
	if (line.len == 0)
		return LINE_SKIP;
	if (!c)
		return LINE_ALIEN;
	if (is_alpha(line.ptr[0]) && read_header(line, &header)) {
		*c = header;
		return LINE_SKIP;
	}
	if (c->n > 0 && read_line(line, c, &f))
		return LINE_START;
	return looks_default(line) && read_line(line, &by_default, &f) ? LINE_START : LINE_ALIEN;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	const struct columns *c = ctx->state;
	struct flow f;

	if (!(c && c->n > 0 && read_line(record, c, &f)) && !read_line(record, &by_default, &f))
		return false;
	e->has_time = true;
	e->time = f.start;
	e->severity = SEV_INFO;
	if (str_eq(f.source, STR("-")) || f.source.len == 0) {
		e->message = f.status.len ? f.status : record;
		return true;
	}
	e->client = f.source;
	e->bytes = f.bytes;
	e->message = arena_printf(ctx->scratch, "%.*s %.*s:%.*s", STR_ARG(f.action), STR_ARG(f.target), STR_ARG(f.port));
	return true;
}

static const struct format_sample samples[] = {
	{ "2 123456789012 eni-0a1b2c3d 198.51.100.7 10.0.0.5 20641 22 6 20 4249 1769726100 1769726160 REJECT OK",
	  "time=2026-01-29T22:35:00Z severity=info client=198.51.100.7 bytes=4249 message='REJECT 10.0.0.5:22'" },
	{ "2 123456789012 eni-0a1b2c3d - - - - - - - 1769726100 1769726160 - NODATA",
	  "time=2026-01-29T22:35:00Z message=NODATA" },
	{ "version vpc-id account-id srcaddr dstaddr dstport start end action log-status\n"
	  "5 vpc-1 123456789012 2001:db8::7 2001:db8::5 443 1769726100 1769726160 ACCEPT OK",
	  "time=2026-01-29T22:35:00Z client=2001:db8::7 message='ACCEPT 2001:db8::5:443'" },
	{ NULL, NULL },
};

const struct format format_vpc_flow = {
	.id = "vpc_flow",
	.title = "AWS VPC flow log",
	.service = "vpc",
	.role = ROLE_SYSTEM,
	.specificity = 50,
	.state_bytes = sizeof(struct columns),
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
