#include "analyze/prose_amount.h"

#include <math.h>

#include "core/ascii.h"

static size_t blanks(struct str s, size_t i)
{
	while (str_at(s, i) == ' ')
		i++;
	return i;
}

/* The word at i, without moving. */
static struct str word_at(struct str s, size_t i)
{
	size_t end = i;

	while (is_alpha(str_at(s, end)))
		end++;
	return str_make(s.ptr + (i < s.len ? i : s.len), end > i ? end - i : 0);
}

/* "12", "12,345", "1.5", "1 068 848" is not read; `step`: one in its last place. */
static bool digits(struct str s, size_t *i, double *value, double *step)
{
	size_t k = *i;
	double v = 0;

	if (!is_digit(str_at(s, k)))
		return false;
	*step = 1;
	while (is_digit(str_at(s, k)) || (str_at(s, k) == ',' && k > *i && is_digit(str_at(s, k + 1)) && is_digit(str_at(s, k + 2)) &&
				      is_digit(str_at(s, k + 3)) && !is_digit(str_at(s, k + 4)))) {
		if (str_at(s, k) != ',')
			v = v * 10 + (str_at(s, k) - '0');
		k++;
	}
	if (str_at(s, k) == '.' && is_digit(str_at(s, k + 1))) {
		for (k++; is_digit(str_at(s, k)); k++) {
			*step /= 10;
			v += (str_at(s, k) - '0') * *step;
		}
	}
	*i = k;
	*value = v;
	return true;
}

static bool number_word(struct str s, size_t *i, double *value)
{
	static const struct { const char *word; double v; } words[] = {
		{ "a", 1 },       { "an", 1 },      { "one", 1 },     { "two", 2 },       { "three", 3 },    { "four", 4 },   { "five", 5 },
		{ "six", 6 },     { "seven", 7 },   { "eight", 8 },   { "nine", 9 },      { "ten", 10 },     { "eleven", 11 }, { "twelve", 12 },
		{ "fifteen", 15 }, { "twenty", 20 }, { "thirty", 30 }, { "forty", 40 },   { "fortyfive", 45 }, { "fifty", 50 }, { "sixty", 60 },
		{ "seventy", 70 }, { "eighty", 80 }, { "ninety", 90 }, { "half", 0.5 },
	};
	struct str word = word_at(s, *i);

	for (size_t k = 0; k < sizeof words / sizeof *words; k++)
		if (str_eq_nocase(word, str_of(words[k].word))) {
			*i += word.len;
			*value = words[k].v;
			return true;
		}
	return false;
}

/* Seconds of a unit, 0 for none. "m" is minutes only behind hours or right behind its number. */
static double unit_of(struct str s, size_t *i, bool bare_m)
{
	static const struct { const char *word; double seconds; } units[] = {
		{ "d", 86400 },   { "day", 86400 },  { "days", 86400 }, { "h", 3600 },      { "hr", 3600 },    { "hrs", 3600 },
		{ "hour", 3600 }, { "hours", 3600 }, { "min", 60 },     { "mins", 60 },     { "minute", 60 },  { "minutes", 60 },
		{ "s", 1 },       { "sec", 1 },      { "secs", 1 },     { "second", 1 },    { "seconds", 1 },
	};
	struct str word = word_at(s, *i);

	if (bare_m && str_eq(word, STR("m"))) {
		(*i)++;
		return 60;
	}
	for (size_t k = 0; k < sizeof units / sizeof *units; k++)
		if (str_eq_nocase(word, str_of(units[k].word))) {
			*i += word.len;
			return units[k].seconds;
		}
	return 0;
}

/* "2 h 37 min", "27 hours and 30 minutes", "2h37m", "half an hour", "an hour and a half", "90-minute" */
static bool duration(struct str s, size_t *i, struct amount *a)
{
	size_t k = *i;
	double total = 0, smallest = 0, last_unit = INFINITY;

	for (;;) {
		size_t part = k;
		double v, step = 1;
		bool is_word = false;

		if (total > 0) {
			part = blanks(s, part);
			part += str_at(s, part) == ',';
			part = blanks(s, part);
			if (str_starts_nocase(str_from(s, part), STR("and ")))
				part = blanks(s, part + 4);
			if (str_starts_nocase(str_from(s, part), STR("a half")) && last_unit >= 60) {
				total += last_unit / 2;
				k = part + 6;
				smallest = last_unit / 2;
				break;
			}
		}
		if (!digits(s, &part, &v, &step)) {
			is_word = number_word(s, &part, &v);
			if (!is_word)
				break;
		}
		bool tight = str_at(s, part) != ' ' && str_at(s, part) != '-';
		part += str_at(s, part) == '-';
		part = blanks(s, part);
		if (v > 0 && v < 1 && is_word && (str_starts_nocase(str_from(s, part), STR("an ")) || str_starts_nocase(str_from(s, part), STR("a "))))
			part = blanks(s, part + (str_at(s, part + 1) == 'n' ? 2 : 1));
		if (is_word && tight)
			break;
		double unit = unit_of(s, &part, tight || total > 0);
		if (unit <= 0 || unit >= last_unit)
			break;
		total += v * unit;
		smallest = v < 1 && is_word ? unit / 2 : step * unit;
		last_unit = unit;
		k = part;
	}
	if (total <= 0)
		return false;
	*a = (struct amount){ .kind = AMOUNT_DURATION, .at = *i, .end = k, .value = total, .slack = smallest / 2 };
	*i = k;
	return true;
}

/* "one in five", "four out of five", "half of", "a third of", "three quarters of" */
static bool worded_share(struct str s, size_t *i, struct amount *a)
{
	static const struct { const char *word; double of; } parts[] = {
		{ "third", 3 }, { "thirds", 3 }, { "quarter", 4 }, { "quarters", 4 }, { "fifth", 5 }, { "fifths", 5 }, { "tenth", 10 }, { "tenths", 10 },
	};
	size_t k = *i;
	double n, of;

	if (!number_word(s, &k, &n))
		return false;
	k = blanks(s, k);
	if (n > 0 && n < 1 && (str_starts_nocase(str_from(s, k), STR("of ")) || str_starts_nocase(str_from(s, k), STR("the ")))) {
		*a = (struct amount){ .kind = AMOUNT_SHARE, .at = *i, .end = k, .value = n, .slack = 0.05 };
		*i = k;
		return true;
	}
	bool out_of = str_starts_nocase(str_from(s, k), STR("out of ")), in = str_starts_nocase(str_from(s, k), STR("in "));
	if (out_of || in) {
		k = blanks(s, k + (out_of ? 7 : 3));
		if (number_word(s, &k, &of) && of > n) {
			*a = (struct amount){ .kind = AMOUNT_SHARE, .at = *i, .end = k, .value = n / of, .slack = 0.5 / of };
			*i = k;
			return true;
		}
		return false;
	}
	struct str word = word_at(s, k);
	for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
		if (str_eq_nocase(word, str_of(parts[p].word)) && n < parts[p].of) {
			k += word.len;
			*a = (struct amount){ .kind = AMOUNT_SHARE, .at = *i, .end = k, .value = n / parts[p].of, .slack = 0.05 };
			*i = k;
			return true;
		}
	return false;
}

/* "73%", "73 %", "20 percent", "12,345", "424 of 26,112" */
static bool plain(struct str s, size_t *i, struct amount *a)
{
	static const char *const percents[] = { "%", "percent", "per cent", "pct" };
	size_t k = *i;
	double v, step, of;

	if (!digits(s, &k, &v, &step))
		return false;
	size_t behind = blanks(s, k);
	for (size_t p = 0; p < sizeof percents / sizeof *percents; p++)
		if (str_starts_nocase(str_from(s, behind), str_of(percents[p]))) {
			k = behind + strlen(percents[p]);
			*a = (struct amount){ .kind = AMOUNT_SHARE, .at = *i, .end = k, .value = v / 100, .slack = step / 200 };
			*i = k;
			return true;
		}
	*a = (struct amount){ .kind = AMOUNT_COUNT, .at = *i, .end = k, .value = v, .slack = step / 2 };
	struct str word = word_at(s, behind);
	static const struct { const char *word; double times; } scales[] = {
		{ "thousand", 1e3 }, { "k", 1e3 }, { "million", 1e6 }, { "m", 1e6 },
	};
	for (size_t p = 0; p < sizeof scales / sizeof *scales; p++)
		if (str_eq_nocase(word, str_of(scales[p].word))) {
			a->value *= scales[p].times;
			a->slack *= scales[p].times;
			a->end = k = behind + word.len;
		}
	size_t whole = blanks(s, k);
	if (str_starts_nocase(str_from(s, whole), STR("of ")) || str_starts_nocase(str_from(s, whole), STR("out of "))) {
		whole = blanks(s, whole + (str_at(s, whole + 1) == 'f' ? 3 : 7));
		if (str_starts_nocase(str_from(s, whole), STR("the ")))
			whole += 4;
		if (digits(s, &whole, &of, &step) && of >= v && of > 0) {
			a->of = of;
			a->end = k = whole;
		}
	}
	*i = k;
	return true;
}

static void qualify(struct str text, struct amount *a)
{
	static const struct { const char *words; bool about; int bound; } rows[] = {
		{ "about", true, 0 },     { "around", true, 0 },     { "approximately", true, 0 }, { "approx.", true, 0 }, { "approx", true, 0 },
		{ "roughly", true, 0 },   { "nearly", true, 0 },     { "almost", true, 0 },        { "some", true, 0 },    { "~", true, 0 },
		{ "circa", true, 0 },     { "ca.", true, 0 },        { "an estimated", true, 0 },  { "more than", true, 1 }, { "over", true, 1 },
		{ "at least", true, 1 },  { "less than", true, -1 }, { "under", true, -1 },        { "up to", true, -1 },  { "at most", true, -1 },
		{ "\xe2\x89\x88", true, 0 },
	};
	struct str before = str_trim(str_head(text, a->at));

	if (str_ends(before, STR(" the")) || str_ends(before, STR(" a")))
		before = str_trim(str_head(before, before.len - 3));
	a->said = a->at;
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		struct str words = str_of(rows[r].words);

		if (before.len >= words.len && str_eq_nocase(str_from(before, before.len - words.len), words) &&
		    (before.len == words.len || !is_alpha(before.ptr[before.len - words.len - 1]))) {
			a->about = rows[r].about;
			a->bound = rows[r].bound;
			a->said = before.len - words.len;
		}
	}
}

size_t amounts_find(struct str text, struct amount *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len && n < max;) {
		char before = i > 0 ? text.ptr[i - 1] : ' ';
		bool start = !is_digit(before) && !is_alpha(before) && !memchr("./:_#", before, 5) && !(before == '-' && i > 1 && text.ptr[i - 2] != ' ');

		if (!start) {
			i++;
		} else if (duration(text, &i, &out[n]) || worded_share(text, &i, &out[n]) || plain(text, &i, &out[n])) {
			qualify(text, &out[n]);
			n++;
		} else {
			i++;
		}
	}
	return n;
}
