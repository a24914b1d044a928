/*
 * Rotation writes a number, a date or both into the name: after it (logrotate: .1, .2.gz, -20260129),
 * in the middle (postgresql-2026-01-29_220502.csv, app.2026-01-29.log), or into a directory
 * (2026-01-29/app.log, 2026/01/29/app.log). What is left when all that is gone is the log's own name.
 */
#include "ingest/identity.h"
#include "ingest/words.h"

enum { COMPONENTS_MAX = 64 };

/* n digits at the start of s. */
static bool digits(struct str s, size_t n, unsigned *out)
{
	unsigned v = 0;

	if (s.len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s.ptr[i]))
			return false;
		v = v * 10 + (unsigned)(s.ptr[i] - '0');
	}
	*out = v;
	return true;
}

static bool valid_date(unsigned y, unsigned m, unsigned d)
{
	return y >= 1980 && y < 2100 && m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

static bool is_date_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

/* "0340", "03-40", "220502", "22_05_02" with a separator or T before it: a time of day. Its length, or 0. */
static size_t read_clock(struct str s, int64_t *out_s)
{
	unsigned h, m, sec = 0;
	size_t at = 1, gap;

	if (s.len < 5 || (!is_date_separator(s.ptr[0]) && s.ptr[0] != 'T'))
		return 0;
	if (!digits(str_from(s, at), 2, &h) || h > 24)
		return 0;
	at += 2;
	gap = is_date_separator(s.ptr[at]) || s.ptr[at] == ':' ? 1 : 0;
	if (!digits(str_from(s, at + gap), 2, &m) || m > 59)
		return gap ? 0 : at == s.len || !is_digit(s.ptr[at]) ? (*out_s = h * 3600, at) : 0;
	at += gap + 2;
	if (at + gap + 2 <= s.len && (!gap || is_date_separator(s.ptr[at]) || s.ptr[at] == ':') &&
	    digits(str_from(s, at + gap), 2, &sec) && sec < 61)
		at += gap + 2;
	else
		sec = 0;
	if (at < s.len && s.ptr[at] == 'Z')
		at++;
	if (at < s.len && is_alnum(s.ptr[at]))
		return 0;
	*out_s = (int64_t)h * 3600 + m * 60 + sec;
	return at;
}

struct found_date {
	size_t len;     /* bytes of it; 0: none */
	int64_t ns;
	bool day;       /* no time of day */
};

/* A date at the start of s: 2026-01-29, 2026_01_29, 20260129, with a time of day or without. */
static struct found_date read_date(struct str s)
{
	struct found_date f = { 0 };
	unsigned y, m, d;
	int64_t clock_s = 0;
	size_t more;

	if (digits(s, 8, &y) && (s.len == 8 || !is_digit(s.ptr[8])) &&
	    valid_date(y / 10000, y / 100 % 100, y % 100)) {
		d = y % 100;
		m = y / 100 % 100;
		y /= 10000;
		f.len = 8;
	} else if (s.len >= 10 && digits(s, 4, &y) && is_date_separator(s.ptr[4]) &&
		   digits(str_from(s, 5), 2, &m) && s.ptr[7] == s.ptr[4] && digits(str_from(s, 8), 2, &d) &&
		   valid_date(y, m, d) && (s.len == 10 || !is_digit(s.ptr[10]))) {
		f.len = 10;
	} else {
		return f;
	}
	more = read_clock(str_from(s, f.len), &clock_s);
	f.day = more == 0;
	f.len += more;
	f.ns = (days_from_civil(y, m, d) * 86400 + clock_s) * NS_PER_S;
	return f;
}

static bool is_epoch(struct str s)
{
	uint64_t v;

	return s.len == 10 && str_to_u64(s, &v) && v >= 1000000000 && v < 4102444800;
}

static void note_date(struct log_name *n, int64_t ns, bool day)
{
	if (n->date_ns == TIME_NONE || ns > n->date_ns) {
		n->date_ns = ns;
		n->date_is_day = day;
	}
}

/* IIS: u_exYYMMDD.log, u_exYYMMDDHH.log. */
static bool is_iis_date(struct log_name *n, struct str c, size_t *from, size_t *len)
{
	unsigned ymd, hour = 0;
	size_t at = str_starts(c, STR("u_")) ? 2 : 0;

	if (!str_starts(str_from(c, at), STR("ex")) && !str_starts(str_from(c, at), STR("nc")) &&
	    !str_starts(str_from(c, at), STR("in")))
		return false;
	at += 2;
	if (!digits(str_from(c, at), 6, &ymd) || !valid_date(2000 + ymd / 10000, ymd / 100 % 100, ymd % 100))
		return false;
	*from = at;
	*len = 6;
	if (digits(str_from(c, at + 6), 2, &hour) && hour < 24)
		*len = 8;
	if (at + *len < c.len && c.ptr[at + *len] != '.')
		return false;
	note_date(n,
		  (days_from_civil(2000 + ymd / 10000, ymd / 100 % 100, ymd % 100) * 86400 +
		   (int64_t)hour * 3600) *
			  NS_PER_S,
		  *len == 6);
	return true;
}

/* Takes the dates out of one component; the result is in the arena. */
static struct str without_dates(struct log_name *n, struct str c, struct arena *a)
{
	size_t iis, iis_len;

	if (is_iis_date(n, c, &iis, &iis_len))
		return arena_printf(a, "%.*s%.*s", STR_ARG(str_head(c, iis)),
				    STR_ARG(str_from(c, iis + iis_len)));
	for (size_t i = 0; i + 8 <= c.len; i++) {
		struct found_date f;
		size_t from = i, to;

		if (!is_digit(c.ptr[i]) || (i > 0 && is_alnum(c.ptr[i - 1])))
			continue;
		f = read_date(str_from(c, i));
		if (f.len == 0) {
			while (i + 1 < c.len && is_digit(c.ptr[i + 1]))
				i++;
			continue;
		}
		note_date(n, f.ns, f.day);
		to = i + f.len;
		if (from > 0 && is_date_separator(c.ptr[from - 1]))
			from--;
		else if (to < c.len && is_date_separator(c.ptr[to]) && from == 0)
			to++;
		return arena_printf(a, "%.*s%.*s", STR_ARG(str_head(c, from)), STR_ARG(str_from(c, to)));
	}
	return c;
}

/* Cuts a compression suffix off; false when there is none. */
static bool cut_compression(struct str *s)
{
	static const char *const list[] = {
		".gz", ".bz2", ".xz", ".zst", ".zstd", ".lz4", ".lzma", ".Z", ".gzip", ".lz", NULL,
	};

	for (size_t i = 0; list[i]; i++) {
		if (s->len > strlen(list[i]) && str_ends(*s, str_of(list[i]))) {
			s->len -= strlen(list[i]);
			return true;
		}
	}
	return false;
}

/*
 * Does a number at the end of a dotted pair of numbers stand before the dot at `at`? Then what comes after the dot is the last
 * part of a version or an address ("mysql-5.7.19"); behind one number it is a rotation of that machine's log ("auth-1.2").
 */
static bool in_version(struct str s, size_t at)
{
	size_t b = at;

	while (b > 0 && is_digit(s.ptr[b - 1]))
		b--;
	return b < at && b >= 2 && s.ptr[b - 1] == '.' && is_digit(s.ptr[b - 2]);
}

/* Cuts one rotation mark off a file name's end; false when there is none. */
static bool cut_rotation(struct log_name *n, struct str *s)
{
	ptrdiff_t at = str_rchr(*s, '.');
	struct str last;
	int64_t v;

	if (at > 0) {
		last = str_from(*s, (size_t)at + 1);
		if (last.len <= 5 && !in_version(*s, (size_t)at) && str_to_i64(last, &v) && v >= 0) {
			n->rotation = v;
			s->len = (size_t)at;
			return true;
		}
		if (str_eq(last, STR("old")) || str_eq(last, STR("bak")) || str_eq(last, STR("prev")) ||
		    str_eq(last, STR("orig")) || str_eq(last, STR("rotated"))) {
			s->len = (size_t)at;
			return true;
		}
	}
	for (size_t i = s->len; i-- > 1 && s->len - i <= 11;) {
		if (!is_date_separator(s->ptr[i]))
			continue;
		last = str_from(*s, i + 1);
		if (is_epoch(last) && str_to_i64(last, &v)) {
			note_date(n, v * NS_PER_S, false);
			s->len = i;
			return true;
		}
		break;
	}
	return false;
}

/*
 * "app.3.log", "app-3.log.gz"? Only after a dot: "web-1.log" is a machine's. Also days of the week:
 * "postgresql-Mon.log".
 */
static struct str without_inner_mark(struct log_name *n, struct str c, struct arena *a)
{
	ptrdiff_t ext = str_rchr(c, '.'), at;
	struct str stem, mark;
	int64_t v;

	if (ext <= 0)
		return c;
	stem = str_head(c, (size_t)ext);
	at = str_rchr(stem, '.');
	mark = at > 0 ? str_from(stem, (size_t)at + 1) : STR_NONE;
	if (mark.len > 0 && mark.len <= 4 && !is_digit(stem.ptr[at - 1]) && str_to_i64(mark, &v) && v >= 0) {
		n->rotation = v;
	} else {
		at = str_rchr(stem, '-');
		mark = at > 0 ? str_from(stem, (size_t)at + 1) : STR_NONE;
		if (!word_is_weekday(mark))
			return c;
	}
	return arena_printf(a, "%.*s%.*s", STR_ARG(str_head(c, (size_t)at)),
			    STR_ARG(str_from(c, (size_t)ext)));
}

static struct str file_name(struct log_name *n, struct str c, struct arena *a)
{
	struct str s = c, before;

	do {
		before = s;
		while (cut_compression(&s) || cut_rotation(n, &s))
			;
		s = without_inner_mark(n, without_dates(n, s, a), a);
	} while (!str_eq(before, s));
	while (s.len > 0 && is_date_separator(s.ptr[s.len - 1]))
		s.len--;
	if (s.len == 0 || s.ptr[0] == '.')
		s = arena_printf(a, "*%.*s", STR_ARG(s)); /* nothing but a date */
	return s;
}

/*
 * A component that is only a part of a date ("2026", "01") inside year/month/day directories. Moves *i
 * behind it.
 */
static bool skip_date_directories(struct log_name *n, const struct str *c, size_t count, size_t *i)
{
	unsigned part[4] = { 0 };
	size_t k = 0;

	while (k < 4 && *i + k < count && c[*i + k].len == (k == 0 ? 4u : 2u) &&
	       digits(c[*i + k], c[*i + k].len, &part[k]))
		k++;
	if (k < 3 || !valid_date(part[0], part[1], part[2]) || (k == 4 && part[3] > 23))
		return false;
	note_date(n,
		  (days_from_civil(part[0], part[1], part[2]) * 86400 + (int64_t)part[3] * 3600) * NS_PER_S,
		  k == 3);
	*i += k - 1;
	return true;
}

void log_name_parse(struct log_name *n, struct str path, struct arena *a)
{
	struct str c[COMPONENTS_MAX], rest = path;
	size_t count = 0, len = 0;
	char *out = arena_alloc(a, path.len + COMPONENTS_MAX + 2, 1);

	*n = (struct log_name){ .date_ns = TIME_NONE, .rotation = -1 };
	while (rest.len > 0 && count < COMPONENTS_MAX - 1)
		c[count++] = str_cut(rest, '/', &rest);
	if (rest.len > 0)
		c[count++] = rest;
	for (size_t i = 0; i < count; i++) {
		struct str s = c[i];

		if (i + 1 < count && skip_date_directories(n, c, count - 1, &i))
			continue;
		s = i + 1 == count ? file_name(n, s, a) : without_dates(n, s, a);
		if (s.len == 0 && c[i].len > 0)
			continue; /* a directory named by its date */
		if (len > 0 || i > 0)
			if (len > 0 || c[0].len == 0)
				out[len++] = '/';
		memcpy(out + len, s.ptr, s.len);
		len += s.len;
	}
	n->logical = str_make(out, len);
}
