#include "ingest/syslog_head.h"

#include "ingest/words.h"

enum { NAME_BYTES_MAX = 128 };

static struct str skip_blanks(struct str s)
{
	while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = str_from(s, 1);
	return s;
}

static bool name_byte(char c)
{
	return is_alpha(c) || is_digit(c) || (c != 0 && strchr("._-/@+%$~", c) != NULL);
}

static bool host_is(struct str w)
{
	if (w.len == 0 || w.len > NAME_BYTES_MAX || (w.ptr[0] == '[' && str_chr(w, ':') < 0))
		return false;
	for (size_t i = 0; i < w.len; i++)
		if (!name_byte(w.ptr[i]) && w.ptr[i] != ':' && w.ptr[i] != '[' && w.ptr[i] != ']')
			return false;
	return true;
}

/* "(squid-1)[6802]:", "(sd-pam)[742]:": a process that has taken another name. */
static bool child_parse(struct str *s, struct syslog_head *h)
{
	struct str name, rest, number;
	int64_t pid;

	if (s->len < 6 || s->ptr[0] != '(')
		return false;
	name = str_cut(str_from(str_head(*s, NAME_BYTES_MAX), 1), ')', &rest);
	if (!host_is(name) || rest.len < 4 || rest.ptr[0] != '[')
		return false;
	number = str_cut(str_from(rest, 1), ']', &rest);
	if (!str_to_i64(number, &pid) || pid < 0 || rest.len == 0 || rest.ptr[0] != ':')
		return false;
	h->program = name;
	h->pid = pid;
	*s = skip_blanks(str_from(*s, (size_t)(rest.ptr + 1 - s->ptr)));
	return true;
}

/*
 * "prog:", "prog[12]:", "prog(pam_unix)[12]:", "launchd[1] (com.x.y[99]):" at the start of *s, which
 * moves behind it. False, *s untouched, when no program stands there.
 */
static bool program_parse(struct str *s, bool host_known, struct syslog_head *h)
{
	struct str t = *s;
	size_t n = 0;
	while (n < t.len && n < NAME_BYTES_MAX && name_byte(t.ptr[n]))
		n++;
	if (n == 0)
		return host_known && child_parse(s, h);
	if (n == t.len)
		return false;
	/* "Google Chrome[852]:" */
	if (t.ptr[n] == ' ' && host_known) {
		size_t word = n + 1;
		while (word < t.len && word < NAME_BYTES_MAX && name_byte(t.ptr[word]))
			word++;
		if (word + 1 < t.len && word > n + 1 && t.ptr[word] == '[' && is_digit(t.ptr[word + 1]))
			n = word;
	}
	size_t name_len = n;
	int64_t pid = -1;
	if (t.ptr[n] == '(') {
		ptrdiff_t close = str_chr(str_head(t, n + 40), ')');
		if (close < 0)
			return false;
		n = (size_t)close + 1;
	}
	/* Pacemaker: "pacemakerd          [1234] (main) 	info: ..." */
	struct str number, column = skip_blanks(str_from(t, n));
	if (host_known && column.len > 4 && column.ptr[0] == '[' && column.ptr != t.ptr + n) {
		number = str_cut(str_from(column, 1), ']', &column);
		if (str_to_i64(number, &pid) && pid >= 0 && column.len > 1 && column.ptr[0] == ' ' && column.ptr[1] == '(') {
			h->program = str_head(t, name_len);
			h->pid = pid;
			*s = skip_blanks(column);
			return true;
		}
		pid = -1;
	}
	if (n < t.len && t.ptr[n] == '[') {
		ptrdiff_t close = str_chr(str_head(t, n + 40), ']');
		if (close < 0)
			return false;
		str_to_i64(str_make(t.ptr + n + 1, (size_t)close - n - 1), &pid);
		n = (size_t)close + 1;
		if (n + 1 < t.len && t.ptr[n] == ' ' && t.ptr[n + 1] == '(') {
			ptrdiff_t colon = str_find(t, STR("):"));
			if (colon > 0 && (size_t)colon < n + 200)
				n = (size_t)colon + 1;
		}
	}
	if (n == t.len || t.ptr[n] != ':' || (n + 1 < t.len && t.ptr[n + 1] != ' ' && pid < 0))
		return false;
	h->program = str_head(t, name_len);
	h->pid = pid;
	*s = skip_blanks(str_from(t, n + 1));
	return true;
}

static bool sd_parse(struct str *s, struct str *sd)
{
	struct str t = *s;
	if (t.len && t.ptr[0] == '-') {
		*sd = STR_NONE;
		*s = str_from(t, 1);
		return true;
	}
	size_t i = 0;
	while (i < t.len && t.ptr[i] == '[') {
		bool quoted = false;
		for (i++; i < t.len && (quoted || t.ptr[i] != ']'); i++) {
			if (t.ptr[i] == '\\' && quoted)
				i++;
			else if (t.ptr[i] == '"')
				quoted = !quoted;
		}
		if (i >= t.len)
			return false;
		i++;
	}
	*sd = str_head(t, i);
	*s = str_from(t, i);
	return i > 0;
}

static struct str known(struct str s)
{
	return str_eq(s, STR("-")) ? STR_NONE : s;
}

/* Behind "<pri>1 ". */
static bool rfc5424_parse(struct str s, struct syslog_head *h)
{
	if (str_starts(s, STR("- ")))
		s = str_from(s, 1);
	else if (timestamp_parse_iso(&s, &h->time))
		h->has_time = true;
	else
		return false;
	h->host = known(str_word(&s));
	h->program = known(str_word(&s));
	struct str procid = known(str_word(&s));
	h->msgid = known(str_word(&s));
	if (!str_to_i64(procid, &h->pid))
		h->pid = -1;
	s = skip_blanks(s);
	if (!sd_parse(&s, &h->sd))
		return false;
	s = skip_blanks(s);
	if (str_starts(s, STR("\xef\xbb\xbf")))
		s = str_from(s, 3);
	h->message = s;
	return true;
}

static bool lower_case(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_upper(s.ptr[i]))
			return false;
	return true;
}

/*
 * "2026-01-29T17:43:00.1+01:00 host prog[1]: ...": needs more proof, because applications begin their
 * lines alike.
 */
static bool iso_parse(struct str s, struct syslog_head *h)
{
	if (s.len < 20 || s.ptr[10] != 'T' || !timestamp_parse_iso(&s, &h->time) ||
	    (!h->time.has_zone && h->time.digits < 6))
		return false;
	h->has_time = true;
	h->host = str_word(&s);
	s = skip_blanks(s);
	if (!host_is(h->host) || h->host.ptr[h->host.len - 1] == ':' ||
	    severity_parse(h->host) != SEV_NONE || !program_parse(&s, true, h) ||
	    (h->pid < 0 && severity_parse(h->program) != SEV_NONE))
		return false;
	if (h->pid < 0 && (h->program.len > 24 || !lower_case(h->program)) &&
	    !str_eq(h->program, STR("CRON")))
		return false;
	h->message = s;
	return true;
}

/* "Jan  9 07:03:00 2026 host": network gear puts the year behind the time. */
static void year_take(struct str *s, struct timestamp *t)
{
	struct str rest = *s;
	struct str word = str_word(&rest);
	int64_t year, old_year;
	unsigned month, day;
	if (t->has_year || word.len != 4 || !str_to_i64(word, &year) || year < 1970 || year > 2100)
		return;
	int64_t days = t->ns / (86400 * NS_PER_S);
	civil_from_days(days, &old_year, &month, &day);
	t->ns += (days_from_civil(year, month, day) - days) * (86400 * NS_PER_S);
	t->has_year = true;
	*s = skip_blanks(rest);
}

/* "Jan 29 17:43:00.123 ERRO text" is a program's line: what stands where a host would is a level. */
static bool level_is(struct str word, bool has_year)
{
	static const struct str cut[] = { WORD("ERRO"), WORD("DEBU"), WORD("DEBG"), WORD("TRCE") };

	return (severity_parse(word) != SEV_NONE && (has_year || is_upper(word.ptr[word.len - 1]))) ||
	       word_in(word, cut, WORDS(cut));
}

static bool rfc3164_parse(struct str s, bool has_pri, struct syslog_head *h)
{
	/* Cisco: "123: *Mar  1 18:46:11.000: %SYS-5-CONFIG_I: ..." */
	size_t n = 0;
	while (n < s.len && n < 10 && is_digit(s.ptr[n]))
		n++;
	if (n > 0 && n + 1 < s.len && s.ptr[n] == ':' && s.ptr[n + 1] == ' ')
		s = str_from(s, n + 2);
	if (s.len && (s.ptr[0] == '*' || s.ptr[0] == '.'))
		s = str_from(s, 1);
	if (!s.len || (!is_alpha(s.ptr[0]) && (unsigned char)s.ptr[0] < 0x80))
		return false;
	struct str start = s;
	if (!timestamp_parse(&s, &h->time) || !h->time.has_date || h->time.has_zone)
		return false;
	/* "Mar 4, 2026 8:51:36 AM" is java.util.logging's. */
	if (str_chr(str_head(start, start.len - s.len), ',') >= 0)
		return false;
	h->has_time = true;
	if (s.len && s.ptr[0] == ':')
		s = str_from(s, 1);
	else if (!s.len || s.ptr[0] != ' ')
		return false;
	s = skip_blanks(s);
	year_take(&s, &h->time);
	bool hostless = program_parse(&s, false, h);
	if (hostless && !has_pri && h->pid < 0 && !lower_case(h->program) && h->program.ptr[0] != '%')
		return false; /* "Updated: openssl": a message behind a time */
	if (!hostless) {
		struct str rest = s;
		struct str host = str_word(&rest);
		if (!host_is(host) || (!has_pri && level_is(host, h->time.has_year)))
			return false;
		h->host = host;
		s = skip_blanks(rest);
		if (str_starts(s, STR(": %")))
			s = str_from(s, 2); /* a firewall's "host : %ASA-6-302013: ..." */
		program_parse(&s, true, h);
	}
	h->message = s;
	return true;
}

bool syslog_head_parse(struct str line, struct syslog_head *h)
{
	*h = (struct syslog_head){ .pri = -1, .pid = -1 };
	struct str s = line;
	if (s.len && s.ptr[0] == '<') {
		ptrdiff_t close = str_chr(str_head(s, 6), '>');
		int64_t pri;
		if (close < 2 || !str_to_i64(str_make(s.ptr + 1, (size_t)close - 1), &pri) || pri < 0 ||
		    pri > 191)
			return false;
		h->pri = (int)pri;
		s = str_from(s, (size_t)close + 1);
		if (s.len > 2 && s.ptr[0] == '1' && s.ptr[1] == ' ')
			return rfc5424_parse(str_from(s, 2), h);
	}
	if (s.len && is_digit(s.ptr[0]) && s.len > 10 && s.ptr[4] == '-')
		return iso_parse(s, h);
	return rfc3164_parse(s, h->pri >= 0, h);
}

enum severity syslog_cisco_severity(struct str word)
{
	if (word.len < 4 || word.ptr[0] != '%')
		return SEV_NONE;
	/* "%ASA-session-3-106102": the facility may have parts */
	for (size_t i = 1; i + 2 < word.len; i++)
		if (word.ptr[i] == '-' && word.ptr[i + 2] == '-' && word.ptr[i + 1] >= '0' && word.ptr[i + 1] <= '7')
			return severity_from_syslog(word.ptr[i + 1] - '0');
	return SEV_NONE;
}

static bool octal_escape(struct str s, size_t at)
{
	return at + 3 < s.len && s.ptr[at] == '#' && s.ptr[at + 1] == '0' && s.ptr[at + 2] >= '0' &&
	       s.ptr[at + 2] <= '3' && s.ptr[at + 3] >= '0' && s.ptr[at + 3] <= '7';
}

struct str syslog_unescape(struct str s, struct arena *a)
{
	ptrdiff_t first = str_find(s, STR("#0"));
	if (first < 0)
		return s;
	char *out = arena_new_n(a, char, s.len);
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (octal_escape(s, i)) {
			out[n++] = (char)((s.ptr[i + 2] - '0') * 8 + (s.ptr[i + 3] - '0'));
			i += 3;
		} else {
			out[n++] = s.ptr[i];
		}
	}
	return str_make(out, n);
}
