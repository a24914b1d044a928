#include "ingest/text_head.h"

#include "ingest/text_level.h"
#include "ingest/words.h"

enum {
	TOKENS_BEFORE_TIME = 3,	 /* level, thread, ... */
	TOKENS_BEFORE_LEVEL = 5, /* pid, thread, host, logger between time and level */
	TOKENS_BEHIND = 5,	 /* pid, thread, logger behind the level */
	BRACKET_BYTES_MAX = 160,
	NAME_BYTES_MAX = 100,
};

static struct str skip_blanks(struct str s)
{
	while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = str_from(s, 1);
	return s;
}

/* Blanks, and separators that stand alone or close a bracket that was opened around several tokens. */
static struct str skip_separators(struct str s)
{
	for (;;) {
		s = skip_blanks(s);
		if (!s.len)
			return s;
		char c = s.ptr[0];
		char next = s.len > 1 ? s.ptr[1] : ' ';
		bool alone = next == ' ' || next == '\t' || next == '[' || next == '<';
		if (c == ']' || c == '|' || c == ',' || c == ';' || (c == '>' && alone) ||
		    (c == ')' && alone) || ((c == '-' || c == ':' || c == '/') && alone)) {
			s = str_from(s, 1);
			continue;
		}
		if (c == '-' && str_starts(s, STR("--"))) {
			while (s.len && s.ptr[0] == '-')
				s = str_from(s, 1);
			continue;
		}
		return s;
	}
}

/* "E0517 15:04:22.619632", "W210503 15:04:25.849080", "I20260118 15:15:45.622637": glog and klog, CockroachDB. */
static bool glog_time(struct str *s, struct text_head *h)
{
	const char *p = s->ptr;
	if (s->len < 15 || !memchr("IWEFDT", p[0], 6))
		return false;
	size_t n = 1;
	while (n < s->len && is_digit(p[n]))
		n++;
	if ((n != 5 && n != 7 && n != 9) || n == s->len || p[n] != ' ')
		return false;
	struct str clock = str_from(*s, n + 1);
	struct timestamp t;
	if (clock.len < 8 || clock.ptr[2] != ':' || !timestamp_parse(&clock, &t) || t.has_date)
		return false;
	bool year = n > 5;
	const char *d = p + n - 4;
	unsigned month = (unsigned)((d[0] - '0') * 10 + (d[1] - '0')),
		 day = (unsigned)((d[2] - '0') * 10 + (d[3] - '0'));
	if (month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	int64_t of_year = year ? 2000 + (d[-2] - '0') * 10 + (d[-1] - '0') : 2000;
	if (n == 9 && (p[1] != '2' || p[2] != '0'))
		return false;
	t.ns += days_from_civil(of_year, month, day) * (86400 * NS_PER_S);
	t.has_date = true;
	t.has_year = year;
	h->time = t;
	h->has_time = true;
	h->severity = severity_parse(str_make(p, 1));
	*s = clock;
	return true;
}

/*
 * A zone's name up to the end of the bracket: PHP writes its setting, "[29-Jan-2026 17:43:00 Europe/Berlin]", Java its words,
 * "<Jan 29, 2026, 5:43:00,123 PM India Standard Time>".
 */
static void zone_name_take(struct str *s, char end, const struct timestamp *time, struct text_head *h)
{
	ptrdiff_t close = str_chr(str_head(*s, 40), end);

	if (time->has_zone || !time->has_date || close < 4 || s->ptr[0] != ' ' || s->ptr[1] < 'A' || s->ptr[1] > 'Z')
		return;
	struct str name = str_make(s->ptr + 1, (size_t)close - 1);
	if (!str_ends(name, STR(" Time")) && (str_chr(name, '/') <= 0 || str_chr(name, ' ') >= 0))
		return;
	h->zone = name;
	*s = str_from(*s, (size_t)close);
}

/* A time at the start of *s, perhaps inside a bracket or quotes. */
static bool time_take(struct str *s, struct text_head *h)
{
	struct str t = *s;
	if (str_starts(t, STR("####<")))
		t = str_from(t, 4);
	char open = t.len ? t.ptr[0] : 0;
	if (open == '[' || open == '<' || open == '(' || open == '"' || open == '{')
		t = skip_blanks(str_from(t, 1));
	else
		open = 0;
	if (!t.len ||
	    !(is_digit(t.ptr[0]) || is_alpha(t.ptr[0]) || t.ptr[0] == '@' || (unsigned char)t.ptr[0] >= 0x80))
		return false;
	struct timestamp time;
	if (!timestamp_parse(&t, &time))
		return false;
	/* a time of day needs more than a look: "10:15" of a message */
	if (t.len && (is_alpha(t.ptr[0]) || is_digit(t.ptr[0]) || t.ptr[0] == '%' || t.ptr[0] == '='))
		return false;
	if (open == '[' || open == '<')
		zone_name_take(&t, open == '[' ? ']' : '>', &time, h);
	if (t.len &&
	    (t.ptr[0] == ']' || t.ptr[0] == '>' || t.ptr[0] == ')' || t.ptr[0] == '"' || t.ptr[0] == '}'))
		t = str_from(t, 1);
	else if (open == '"')
		return false;
	while (t.len && (t.ptr[0] == ':' || t.ptr[0] == ','))
		t = str_from(t, 1);
	/* Ruby: "[2026-01-29T17:43:00.123456 #4242]" */
	struct str behind = skip_blanks(t);
	if (behind.len && behind.ptr[0] == '#') {
		ptrdiff_t close = str_chr(str_head(behind, 16), ']');
		if (close > 1 && str_to_i64(str_make(behind.ptr + 1, (size_t)close - 1), &h->pid))
			t = str_from(behind, (size_t)close + 1);
	}
	h->time = time;
	h->has_time = true;
	*s = t;
	return true;
}

static bool level_take(struct str *s, bool far, struct text_head *h)
{
	struct text_level level;
	if (!text_level_take(s, h->has_time, far, &level))
		return false;
	h->severity = level.severity;
	if (level.logger.len)
		h->logger = level.logger;
	return true;
}

static bool name_byte(char c)
{
	return is_alpha(c) || is_digit(c) || (c != 0 && strchr("._-$@/#:<>\\*~", c) != NULL);
}

/* A name remembered: a class or module is better than a thread, and the last one is the most specific. */
static void name_keep(struct text_head *h, struct str name, bool thread)
{
	if (name.len && (!thread || !h->logger.len))
		h->logger = name;
}

/*
 * A bracketed token at the start of *s: thread, pid, class, id. pairs: "[id=1]" is one, too; else it begins
 * a message.
 */
static bool bracket_take(struct str *s, bool pairs, struct text_head *h)
{
	struct str t = *s;
	char open = t.len ? t.ptr[0] : 0;
	if (open != '[' && open != '(' && open != '<' && open != '{')
		return false;
	char close = open == '[' ? ']' : open == '<' ? '>' : open == '(' ? ')' : '}';
	unsigned depth = 0;
	size_t n = 0;
	for (; n < t.len && n < BRACKET_BYTES_MAX; n++) {
		if (t.ptr[n] == open)
			depth++;
		else if (t.ptr[n] == close && --depth == 0)
			break;
		else if (t.ptr[n] == '"' && (open == '{' || open == '['))
			return false; /* JSON is a message */
	}
	if (n == t.len || n == BRACKET_BYTES_MAX || depth)
		return false;
	struct str inside = str_trim(str_make(t.ptr + 1, n - 1));
	if (open == '{' && str_starts(inside, STR("{")))
		inside = str_trim(str_make(inside.ptr + 1, inside.len >= 2 ? inside.len - 2 : 0));
	int64_t number;
	if (str_starts(inside, STR("pid ")))
		inside = str_from(inside, 4);
	else if (str_starts(inside, STR("#")))
		inside = str_from(inside, 1);
	if (str_to_i64(inside, &number) && number >= 0) {
		if (h->pid < 0)
			h->pid = number;
	} else if (str_chr(inside, '=') >= 0) {
		if (!pairs)
			return false;
	} else if (inside.len) {
		name_keep(h, inside, str_chr(inside, '.') < 0 && str_find(inside, STR("::")) < 0);
	}
	t = str_from(t, n + 1);
	*s = t.len && t.ptr[0] == ':' ? str_from(t, 1) : t;
	return true;
}

/*
 * "[ns_server:info,2026-01-29T17:43:00.123Z,ns_1@db-1:name]text": a bracket of columns, one of them a time; words of the
 * others are the level and the logger.
 */
static bool columns_take(struct str *s, struct text_head *h)
{
	ptrdiff_t close = s->len > 20 && s->ptr[0] == '[' ? str_chr(str_head(*s, BRACKET_BYTES_MAX), ']') : -1;
	struct text_head found = *h;

	if (close < 20)
		return false;
	struct str columns = str_make(s->ptr + 1, (size_t)close - 1);
	if (str_chr(columns, ',') < 0 || is_digit(columns.ptr[0]))
		return false;
	while (columns.len) {
		struct str column = str_trim(str_cut(columns, ',', &columns)), time = column;
		struct timestamp at;

		if (column.len && is_digit(column.ptr[0]) && timestamp_parse(&time, &at) && time.len == 0 && at.has_date) {
			found.time = at;
			found.has_time = true;
			continue;
		}
		while (column.len) {
			struct str word = str_cut(column, ':', &column);
			enum severity level = word.len >= 4 ? severity_parse(word) : SEV_NONE;

			if (level != SEV_NONE && found.severity == SEV_NONE)
				found.severity = level;
			else if (word.len && !is_digit(word.ptr[0]))
				found.logger = word;
		}
	}
	if (!found.has_time)
		return false;
	*h = found;
	*s = str_from(*s, (size_t)close + 1);
	return true;
}

/*
 * A word that names the logger: "org.example.Class", "JobScheduler:54 -", "c.e.App   :", "rafthttp:",
 * "main.py:12 ". A mark behind it, or points like a package's, tell it from a message's first word.
 */
static bool logger_take(struct str *s, struct text_head *h)
{
	struct str t = *s;
	size_t n = 0, points = 0, letters = 0;
	if (!t.len || !(is_alpha(t.ptr[0]) || t.ptr[0] == '_'))
		return false;
	while (n < t.len && n < NAME_BYTES_MAX && name_byte(t.ptr[n])) {
		points += t.ptr[n] == '.' && n + 1 < t.len && is_alpha(t.ptr[n + 1]);
		letters += is_alpha(t.ptr[n]);
		n++;
	}
	/* "Class(54)", "DbServer[x]" */
	if (n < t.len && (t.ptr[n] == '(' || t.ptr[n] == '[')) {
		ptrdiff_t close = str_chr(str_head(str_from(t, n), 40), t.ptr[n] == '(' ? ')' : ']');
		if (close > 0)
			n += (size_t)close + 1;
	}
	if (n == 0 || n == NAME_BYTES_MAX || (n < t.len && !memchr(" \t:|-,]", t.ptr[n], 7)))
		return false;
	struct str name = str_head(t, n);
	struct str behind = skip_blanks(str_from(t, n));
	bool colon = name.ptr[n - 1] == ':' || (n < t.len && (t.ptr[n] == ':' || t.ptr[n] == ']'));
	bool dash = behind.len > 1 &&
		    (behind.ptr[0] == '-' || behind.ptr[0] == ':' || behind.ptr[0] == '|') &&
		    (behind.ptr[1] == ' ' || behind.ptr[1] == '-');
	/* between bars stand messages, too */
	if (behind.len && behind.ptr[0] == '|' && !points && letters + points < n)
		dash = false;
	bool package = points >= 2 && letters >= 6 && str_chr(name, '/') < 0 && behind.ptr != name.ptr + n;
	if (!colon && !dash && !package)
		return false;
	if (str_find(name, STR("://")) >= 0)
		return false;
	while (name.len && name.ptr[name.len - 1] == ':')
		name.len--;
	name_keep(h, name, false);
	t = str_from(t, n);
	*s = t.len && t.ptr[0] == ':' ? str_from(t, 1) : t;
	return true;
}

static bool integer_take(struct str *s, struct text_head *h)
{
	size_t n = 0;
	while (n < s->len && n < 20 &&
	       (is_digit(s->ptr[n]) ||
		(n > 0 && ((s->ptr[n] >= 'a' && s->ptr[n] <= 'f') || s->ptr[n] == 'x'))))
		n++;
	if (n == 0 || n == s->len || (s->ptr[n] != ' ' && s->ptr[n] != ']' && s->ptr[n] != '\t'))
		return false;
	int64_t number;
	if (h->pid < 0 && str_to_i64(str_head(*s, n), &number))
		h->pid = number;
	*s = str_from(*s, n);
	return true;
}

/* "util.py[DEBUG]: text": the level in a bracket that belongs to a name. */
static bool named_level_take(struct str *s, struct text_head *h)
{
	size_t n = 0;
	while (n < s->len && n < NAME_BYTES_MAX && name_byte(s->ptr[n]))
		n++;
	if (n == 0 || n == s->len || s->ptr[n] != '[')
		return false;
	struct str t = str_from(*s, n);
	if (!level_take(&t, true, h))
		return false;
	h->logger = str_head(*s, n);
	*s = t;
	return true;
}

/* "1702  2395 D WindowManager: text": a letter between process and thread and a name with its mark. */
static bool letter_take(struct str *s, struct text_head *h)
{
	struct str t = *s;
	struct str letter = str_word(&t);
	struct str name = str_word(&t);
	if (letter.len != 1 || !memchr("VDIWEF", letter.ptr[0], 6) || name.len < 2 ||
	    name.ptr[name.len - 1] != ':')
		return false;
	h->severity = severity_parse(letter);
	*s = str_from(*s, 1);
	return true;
}

/* Between time and level: tokens that may be skipped over when a level follows soon. */
static bool level_search(struct str *s, struct text_head *h)
{
	struct text_head found = *h;
	struct str t = *s;
	bool number = false; /* the token before was one */
	for (unsigned i = 0; i < TOKENS_BEFORE_LEVEL; i++) {
		t = skip_separators(t);
		if (!t.len)
			return false;
		/* "SERVICE ALERT: ": a message's words rather than a level of syslog */
		bool far = i > 1 || (i > 0 && (t.ptr[0] | 0x20) == 'a');
		if (level_take(&t, far, &found) || named_level_take(&t, &found) ||
		    ((number || (i == 0 && h->has_time)) && letter_take(&t, &found))) {
			*h = found;
			*s = t;
			return true;
		}
		number = integer_take(&t, &found);
		if (number || bracket_take(&t, true, &found) || logger_take(&t, &found))
			continue;
		struct str word = str_word(&t);
		bool name = word.len > 0 && word.len <= NAME_BYTES_MAX;
		for (size_t k = 0; k < word.len && name; k++)
			name = name_byte(word.ptr[k]) || memchr("+()=", word.ptr[k], 4) != NULL;
		if (!name || i >= 3)
			return false;
	}
	return false;
}

/* Zabbix: "1234:20260129:174300.123 text". */
static bool process_take(struct str *s, struct text_head *h)
{
	struct str rest, number = str_cut(*s, ':', &rest);
	if (number.len == 0 || number.len > 10 || rest.len < 15 || rest.ptr[8] != ':' || !str_to_i64(number, &h->pid))
		return false;
	*s = rest;
	return true;
}

/* Celery: "celery@web-1 [2026-01-29 17:43:00.123456] text". */
static bool sender_take(struct str *s, struct text_head *h)
{
	struct str rest = *s, word = str_word(&rest);
	if (word.len > NAME_BYTES_MAX || !is_alpha(word.ptr[0]) || str_chr(word, '@') < 0)
		return false;
	name_keep(h, word, false);
	*s = rest;
	return true;
}

/* "redis: 2026/12/10 21:54:44 ...", "12345678 2026-09-12 ...": a name or number that a time follows. */
static bool prefix_take(struct str *s, struct text_head *h)
{
	struct text_head found = *h;
	struct str t = *s;
	if (!logger_take(&t, &found) && !integer_take(&t, &found) && !process_take(&t, &found) && !sender_take(&t, &found))
		return false;
	struct str next = skip_separators(t);
	if (!next.len || !(is_digit(next.ptr[0]) || next.ptr[0] == '[') || !time_take(&next, &found))
		return false;
	found.has_time = false;
	*h = found;
	*s = t;
	return true;
}

/* "54 [main] INFO name - text": log4j's oldest layout, milliseconds since the start in place of a time. */
static bool uptime_take(struct str *s, struct text_head *h)
{
	struct text_head found = *h;
	struct str t = *s;
	if (!integer_take(&t, &found))
		return false;
	t = skip_blanks(t);
	if (!bracket_take(&t, false, &found))
		return false;
	t = skip_blanks(t);
	if (!level_take(&t, true, &found))
		return false;
	found.pid = h->pid;
	*h = found;
	*s = t;
	return true;
}

/* "<6>": the priority that journald and the kernel understand; "<134>": syslog's without the rest of its head. */
static void priority_take(struct str *s, struct text_head *h)
{
	size_t n = 1;
	int64_t pri;
	while (n < s->len && n < 4 && is_digit(s->ptr[n]))
		n++;
	if (s->len < 4 || s->ptr[0] != '<' || n == 1 || n == s->len || s->ptr[n] != '>' ||
	    !str_to_i64(str_make(s->ptr + 1, n - 1), &pri) || pri > 191)
		return;
	h->severity = severity_from_syslog((int)(pri & 7));
	*s = skip_blanks(str_from(*s, n + 1));
}

bool text_head_parse(struct str line, struct text_head *h)
{
	*h = (struct text_head){ .pid = -1 };
	struct str s = skip_blanks(line);
	h->indented = s.ptr != line.ptr;
	struct str start = s;
	priority_take(&s, h);
	bool level = false; /* one stood in front of the time */
	if (!glog_time(&s, h) && !columns_take(&s, h)) {
		for (unsigned i = 0; i <= TOKENS_BEFORE_TIME && s.len && !h->has_time; i++) {
			s = i ? skip_separators(s) : s;
			if (time_take(&s, h))
				break;
			if (!level && (level_take(&s, false, h) || (i == 0 && uptime_take(&s, h)))) {
				level = true;
				continue;
			}
			struct str t = s;
			if (i == TOKENS_BEFORE_TIME || !(bracket_take(&t, false, h) || prefix_take(&t, h)))
				break;
			s = t;
		}
		if (!h->has_time && !level) {
			enum severity kept = h->severity;
			*h = (struct text_head){ .pid = -1, .severity = kept, .indented = h->indented };
			h->message = kept != SEV_NONE ? s : start;
			return kept != SEV_NONE;
		}
		if (!level) {
			s = skip_separators(s);
			level_search(&s, h);
		}
	}
	/* behind the level: pid, thread, class */
	for (unsigned i = 0; i < TOKENS_BEHIND; i++) {
		s = skip_separators(s);
		if (!h->has_time && time_take(&s, h))
			continue;
		/* Ruby: "I, [...]  INFO -- name: " */
		if (i == 0 && level && level_take(&s, false, h))
			continue;
		struct str t = s;
		/* "| TRACE | INFO |": the first was a component */
		struct text_head second = *h;
		if (i == 0 && h->severity != SEV_NONE && s.ptr - line.ptr > 2 && s.ptr[-2] == '|' &&
		    level_take(&t, true, &second) && skip_blanks(t).len && skip_blanks(t).ptr[0] == '|') {
			*h = second;
			s = t;
			continue;
		}
		t = s;
		struct text_head inner = *h;
		if (h->has_time && t.len > 1 && t.ptr[0] == '[' && is_digit(t.ptr[1]) &&
		    time_take(&t, &inner) && inner.time.has_date)
			break; /* the message is a line with a head of its own */
		t = s;
		if (bracket_take(&t, false, h)) {
			s = t;
			continue;
		}
		if (h->severity == SEV_NONE)
			break;
		if (i < 2 && integer_take(&t, h)) {
			struct str next = skip_blanks(t), rest = next, unit = str_word(&rest);
			if (unit.len && unit.ptr[unit.len - 1] == ':')
				unit.len--;
			if (!next.len || word_is_unit(unit, false) || /* "12 ms: " */
			    (!is_alpha(next.ptr[0]) && next.ptr[0] != '-' && next.ptr[0] != '['))
				break;
			s = t;
			if (next.ptr[0] != '-' && next.ptr[0] != '[' && !logger_take(&next, h))
				break;
			continue;
		}
		if (!logger_take(&s, h))
			break;
	}
	h->message = skip_separators(s);
	if (h->severity == SEV_NONE)
		h->severity = text_level_search(h->message);
	return true;
}

bool text_head_timed(struct str line)
{
	struct text_head h;
	return text_head_parse(line, &h) && h.has_time;
}
