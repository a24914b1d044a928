#include "analyze/prose_time.h"

#include "core/ascii.h"

/* Up to `most` digits at s[*i]; how many there are. A longer run is none. */
static size_t number(struct str s, size_t *i, size_t most, int *out)
{
	size_t n = 0;
	int v = 0;

	while (n < most && is_digit(str_at(s, *i + n)))
		v = v * 10 + (str_at(s, *i + n++) - '0');
	if (n == 0 || is_digit(str_at(s, *i + n)))
		return 0;
	*i += n;
	*out = v;
	return n;
}

static size_t blanks(struct str s, size_t i)
{
	while (str_at(s, i) == ' ')
		i++;
	return i;
}

/* Index of the name, of which three letters are enough; 0 names none. */
static size_t name_of(struct str s, size_t *i, const char *const *names, size_t n_names)
{
	size_t end = *i;

	while (is_alpha(str_at(s, end)))
		end++;
	struct str word = str_make(s.ptr + *i, end - *i);
	for (size_t k = 0; k < n_names; k++) {
		struct str name = str_of(names[k]);
		bool sept = str_eq_nocase(word, STR("sept")) && str_eq(name, STR("september"));

		if (word.len >= 3 && ((word.len == 3 && str_starts_nocase(name, word)) || str_eq_nocase(word, name) || sept ||
				      (word.len == 4 && k == 4 && n_names == 7 && str_eq_nocase(word, STR("thur"))))) {
			*i = end + (str_at(s, end) == '.');
			return k + 1;
		}
	}
	return 0;
}

static size_t month_of(struct str s, size_t *i)
{
	static const char *const names[] = { "january", "february", "march", "april", "may", "june", "july", "august",
					     "september", "october", "november", "december" };

	return name_of(s, i, names, sizeof names / sizeof *names);
}

static size_t weekday_of(struct str s, size_t *i)
{
	static const char *const names[] = { "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday" };

	return name_of(s, i, names, sizeof names / sizeof *names);
}

int moment_weekday(int year, unsigned month, unsigned day)
{
	return (int)(((days_from_civil(year, month, day) + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

static bool set_date(struct moment *m, int year, int month, int day)
{
	if (month < 1 || month > 12 || day < 1 || day > 31 || (year && (year < 1970 || year > 2200)))
		return false;
	m->has_date = true;
	m->has_year = year != 0;
	m->year = year;
	m->month = (unsigned)month;
	m->day = (unsigned)day;
	return true;
}

/* "2023-10-10", "2023/10/10", "10.10.2023", "10/10/2023" (month first, unless that is over 12) */
static bool numeric_date(struct str s, size_t *i, struct moment *m)
{
	size_t k = *i;
	int a, b, c;
	size_t n = number(s, &k, 4, &a);
	char sign = str_at(s, k);

	if ((n != 4 && n != 1 && n != 2) || !sign || !memchr("-/.", sign, 3))
		return false;
	k++;
	if (!number(s, &k, 2, &b) || str_at(s, k++) != sign)
		return false;
	size_t last = number(s, &k, 4, &c);
	bool good = n == 4 ? last > 0 && last <= 2 && set_date(m, a, b, c)
			   : last == 4 && (sign == '.' || (sign == '/' && a > 12) ? set_date(m, c, b, a) : set_date(m, c, a, b));

	if (!good || is_digit(str_at(s, k)) || (sign == '.' && n == 4))
		return false;
	*i = k;
	return true;
}

/* The day's ordinal: "10th", "1st". */
static size_t ordinal(struct str s, size_t k)
{
	static const char *const endings[] = { "st", "nd", "rd", "th" };

	for (size_t e = 0; e < 4; e++)
		if (str_starts_nocase(str_from(s, k), str_of(endings[e])) && !is_alpha(str_at(s, k + 2)))
			return k + 2;
	return k;
}

/* ", 2023", " 2023" behind a day and a month; 0 when no year stands there. */
static int year_behind(struct str s, size_t *i)
{
	size_t k = *i;
	int year;

	if (str_at(s, k) == ',')
		k++;
	k = blanks(s, k);
	if (number(s, &k, 4, &year) != 4 || year < 1970 || year > 2200 || str_at(s, k) == ':')
		return 0;
	*i = k;
	return year;
}

/* "10 October 2023", "10th of October", "October 10, 2023", "Oct 10" */
static bool worded_date(struct str s, size_t *i, struct moment *m)
{
	size_t k = *i, month;
	int day;

	if (is_digit(str_at(s, k))) {
		if (!number(s, &k, 2, &day))
			return false;
		k = ordinal(s, k);
		if (str_at(s, k) != ' ' && str_at(s, k) != '-')
			return false;
		k = blanks(s, k + 1);
		if (str_starts_nocase(str_from(s, k), STR("of ")))
			k = blanks(s, k + 3);
		month = month_of(s, &k);
		if (str_at(s, k) == '-')
			k++;
	} else {
		month = month_of(s, &k);
		k = blanks(s, k);
		if (!month || !number(s, &k, 2, &day) || str_at(s, k) == ':')
			return false;
		k = ordinal(s, k);
	}
	if (!month || is_alpha(str_at(s, k)))
		return false;
	int year = year_behind(s, &k);
	if (!set_date(m, year, (int)month, day))
		return false;
	*i = k;
	return true;
}

static bool date(struct str s, size_t *i, struct moment *m)
{
	size_t k = *i, weekday = weekday_of(s, &k);

	if (weekday) {
		k += str_at(s, k) == ',';
		k = blanks(s, k);
		if (str_starts_nocase(str_from(s, k), STR("the ")))
			k += 4;
	}
	if (!numeric_date(s, &k, m) && !worded_date(s, &k, m))
		return false;
	m->weekday = (int)weekday - 1;
	*i = k;
	return true;
}

/* " pm", "a.m."; 12 hours to add, -12 for 12 am, or -1 when there is none. */
static int half_of_day(struct str s, size_t *i, int hour)
{
	size_t k = blanks(s, *i);
	char c = str_at(s, k) | 0x20;
	bool dots = str_at(s, k + 1) == '.';
	size_t m = k + 1 + dots;

	if ((c != 'a' && c != 'p') || (str_at(s, m) | 0x20) != 'm' || is_alpha(str_at(s, m + 1)) || hour < 1 || hour > 12)
		return -1;
	*i = m + 1 + (dots && str_at(s, m + 1) == '.');
	return c == 'p' ? (hour == 12 ? 0 : 12) : (hour == 12 ? -12 : 0);
}

static bool clock(struct str s, size_t *i, struct moment *m)
{
	static const struct { const char *word; int hour; } words[] = { { "noon", 12 }, { "midday", 12 }, { "midnight", 0 } };
	size_t k = *i;
	int hour, minute = 0, second = 0, half;

	for (size_t w = 0; w < sizeof words / sizeof *words; w++)
		if (str_starts_nocase(str_from(s, k), str_of(words[w].word)) && !is_alpha(str_at(s, k + strlen(words[w].word)))) {
			*i = k + strlen(words[w].word);
			m->has_time = true;
			m->second = words[w].hour * 3600;
			m->slack_s = 60;
			return true;
		}
	if (!number(s, &k, 2, &hour))
		return false;
	m->slack_s = 60;
	bool colon = str_at(s, k) == ':' || (str_at(s, k) == 'h' && is_digit(str_at(s, k + 1)) && is_digit(str_at(s, k + 2)));
	if (colon) {
		k++;
		if (number(s, &k, 2, &minute) != 2)
			return false;
		if (str_at(s, k) == ':' && is_digit(str_at(s, k + 1))) {
			k++;
			if (number(s, &k, 2, &second) != 2)
				return false;
			m->slack_s = 1;
			if (str_at(s, k) == '.' && is_digit(str_at(s, k + 1)))
				for (k++; is_digit(str_at(s, k));)
					k++;
		}
	} else {
		m->slack_s = 3600;
	}
	half = half_of_day(s, &k, hour);
	if ((!colon && half == -1) || hour > 24 || minute > 59 || second > 60 || (is_alpha(str_at(s, k)) && str_at(s, k) != 'Z'))
		return false;
	m->has_time = true;
	m->second = ((hour + (half == -1 ? 0 : half)) * 60 + minute) * 60 + second;
	*i = k;
	return true;
}

/* "+02:00", "-5", "+0530" */
static size_t offset(struct str s, int32_t *out)
{
	size_t k = 1;
	int hours, minutes = 0;

	if (str_at(s, 0) != '+' && str_at(s, 0) != '-')
		return 0;
	size_t n = number(s, &k, 4, &hours);
	if (n == 0 || n == 3)
		return 0;
	if (n == 4) {
		minutes = hours % 100;
		hours /= 100;
	} else if (str_at(s, k) == ':' && is_digit(str_at(s, k + 1))) {
		k++;
		if (number(s, &k, 2, &minutes) != 2)
			return 0;
	}
	if (hours > 14 || minutes > 59 || is_alpha(str_at(s, k)) || str_at(s, k) == ':')
		return 0;
	*out = (hours * 60 + minutes) * 60 * (str_at(s, 0) == '-' ? -1 : 1);
	return k;
}

size_t moment_zone(struct str s, int32_t *offset_s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] >= 'A' && s.ptr[n] <= 'Z')
		n++;
	struct str word = str_head(s, n);
	if (n == 1 && s.ptr[0] == 'Z' && !is_alpha(str_at(s, 1)) && !is_digit(str_at(s, 1))) {
		*offset_s = 0;
		return 1;
	}
	if (n < 3 || is_alpha(str_at(s, n)) || is_digit(str_at(s, n)))
		return 0;
	if (str_eq(word, STR("UTC")) || str_eq(word, STR("GMT"))) {
		int32_t east;
		size_t more = offset(str_from(s, n), &east);

		*offset_s = more ? east : 0;
		return n + more;
	}
	return zone_abbreviation(word, offset_s) ? n : 0;
}

/* The zone behind a time: "Z", " UTC-5", " (EST)", "+02:00". */
static void zone_behind(struct str s, size_t *i, struct moment *m)
{
	size_t k = *i, n;

	if (str_at(s, k) == '+' || str_at(s, k) == '-') { /* "10:30-5" would rather be a range */
		n = offset(str_from(s, k), &m->offset_s);
		if (n >= 5 || (n > 0 && str_at(s, k) == '+')) {
			m->has_zone = true;
			*i = k + n;
		}
		return;
	}
	k = blanks(s, k);
	bool paren = str_at(s, k) == '(';
	k += paren;
	n = moment_zone(str_from(s, k), &m->offset_s);
	if (n == 0 && (str_at(s, k) == '+' || str_at(s, k) == '-')) {
		n = offset(str_from(s, k), &m->offset_s);
		n = n >= 5 ? n : 0;
	}
	if (n == 0 || (paren && str_at(s, k + n) != ')'))
		return;
	m->has_zone = true;
	*i = k + n + paren;
}

/* What may stand between a date and its time, or a time and its date. */
static size_t joint(struct str s, size_t i)
{
	static const char *const words[] = { "at ", "on ", "of ", "the ", "around ", "about ", "from ", "@ ", "~" };
	size_t k = i;

	if (str_at(s, k) == 'T' && is_digit(str_at(s, k + 1)))
		return k + 1;
	if (str_at(s, k) == ',' || str_at(s, k) == ':')
		k++;
	k = blanks(s, k);
	for (size_t w = 0; w < sizeof words / sizeof *words;) {
		if (str_starts_nocase(str_from(s, k), str_of(words[w]))) {
			k = blanks(s, k + strlen(words[w]));
			w = 0;
		} else {
			w++;
		}
	}
	return k;
}

static bool one(struct str s, size_t *i, struct moment *m)
{
	size_t k = *i, next;

	*m = (struct moment){ .at = *i, .weekday = -1, .slack_s = 86400 };
	if (date(s, &k, m)) {
		next = joint(s, k);
		if (clock(s, &next, m)) {
			k = next;
			zone_behind(s, &k, m);
		}
	} else if (clock(s, &k, m)) {
		zone_behind(s, &k, m);
		next = joint(s, k);
		bool paren = str_at(s, blanks(s, k)) == '(';
		if (paren)
			next = blanks(s, k) + 1;
		struct moment day = { .weekday = -1 };
		if (date(s, &next, &day) && !(str_at(s, joint(s, next)) && is_digit(str_at(s, joint(s, next))))) {
			set_date(m, day.has_year ? day.year : 0, (int)day.month, (int)day.day);
			m->weekday = day.weekday;
			k = next + (paren && str_at(s, next) == ')');
			if (!m->has_zone)
				zone_behind(s, &k, m);
		}
	} else {
		return false;
	}
	m->end = k;
	*i = k;
	return true;
}

/* Does the text between two moments say "from the one to the other"? */
static bool is_range(struct str text, size_t from, size_t to)
{
	static const char *const words[] = { "-", "\xe2\x80\x93", "\xe2\x80\x94", "to", "until", "till", "through", "->", "\xe2\x86\x92" };
	struct str between = str_trim(str_make(text.ptr + from, to - from));

	for (size_t w = 0; w < sizeof words / sizeof *words; w++)
		if (str_eq_nocase(between, str_of(words[w])))
			return true;
	return false;
}

static bool ends_with_between(struct str s)
{
	struct str word = STR("between");

	return s.len >= word.len && str_eq_nocase(str_from(s, s.len - word.len), word);
}

size_t moments_find(struct str text, struct moment *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len && n < max;) {
		char before = i > 0 ? text.ptr[i - 1] : ' ';
		bool start = !is_digit(before) && !is_alpha(before) && !memchr("./:_#", before, 5) &&
			     !(before == '-' && i > 1 && (is_digit(text.ptr[i - 2]) || is_alpha(text.ptr[i - 2])) && (n == 0 || out[n - 1].end + 1 != i));

		if (!start || !one(text, &i, &out[n])) {
			i++;
			continue;
		}
		if (n > 0 && is_range(text, out[n - 1].end, out[n].at) && !out[n - 1].to) {
			out[n - 1].from = true;
			out[n].to = true;
		} else if (n > 0 && str_eq_nocase(str_trim(str_make(text.ptr + out[n - 1].end, out[n].at - out[n - 1].end)), STR("and")) &&
			   ends_with_between(str_trim(str_head(text, out[n - 1].at)))) {
			out[n - 1].from = true;
			out[n].to = true;
		}
		n++;
	}
	return n;
}
