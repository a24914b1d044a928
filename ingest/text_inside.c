/*
 * The time that stands inside a line rather than at its head: behind an address, a bucket, a node, a file's
 * name. Only whole dates with a time of day count; a number that could be an epoch does not.
 */
#include "ingest/text_head.h"

#include "ingest/text_level.h"
#include "ingest/words.h"

enum {
	INSIDE_BYTES = 240, /* looked at */
	DATED_BYTES = 14,   /* the shortest date and time: "Jan 9 17:43:00" */
	PREFIX_WORDS = 6,   /* as many stand in front of what is a head all the same */
};

/* May a time begin at s[i]? */
static bool edge(struct str s, size_t i)
{
	char c = s.ptr[i], before = i > 0 ? s.ptr[i - 1] : ' ';

	if (is_alnum(before) || before == '-' || before == '.' || before == '/' || before == '+' || before == '_')
		return false;
	return is_digit(c) || (is_upper(c) && before == ' ');
}

/* The first whole date and time in s, its start in *at; `year`: it must say its year. */
static bool find_time(struct str s, bool year, size_t *at, struct timestamp *time)
{
	size_t end = s.len < INSIDE_BYTES ? s.len : INSIDE_BYTES;

	for (size_t i = 1; i + DATED_BYTES <= end; i++) {
		struct str rest = str_from(s, i);

		if (!edge(s, i) || !timestamp_parse(&rest, time) || !time->has_date)
			continue;
		if (time->has_year != year || (size_t)(rest.ptr - s.ptr) - i < DATED_BYTES)
			continue;
		*at = i;
		return true;
	}
	return false;
}

/* A level among the words in front of the time: "Thread-7::INFO::2026-...", "Error,1/29/2026 ...". */
static enum severity level_before(struct str s)
{
	size_t words = 0;

	for (size_t i = 0; i < s.len && words < PREFIX_WORDS; words++) {
		size_t from = i;
		enum severity is;

		while (i < s.len && is_alpha(s.ptr[i]))
			i++;
		is = i - from >= 4 && (i == s.len || s.ptr[i] == ',' || s.ptr[i] == ']' ||
				       str_starts(str_from(s, i), STR("::")))
			     ? severity_parse(str_make(s.ptr + from, i - from))
			     : SEV_NONE;
		if (is != SEV_NONE)
			return is;
		while (i < s.len && !is_alpha(s.ptr[i]))
			i++;
	}
	return SEV_NONE;
}

static size_t count_words(struct str s)
{
	size_t n = 0;

	while (str_word(&s).len > 0)
		n++;
	return n;
}

bool text_head_inside(struct str line, struct text_head *h)
{
	struct text_head inner;
	struct timestamp time;
	struct str before;
	size_t at;

	if (!find_time(line, true, &at, &time) && !find_time(line, false, &at, &time))
		return false;
	before = str_head(line, at);
	text_head_parse(str_from(line, at), &inner);
	if (h->severity == SEV_NONE)
		h->severity = level_before(before);
	if (h->severity == SEV_NONE)
		h->severity = inner.severity;
	h->time = time;
	h->has_time = true;
	if (inner.message.len > 0 && count_words(before) <= PREFIX_WORDS && inner.severity != SEV_NONE) {
		h->message = inner.message;
		h->logger = inner.logger;
		h->pid = inner.pid;
	}
	return true;
}
