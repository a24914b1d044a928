/*
 * w3c: extended log format: IIS (sites and HTTPERR), CloudFront, and others that name their
 * columns in "#Fields:". The header may change in the middle of a file; a header below a record is kept with
 * that record and takes effect after it, so that order of decoding is order of the file. Files that were cut
 * and have no header are read by the shape of IIS's own layouts. Times are UTC by definition.
 */
#include "ingest/access.h"
#include "ingest/format.h"

enum { COLUMNS_MAX = 64, TAIL_MAX = 8 };

enum column {
	COL_OTHER,
	COL_DATE,
	COL_TIME,
	COL_DATE_TIME,
	COL_METHOD,
	COL_STEM,
	COL_QUERY,
	COL_USER,
	COL_CLIENT,
	COL_FORWARDED,
	COL_AGENT,
	COL_REFERRER,
	COL_STATUS,
	COL_BYTES,
	COL_TAKEN,
	COL_HOST,
	COL_REASON,
	COL_REQUEST_ID,
	COL_UPSTREAM,
};

struct w3c_state {
	unsigned n; /* 0: no header seen */
	uint8_t cols[COLUMNS_MAX];
	char separator; /* ' ', '\t' or ','; CloudFront's header has blanks, its lines tabs */
};

static uint8_t column_of(struct str name)
{
	static const struct {
		const char *name;
		enum column is;
	} rows[] = {
		{ "date", COL_DATE },
		{ "time", COL_TIME },
		{ "date-time", COL_DATE_TIME },
		{ "DateTime", COL_DATE_TIME },
		{ "timestamp", COL_DATE_TIME },
		{ "cs-method", COL_METHOD },
		{ "cs-uri-stem", COL_STEM },
		{ "cs-uri", COL_STEM },
		{ "cs-uri-query", COL_QUERY },
		{ "cs-username", COL_USER },
		{ "c-ip", COL_CLIENT },
		{ "x-forwarded-for", COL_FORWARDED },
		{ "cs(X-Forwarded-For)", COL_FORWARDED },
		{ "cs(User-Agent)", COL_AGENT },
		{ "cs(Referer)", COL_REFERRER },
		{ "sc-status", COL_STATUS },
		{ "sc-bytes", COL_BYTES },
		{ "time-taken", COL_TAKEN },
		{ "s-computername", COL_HOST },
		{ "s-reason", COL_REASON },
		{ "x-edge-request-id", COL_REQUEST_ID },
		{ "s-dns", COL_UPSTREAM },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_eq_nocase(name, str_of(rows[i].name)))
			return (uint8_t)rows[i].is;
	return COL_OTHER;
}

static void header_read(struct str line, struct w3c_state *state)
{
	if (!str_starts(line, STR("#Fields:")))
		return;
	struct str s = str_trim(str_from(line, 8));
	state->separator = str_chr(s, '\t') >= 0			 ? '\t'
			   : str_chr(s, ',') >= 0 && str_chr(s, ' ') < 0 ? ','
									 : ' ';
	state->n = 0;
	while (s.len && state->n < COLUMNS_MAX) {
		struct str name = state->separator == ',' ? str_cut(s, ',', &s) : str_word(&s);
		if (name.len)
			state->cols[state->n++] = column_of(name);
	}
}

static bool date_at(struct str s)
{
	return s.len >= 19 && s.ptr[4] == '-' && s.ptr[7] == '-' && s.ptr[13] == ':' && s.ptr[16] == ':' &&
	       (s.ptr[10] == ' ' || s.ptr[10] == '\t' || s.ptr[10] == 'T');
}

/*
 * IIS without a header: "date time [site] [computer] s-ip METHOD /stem query port user c-ip ...", or
 * HTTPERR's.
 */
static bool headless_is(struct str line)
{
	if (!date_at(line) || line.ptr[10] == 'T')
		return false;
	struct str s = line, word;
	str_word(&s);
	str_word(&s);
	word = str_word(&s);
	for (unsigned i = 0; i < 2 && !address_is(word); i++)
		word = str_word(&s);
	if (!address_is(word))
		return false;
	word = str_word(&s);
	if (request_method_is(word))
		return str_word(&s).len > 0;
	/* c-port s-ip s-port version */
	int64_t port;
	return str_to_i64(word, &port) && address_is(str_word(&s)) && str_to_i64(str_word(&s), &port) &&
	       str_starts(str_word(&s), STR("HTTP/"));
}

static enum line_class w3c_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct w3c_state *state = ctx->state;
	if (line.len == 0)
		return LINE_SKIP;
	if (line.ptr[0] == '#') {
		static const char *const directives[] = { "#Fields:",	"#Version:",  "#Software:",
							  "#Date:",	"#Remark:",   "#Start-Date:",
							  "#End-Date:", "#Log-type:", NULL };
		for (size_t i = 0; directives[i]; i++) {
			if (!str_starts(line, str_of(directives[i])))
				continue;
			if (record.len)
				return LINE_CONTINUES;
			header_read(line, state);
			return LINE_SKIP;
		}
		return LINE_ALIEN;
	}
	if (state->n > 0 && date_at(line))
		return LINE_START;
	return headless_is(line) ? LINE_START : LINE_ALIEN;
}

static struct str value_next(struct str *s, char separator)
{
	if (separator == ',')
		return str_cut(*s, ',', s);
	if (separator == '\t')
		return str_cut(*s, '\t', s);
	struct str t = *s;
	while (t.len && t.ptr[0] == ' ')
		t = str_from(t, 1);
	if (t.len && t.ptr[0] == '"') {
		size_t n = quoted_length(str_from(t, 1));
		*s = str_from(t, n + 2);
		return str_make(t.ptr + 1, n);
	}
	struct str word = str_word(&t);
	*s = t;
	return word;
}

/* Values gathered until all columns are known. */
struct row {
	struct str stem, query, reason;
	double taken;
	bool taken_in_seconds;
};

static void column_take(enum column c, struct str v, struct row *r, struct event *e)
{
	int64_t n;
	if (v.len == 0 || str_eq(v, STR("-")))
		return;
	switch (c) {
	case COL_METHOD:
		e->method = v;
		break;
	case COL_STEM:
		r->stem = v;
		break;
	case COL_QUERY:
		r->query = v;
		break;
	case COL_USER:
		e->user = v;
		break;
	case COL_CLIENT:
		e->client = v;
		break;
	case COL_FORWARDED:
		/* the client itself, behind proxies of ours */
		if (!e->client.len ||
		    (address_is_private(e->client) && !address_is_private(client_of_list(v))))
			e->client = client_of_list(v).len ? client_of_list(v) : e->client;
		break;
	case COL_AGENT:
		e->agent = v;
		break;
	case COL_REFERRER:
		e->referrer = v;
		break;
	case COL_STATUS:
		if (!status_parse(v, &e->status))
			e->status = -1;
		break;
	case COL_BYTES:
		if (str_to_i64(v, &n))
			e->bytes = n;
		break;
	case COL_TAKEN:
		r->taken_in_seconds = str_chr(v, '.') >= 0;
		if (!str_to_double(v, &r->taken))
			r->taken = NAN;
		break;
	case COL_HOST:
		e->host = v;
		break;
	case COL_REASON:
		r->reason = v;
		break;
	case COL_REQUEST_ID:
		e->request_id = v;
		break;
	case COL_UPSTREAM:
		e->upstream = v;
		break;
	case COL_OTHER:
	case COL_DATE:
	case COL_TIME:
	case COL_DATE_TIME:
		break;
	}
}

static void by_header(const struct w3c_state *state, struct str line, struct row *r, struct event *e)
{
	struct str s = line;
	char separator = state->separator == ' ' && str_chr(line, '\t') > 0 ? '\t' : state->separator;
	for (unsigned i = 0; i < state->n && s.len; i++)
		column_take((enum column)state->cols[i], value_next(&s, separator), r, e);
}

/*
 * The numbers at the end: status, substatus, win32 status, bytes out and in, time taken; an address
 * behind them is X-Forwarded-For.
 */
static void numbers_take(struct str s, struct row *r, struct event *e)
{
	struct str tail[TAIL_MAX];
	unsigned n = 0;
	while (s.len && n < TAIL_MAX) {
		struct str word = str_word(&s);
		int64_t number;
		if (address_is(endpoint_host(word)))
			column_take(COL_FORWARDED, word, r, e);
		else if (str_to_i64(word, &number))
			tail[n++] = word;
	}
	if (n > 0)
		column_take(COL_STATUS, tail[0], r, e);
	if (n >= 4)
		column_take(COL_TAKEN, tail[n - 1], r, e);
	if (n >= 6)
		column_take(COL_BYTES, tail[3], r, e);
}

static void by_shape(struct str line, struct row *r, struct event *e)
{
	struct str s = line;
	str_word(&s);
	str_word(&s);
	struct str word = str_word(&s);
	while (s.len && !address_is(word)) {
		if (!str_starts(word, STR("W3SVC")))
			e->host = word;
		word = str_word(&s);
	}
	struct str address = word;
	word = str_word(&s);
	int64_t port;
	if (str_to_i64(word, &port)) {
		/*
		 * HTTPERR: c-ip c-port s-ip s-port version method uri [streamid] status siteid reason
		 * queue
		 */
		e->client = address;
		str_word(&s);
		str_word(&s);
		str_word(&s);
		column_take(COL_METHOD, str_word(&s), r, e);
		column_take(COL_STEM, str_word(&s), r, e);
		column_take(COL_STATUS, str_word(&s), r, e);
		str_word(&s);
		column_take(COL_REASON, str_word(&s), r, e);
		return;
	}
	column_take(COL_METHOD, word, r, e);
	struct str target = str_trim(s);
	/* clients send blanks in paths: "port user client" is where the query ends */
	struct str three[3] = { STR_NONE, STR_NONE, STR_NONE };
	bool found = false;
	while (s.len && !found) {
		three[0] = three[1];
		three[1] = three[2];
		three[2] = str_word(&s);
		found = str_to_i64(three[0], &port) && address_is(three[2]);
	}
	if (!found)
		return;
	target = str_trim(str_make(target.ptr, (size_t)(three[0].ptr - target.ptr)));
	column_take(COL_STEM, str_cut(target, ' ', &r->query), r, e);
	if (str_eq(r->query, STR("-")))
		r->query = STR_NONE;
	column_take(COL_USER, three[1], r, e);
	column_take(COL_CLIENT, three[2], r, e);
	unsigned text = 0;
	while (s.len) {
		struct str before = s;
		int status;
		word = str_word(&s);
		if (status_parse(word, &status)) {
			numbers_take(before, r, e);
			return;
		}
		if (str_starts(word, STR("HTTP/")))
			continue;
		if (text++ == 0)
			column_take(COL_AGENT, word, r, e);
		else if (str_find(word, STR("://")) > 0)
			column_take(COL_REFERRER, word, r, e);
	}
}

/* CloudFront's lines without their header: its columns have not changed, there only came more. */
static void by_default(struct str line, struct row *r, struct event *e)
{
	struct w3c_state cloudfront = { 0 };

	header_read(STR("#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) "
			"cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol "
			"cs-bytes time-taken"),
		    &cloudfront);
	by_header(&cloudfront, line, r, e);
}

static bool w3c_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct w3c_state *state = ctx->state;
	struct str more;
	struct str line = str_cut(record, '\n', &more);
	struct str s = line;
	struct row r = { .taken = NAN };
	if (!date_at(line))
		return false;
	if (s.ptr[10] == '\t') /* CloudFront */
		s = arena_printf(ctx->scratch, "%.*s %.*s", 10, s.ptr, 8, s.ptr + 11);
	struct timestamp time;
	if (!timestamp_parse_iso(&s, &time))
		return false;
	if (state->n > 0)
		by_header(state, line, &r, e);
	/* no header, or one that is not of this line: files get joined */
	if (state->n == 0 || (e->status < 0 && !request_method_is(e->method) && headless_is(line))) {
		*e = (struct event)EVENT_INIT;
		r = (struct row){ .taken = NAN };
		if (line.ptr[10] == '\t')
			by_default(line, &r, e);
		else
			by_shape(line, &r, e);
	}
	e->time = time;
	e->time.has_zone = true; /* "Date and time are in GMT" */
	e->has_time = true;
	while (more.len)
		header_read(str_cut(more, '\n', &more), state);
	e->path = r.query.len ? arena_printf(ctx->scratch, "%.*s?%.*s", STR_ARG(r.stem), STR_ARG(r.query))
			      : r.stem;
	if (!isnan(r.taken) && r.taken >= 0)
		e->duration_ms = r.taken_in_seconds ? r.taken * 1000.0 : r.taken;
	e->error = r.reason;
	if (e->status >= 0 || e->method.len) {
		e->kind = EV_HTTP;
		e->severity = e->status >= 0 ? severity_from_status(e->status) : SEV_INFO;
		e->message = arena_printf(ctx->scratch, "%.*s %.*s", STR_ARG(e->method), STR_ARG(r.stem));
	} else {
		e->severity = r.reason.len ? SEV_WARN : SEV_INFO;
		e->message = r.reason.len ? r.reason : str_trim(str_from(line, 19));
	}
	return true;
}

static const struct format_sample samples[] = {
	{ "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time s-ip cs-method "
	  "cs-uri-stem cs-uri-query "
	  "s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status "
	  "sc-bytes cs-bytes "
	  "time-taken\n2026-01-02 08:09:10 10.0.0.5 GET /cart id=7 443 - 198.51.100.7 Mozilla/5.0+(X11) - "
	  "500 0 64 1211 333 "
	  "1532",
	  "time=2026-01-02T08:09:10Z kind=http severity=error status=500 method=GET path=/cart?id=7 "
	  "duration_ms=1532 "
	  "bytes=1211 client=198.51.100.7 agent=Mozilla/5.0+(X11)" },
	{ "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem "
	  "sc-status "
	  "cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id "
	  "x-host-header cs-protocol "
	  "cs-bytes "
	  "time-taken\n2026-01-02\t08:09:10\tFRA2\t613\t198.51.100.7\tGET\td1.cloudfront.example\t/"
	  "view.html\t"
	  "502\t-\tcurl/8.5\t-\t-\tError\tQ_req==\tcdn.example.test\thttps\t23\t0.215",
	  "time=2026-01-02T08:09:10Z severity=error status=502 path=/view.html bytes=613 duration_ms=215 "
	  "agent=curl/8.5 "
	  "request_id='Q_req=='" },
	{ "2026-01-02\t08:09:10\tFRA2\t613\t198.51.100.7\tGET\td1.cloudfront.example\t/a.html\t404\t-\tcurl/8.5\tq=1\t-\t"
	  "Error\tQ_req==\tcdn.example.test\thttps\t23\t0.113",
	  "time=2026-01-02T08:09:10Z kind=http severity=warn status=404 path=/a.html?q=1 bytes=613 duration_ms=113" },
	{ "2026-01-02 08:09:10 W3SVC2 web1 10.0.0.5 GET /robots.txt - 80 - 198.51.100.7 HTTP/1.1 Bot/1.0 - "
	  "- "
	  "img.example.test 200 0 0 346 306 15 203.0.113.9",
	  "time=2026-01-02T08:09:10Z kind=http severity=info status=200 method=GET path=/robots.txt "
	  "duration_ms=15 bytes=346 "
	  "client=198.51.100.7 host=web1" },
	{ "2026-01-02 08:09:10 198.51.100.7 2094 10.0.0.5 80 HTTP/1.1 GET /a.txt 503 - ConnLimit -",
	  "time=2026-01-02T08:09:10Z severity=error status=503 path=/a.txt error=ConnLimit "
	  "client=198.51.100.7" },
	{ "2026-01-02 12:02:53 10.44.0.136 POST /pay a=1 8080 DOMAIN\\ann 198.51.100.6 Mozilla/4.0 - 404 0 "
	  "64 93",
	  "status=404 severity=warn method=POST path=/pay?a=1 duration_ms=93 user='DOMAIN\\\\ann'" },
	{ NULL, NULL },
};

const struct format format_w3c = {
	.id = "w3c",
	.title = "W3C extended log: IIS, HTTPERR, CloudFront, anything with #Fields",
	.service = "iis",
	.role = ROLE_ACCESS,
	.specificity = 50,
	.state_bytes = sizeof(struct w3c_state),
	.headed = true,
	.classify = w3c_classify,
	.decode = w3c_decode,
	.samples = samples,
};
