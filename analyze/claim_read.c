#include "analyze/claim.h"

#include <stdlib.h>

#include "analyze/claim_label.h"
#include "analyze/prose.h"
#include "analyze/prose_time.h"

enum {
	MOMENTS_MAX = 64, AMOUNTS_MAX = 64, CLAIMS_MAX = 2000,
	LENGTH_MIN_S = 120, /* what is shorter is a wait or a timeout, not an outage */
};

static const int64_t day_s = 86400;

/* Sections of which nothing is a statement on the incident. */
static const char skipped_sections[] = "action|corrective|measure|prevent|follow-up|follow up|lesson|evidence|quality|what was different|reference|"
				       "appendix|glossary|messag|communication|what went well|where we got lucky|next step|recommend";
static const char timeline_sections[] = "timeline|chronolog|sequence of events|course of events";
static const char innocent_sections[] = "ruled out|red herring|false lead|wrong turn|suspected|believed";
static const char innocent_words[] = "ruled out|not the cause|was innocent|were innocent|unrelated|red herring|false lead";
static const char cause_words[] = "root cause|caused by|was due to|were due to|because of|triggered by|was caused|resulted from|traced to|traced back";
static const char window_words[] = "incident|outage|window|last|degrad|unavailab|affect|impact|could not|fail|disrupt|experienc|down$|interrupt|between|users|saw|error|duration";
static const char duration_words[] = "duration|lasted|lasting|downtime|outage|incident|length|in total|unavailab|degrad|disruption|interruption|service loss|"
				     "loss of service|window|lost service|slow for|failed for|down for";
static const char before_duration[] = "every|within|after|timeout|next|previous|per|each|older|past|ttl|for up to|relief of|interval|ran|before";
static const char after_duration[] = "later|earlier|ago|before|after|timeout|old$|apart|in advance";
static const char people_acts[] = "rolled back|rollback|roll back|restart|scaled|deploy|suspect|investigat|escalat|examin|tuned|reverted|upgrade|revert";
static const char user_words[] = "user|customer|client|visitor|shopper|people|accounts|subscriber|members|sessions";
static const char request_words[] = "request|traffic|call|sign-in|login|quer|transaction|order|checkout|response|attempt|http";
static const char harm_words[] = "fail|error|slow|affect|refus|5xx|unavail|timed out|time out|reject|lost|dropped|unsuccessful|at worst|at the peak";
static const char no_share_words[] = "cpu|memory|disk|coverage|capacity|rollout|slo$|budget|hit ratio|hit rate|confidence|utili|probab|likel";

struct reading {
	struct claims *c;
	int64_t hint_day;            /* for what names no date */
	int64_t day;                 /* the date that times without one are on; days since 1970 */
	bool has_day;
	int64_t scope_day;           /* the date that a timeline begins with: its heading's, else the text's first */
	int64_t last_s;              /* wall clock of the last timeline entry of this list or table; -1 none */
	int32_t table_offset_s;      /* zone in the head of a table */
	bool table_zone;
	bool cause_seen;             /* the section of the cause has had its claim */
	struct moment m[MOMENTS_MAX];
	size_t n_m;
	struct amount a[AMOUNTS_MAX];
	size_t n_a;
	const struct prose_block *zone_block; /* where the zone is said first: bytes [zone_at, zone_end) */
	size_t zone_at, zone_end;
	struct claim spare;          /* what does not fit is dropped */
};

static int64_t civil_day(const struct reading *r, const struct moment *m)
{
	int64_t year = m->year, near = r->has_day ? r->day : r->hint_day;
	unsigned month, day;

	if (!m->has_year)
		civil_from_days(near, &year, &month, &day);
	return days_from_civil(year, m->month, m->day);
}

/* The wall clock of a moment in seconds; dates that it leaves out come from above. */
static int64_t wall_of(struct reading *r, const struct moment *m)
{
	if (m->has_date) {
		r->day = civil_day(r, m);
		r->has_day = true;
	}
	return (r->has_day ? r->day : r->hint_day) * day_s + (m->has_time ? m->second : 0);
}

static int32_t offset_for(const struct reading *r, const struct moment *m, bool *known)
{
	*known = m->has_zone || r->table_zone || r->c->zone_stated;
	return m->has_zone ? m->offset_s : r->table_zone ? r->table_offset_s : r->c->offset_s;
}

/* Makes a claim of bytes [from, to) of a block. */
static struct claim *add(struct reading *r, enum claim_kind kind, const struct prose_block *b, size_t from, size_t to)
{
	struct claim *c = r->c->list.n < CLAIMS_MAX ? vec_push(r->c->arena, &r->c->list) : &r->spare;

	*c = (struct claim){ .kind = kind,
			     .line = prose_line(b, from),
			     .text = str_trim(str_make(b->text.ptr + from, to - from)),
			     .sentence = prose_sentence(b->text, from),
			     .from_ns = TIME_NONE,
			     .to_ns = TIME_NONE,
			     .weekday = -1 };
	return c;
}

/* Fills in the instants of moment i, and of the one that ends its range. Returns how many moments that were. */
static size_t set_times(struct reading *r, struct claim *c, struct str text, size_t i)
{
	const struct moment *m = &r->m[i], *end = m->from && i + 1 < r->n_m ? m + 1 : NULL;
	struct moment first = *m;

	if (end && !first.has_zone && end->has_zone) {
		first.has_zone = true;
		first.offset_s = end->offset_s;
	}
	int64_t wall = wall_of(r, &first);
	c->from_ns = (wall - offset_for(r, &first, &c->has_zone)) * NS_PER_S;
	c->to_ns = c->from_ns;
	c->slack_ns = m->slack_s * NS_PER_S;
	c->weekday = m->has_date ? m->weekday : -1;
	if (!end)
		return 1;
	struct moment last = *end;
	if (!last.has_zone && first.has_zone) {
		last.has_zone = true;
		last.offset_s = first.offset_s;
	}
	int64_t until = wall_of(r, &last);
	struct str behind = str_head(str_from(text, end->end), 24);
	if (!last.has_date && (until < wall || prose_find_any(behind, "next day|following day|the next|1 day|1d$") >= 0)) {
		until += day_s;
		r->day++;
	}
	c->to_ns = (until - offset_for(r, &last, &c->has_zone)) * NS_PER_S;
	if (end->slack_s > m->slack_s)
		c->slack_ns = end->slack_s * NS_PER_S;
	return 2;
}

/* ---- parts of a block ---- */

/* "The pool ran out because ...": a reason for the trouble, not for anything else. */
static ptrdiff_t reason_in(struct str text)
{
	ptrdiff_t at = prose_find_any(text, cause_words), because = prose_find_any(text, "because|due to");

	if (at >= 0 || because < 0)
		return at;
	return prose_find_any(prose_sentence(text, (size_t)because), "fail|ran out|down$|outage|error|unavailab|slow|timed out|exhaust|crash") >= 0 ? because : -1;
}

static bool in_section(const struct prose_block *b, const char *words)
{
	return prose_find_any(b->heading, words) >= 0;
}

static void read_dates(struct reading *r, const struct prose_block *b, enum claim_label label)
{
	for (size_t i = 0; i < r->n_m;) {
		const struct moment *m = &r->m[i];
		enum claim_kind kind = label == LABEL_START ? CLAIM_START : label == LABEL_END ? CLAIM_END : CLAIM_WINDOW;
		bool range = m->from && i + 1 < r->n_m;
		size_t end = range ? r->m[i + 1].end : m->end;

		if (label == LABEL_DATE || !m->has_time)
			kind = range && m->has_time ? CLAIM_WINDOW : CLAIM_DATE;
		else if (kind == CLAIM_WINDOW && !range)
			kind = CLAIM_START;
		struct claim *c = add(r, kind, b, m->at, end);
		i += set_times(r, c, b->text, i);
	}
}

/* A zone that a block says: for all times, or behind one of them. False when it says none. */
static bool zone_in(const struct reading *r, const struct prose_block *b, size_t *at, size_t *end, int32_t *offset_s)
{
	bool said = prose_find_any(b->text, "all times|times are|time zone|timezone|times in|zone") >= 0 || b->kind == PROSE_HEAD;

	for (size_t i = 0; said && i < b->text.len; i++) {
		bool begins = i == 0 || memchr(" ,(|:", b->text.ptr[i - 1], 5);
		size_t n = begins ? moment_zone(str_from(b->text, i), offset_s) : 0;

		if (n > 0) {
			*at = i;
			*end = i + n;
			return true;
		}
	}
	for (size_t i = 0; i < r->n_m; i++)
		if (r->m[i].has_zone) {
			*offset_s = r->m[i].offset_s;
			*at = r->m[i].at;
			*end = r->m[i].end;
			return true;
		}
	return false;
}

/* The zone of a table, and the claim of the document's. */
static void read_zone(struct reading *r, const struct prose_block *b)
{
	size_t at, end;

	if (b->kind == PROSE_HEAD)
		r->table_zone = zone_in(r, b, &at, &end, &r->table_offset_s);
	if (b == r->zone_block) {
		struct claim *c = add(r, CLAIM_ZONE, b, r->zone_at, r->zone_end);

		c->amount.value = r->c->offset_s;
		r->c->zone_line = c->line;
	}
}

/* Is the duration one of the outage, by the words around it? */
static bool is_length(const struct prose_block *b, const struct amount *a, bool labelled)
{
	struct str sentence = prose_sentence(b->text, a->at);
	size_t from = a->at > 28 ? a->at - 28 : 0;
	struct str before = str_make(b->text.ptr + from, a->at - from), after = str_head(str_from(b->text, a->end), 14);

	if (labelled)
		return true;
	ptrdiff_t stop = str_rchr(before, '.');
	before = stop >= 0 ? str_from(before, (size_t)stop + 1) : before;
	return a->value >= LENGTH_MIN_S && prose_find_any(sentence, duration_words) >= 0 && prose_find_any(before, before_duration) < 0 &&
	       prose_find_any(after, after_duration) < 0;
}

/* The kind of what is counted: what stands nearest behind it, else in the sentence. */
static enum claim_kind counted(const struct prose_block *b, const struct amount *a)
{
	struct str sentence = prose_sentence(b->text, a->at), behind = str_head(str_from(b->text, a->end), 40);
	ptrdiff_t bar = str_chr(behind, '|'); /* the next cell of a table is about something else */

	behind = bar >= 0 ? str_head(behind, (size_t)bar) : behind;
	ptrdiff_t users = prose_find_any(behind, user_words), requests = prose_find_any(behind, request_words);
	bool near = users >= 0 || requests >= 0;
	if (a->kind == AMOUNT_COUNT && (a->value < 10 || prose_find_any(behind, "call|quer|second|requests/|per second|requests per") >= 0 || !near || (users < 0 ? requests : users) > 14))
		return CLAIM_KIND_COUNT;
	/* Tables and lists about causes count evidence. */
	if (prose_find_any(sentence, no_share_words) >= 0 || (b->kind != PROSE_PARAGRAPH && in_section(b, "cause|resolution")))
		return CLAIM_KIND_COUNT;
	if (!near) {
		users = prose_find_any(sentence, user_words);
		requests = prose_find_any(sentence, request_words);
	}
	if (users >= 0 && (requests < 0 || users <= requests))
		return CLAIM_USERS;
	/* A share of requests is a claim when it is said near by what became of them. */
	size_t from = a->at > 60 ? a->at - 60 : 0;
	bool harmed = prose_find_any(str_head(str_from(b->text, from), a->end - from + 60), harm_words) >= 0;
	bool short_row = b->kind == PROSE_ROW && b->text.len < 160; /* its head says what the column is */
	return requests >= 0 && (harmed || short_row || a->kind == AMOUNT_COUNT) ? CLAIM_REQUESTS : CLAIM_KIND_COUNT;
}

static bool inside_moment(const struct reading *r, const struct amount *a)
{
	for (size_t i = 0; i < r->n_m; i++)
		if (a->at < r->m[i].end && a->end > r->m[i].at)
			return true;
	return false;
}

/* "Between 10:00 and 10:45 UTC sign-ins failed for about 45 minutes.": the window's length, at the end of its sentence. */
static bool ends_window(const struct reading *r, const struct prose_block *b, const struct amount *a)
{
	struct str sentence = prose_sentence(b->text, a->at);
	size_t begin = (size_t)(sentence.ptr - b->text.ptr), end = begin + sentence.len;

	if (a->value < LENGTH_MIN_S || a->end != end || !str_ends(str_trim(str_head(b->text, a->said)), STR(" for")) ||
	    prose_find_any(sentence, harm_words) < 0 || prose_find_any(sentence, people_acts) >= 0)
		return false;
	for (size_t i = 0; i < r->n_m; i++)
		if (r->m[i].from && r->m[i].at >= begin && r->m[i].end <= end)
			return true;
	return false;
}

static void read_amounts(struct reading *r, const struct prose_block *b, enum claim_label label, bool entry)
{
	for (size_t i = 0; i < r->n_a; i++) {
		const struct amount *a = &r->a[i];
		enum claim_kind kind = CLAIM_KIND_COUNT;

		if (inside_moment(r, a))
			continue;
		if (a->kind == AMOUNT_DURATION) {
			bool behind_range = false; /* "14:23–17:00 UTC (2 h 37 min)" */
			for (size_t k = 0; k < r->n_m; k++)
				behind_range |= r->m[k].to && a->at >= r->m[k].end && a->at - r->m[k].end <= 3;
			if ((!entry && is_length(b, a, label == LABEL_DURATION || label == LABEL_WINDOW)) || behind_range ||
			    (!entry && ends_window(r, b, a)))
				kind = CLAIM_DURATION;
		} else {
			kind = counted(b, a);
		}
		if (kind == CLAIM_KIND_COUNT)
			continue;
		struct claim *c = add(r, kind, b, a->said, a->end);
		c->amount = *a;
	}
}

/* What is said about a moment in a sentence: behind it when it leads, before it when it ends a clause. */
static struct str said_of(const struct prose_block *b, const struct reading *r, size_t i, size_t last)
{
	struct str sentence = prose_sentence(b->text, r->m[i].at);
	size_t begin = (size_t)(sentence.ptr - b->text.ptr), end = begin + sentence.len;
	bool alone = (i == 0 || r->m[i - 1].end <= begin) && (last + 1 >= r->n_m || r->m[last + 1].at >= end);

	if (alone)
		return sentence;
	size_t from = i > 0 && r->m[i - 1].end > begin ? r->m[i - 1].end : begin;
	size_t to = last + 1 < r->n_m && r->m[last + 1].at < end ? r->m[last + 1].at : end;
	struct str before = str_make(b->text.ptr + from, r->m[i].at - from);
	struct str after = r->m[last].end < to ? str_make(b->text.ptr + r->m[last].end, to - r->m[last].end) : STR_NONE;
	ptrdiff_t comma = str_rchr(before, ',');

	if (comma >= 0)
		before = str_from(before, (size_t)comma + 1);
	return str_trim(before).len > 14 ? str_trim(before) : str_trim(after);
}

/* Times in running text: a range is the window unless people did something in it; else what happened then. */
static void read_moments(struct reading *r, const struct prose_block *b)
{
	for (size_t i = 0; i < r->n_m;) {
		const struct moment *m = &r->m[i];
		bool range = m->from && i + 1 < r->n_m;
		size_t last = range ? i + 1 : i;

		if (!m->has_time && !(range && r->m[last].has_time)) {
			wall_of(r, m);
			i++;
			continue;
		}
		struct str sentence = prose_sentence(b->text, m->at), said = said_of(b, r, i, last);
		bool window = range && prose_find_any(sentence, window_words) >= 0 && prose_find_any(said, people_acts) < 0;
		struct claim *c = add(r, window ? CLAIM_WINDOW : CLAIM_EVENT, b, m->at, r->m[last].end);

		if (!window)
			c->sentence = said;
		int64_t day = r->m[i].has_date ? civil_day(r, &r->m[i]) : r->day;

		i += set_times(r, c, b->text, i);
		r->day = day; /* what is said next is seldom after the end */
	}
}

/* What stands before the time of an entry: nothing, or a word that says on which side of it. False: it is no entry. */
static bool leads(struct str lead, int *bound)
{
	static const struct { const char *words; int bound; } rows[] = {
		{ "", 0 },        { "~", 0 },       { "at", 0 },      { "(", 0 },       { "[", 0 },  { "around", 0 }, { "about", 0 }, { "from", 0 },
		{ "before", -1 }, { "shortly before", -1 }, { "just before", -1 }, { "until", -1 }, { "by", -1 }, { "after", 1 }, { "since", 1 },
		{ "shortly after", 1 }, { "from", 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq_nocase(lead, str_of(rows[i].words))) {
			*bound = rows[i].bound;
			return true;
		}
	return false;
}

/* "14:23 ...", "~14:25 ...", "until 02:00 ...", "shortly before 14:23 ..." */
static bool is_entry(const struct reading *r, const struct prose_block *b)
{
	int bound;

	return r->n_m > 0 && r->m[0].has_time &&
	       (r->m[0].at == 0 || b->kind == PROSE_ROW || b->kind == PROSE_ITEM || in_section(b, timeline_sections)) &&
	       leads(str_trim(str_head(b->text, r->m[0].at)), &bound);
}

/* An entry of the timeline: it begins with its time. */
static void read_entry(struct reading *r, const struct prose_block *b)
{
	size_t last = r->m[0].from && r->n_m > 1 ? 1 : 0, end = r->m[last].end;
	bool dated = r->m[0].has_date;
	struct claim *c = add(r, CLAIM_EVENT, b, 0, end);

	if (!dated && r->last_s < 0)
		r->day = r->scope_day;
	while (end < b->text.len && memchr(" |:-,\xe2\x80\x93\x94", b->text.ptr[end], 10))
		end++;
	c->sentence = str_from(b->text, end);
	c->entry = true;
	leads(str_trim(str_head(b->text, r->m[0].at)), &c->bound);
	/* A clock that goes back is the next day's. */
	if (!dated && r->last_s >= 0 && r->has_day && r->m[0].second < r->last_s - 6 * 3600)
		r->day++;
	set_times(r, c, b->text, 0);
	r->last_s = r->m[last].second;
}

static void read_cause(struct reading *r, const struct prose_block *b, enum claim_label label, size_t value)
{
	bool innocent = in_section(b, innocent_sections);
	ptrdiff_t at;

	if (label == LABEL_CAUSE) {
		add(r, CLAIM_CAUSE, b, value, b->text.len)->sentence = str_trim(str_from(b->text, value));
	} else if (innocent) {
		add(r, CLAIM_INNOCENT, b, 0, b->text.len)->sentence = b->text;
	} else if (in_section(b, "cause|why it happened") && !r->cause_seen && b->kind == PROSE_PARAGRAPH) {
		add(r, CLAIM_CAUSE, b, 0, b->text.len)->sentence = b->text;
		r->cause_seen = true;
	} else if (prose_find_any(b->text, innocent_words) >= 0) {
		for (size_t from = 0; (at = prose_find_any(str_from(b->text, from), innocent_words)) >= 0;) {
			struct claim *c = add(r, CLAIM_INNOCENT, b, from + (size_t)at, b->text.len);

			c->text = c->sentence;
			from = (size_t)(c->sentence.ptr - b->text.ptr) + c->sentence.len;
		}
	} else if ((at = reason_in(b->text)) >= 0 && !in_section(b, timeline_sections)) {
		struct claim *c = add(r, CLAIM_CAUSE, b, (size_t)at, b->text.len);
		c->text = c->sentence;
	}
}

/* A date in a heading or in a table's head is that of what follows. */
static void read_scope(struct reading *r)
{
	for (size_t i = 0; i < r->n_m; i++)
		if (r->m[i].has_date) {
			wall_of(r, &r->m[i]);
			r->scope_day = r->day;
		}
}

static void read_block(struct reading *r, const struct prose_block *b)
{
	size_t value = 0;

	r->n_m = moments_find(b->text, r->m, MOMENTS_MAX);
	if (b->kind == PROSE_HEADING) {
		r->cause_seen = false;
		r->table_zone = false;
		r->last_s = -1;
		read_scope(r);
		return;
	}
	if (in_section(b, skipped_sections) || prose_find(b->text, STR("TODO")) >= 0)
		return;
	enum claim_label label = claim_label(b, &value);
	if (label == LABEL_SKIP)
		return;
	read_zone(r, b);
	if (b->kind == PROSE_HEAD) {
		r->last_s = -1;
		read_scope(r);
		return;
	}
	r->n_a = amounts_find(b->text, r->a, AMOUNTS_MAX);
	bool entry = label == LABEL_NONE && is_entry(r, b);
	if (b->kind == PROSE_PARAGRAPH && !entry)
		r->last_s = -1; /* another list begins */
	if (entry)
		read_entry(r, b);
	else if (label == LABEL_DATE || label == LABEL_WINDOW || label == LABEL_START || label == LABEL_END || label == LABEL_DURATION)
		read_dates(r, b, label);
	else if (!in_section(b, innocent_sections))
		read_moments(r, b);
	if (!in_section(b, innocent_sections))
		read_amounts(r, b, label, entry);
	if (!entry)
		read_cause(r, b, label, value);
}

static bool is_statement(const struct prose_block *b, enum claim_label *label)
{
	size_t value;

	*label = claim_label(b, &value);
	return !in_section(b, skipped_sections) && *label != LABEL_SKIP;
}

/* The date of times that stand before any date: the first one in the text that is no mere label's. */
static void first_day(struct reading *r, const struct prose *p)
{
	for (int pass = 0; pass < 2 && !r->has_day; pass++)
		for (size_t i = 0; i < p->n && !r->has_day; i++) {
			enum claim_label label;

			if (!is_statement(&p->at[i], &label) || (pass == 0 && label == LABEL_DATE))
				continue;
			r->n_m = moments_find(p->at[i].text, r->m, MOMENTS_MAX);
			for (size_t k = 0; k < r->n_m && !r->has_day; k++)
				if (r->m[k].has_date)
					wall_of(r, &r->m[k]);
		}
}

/* The zone that times without one are in: the first that the text names, wherever that is. */
static void first_zone(struct reading *r, const struct prose *p)
{
	for (size_t i = 0; i < p->n && !r->c->zone_stated; i++) {
		enum claim_label label;

		if (!is_statement(&p->at[i], &label) || p->at[i].kind == PROSE_HEADING)
			continue;
		r->n_m = moments_find(p->at[i].text, r->m, MOMENTS_MAX);
		r->c->zone_stated = zone_in(r, &p->at[i], &r->zone_at, &r->zone_end, &r->c->offset_s);
		r->zone_block = r->c->zone_stated ? &p->at[i] : NULL;
	}
}

static int by_line(const void *x, const void *y)
{
	const struct claim *a = x, *b = y;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->text.ptr != b->text.ptr ? (a->text.ptr < b->text.ptr ? -1 : 1) : (a->kind > b->kind) - (a->kind < b->kind);
}

struct claims claims_read(struct str draft, int64_t hint_ns, struct arena *a)
{
	struct claims c = { .arena = a };
	struct prose p = prose_read(draft, a);
	struct reading *r = arena_new(a, struct reading);

	r->c = &c;
	r->last_s = -1;
	r->hint_day = hint_ns == TIME_NONE ? 0 : hint_ns / NS_PER_S / day_s;
	first_zone(r, &p);
	first_day(r, &p);
	r->scope_day = r->has_day ? r->day : r->hint_day;
	r->day = r->scope_day;
	r->has_day = true;
	for (size_t i = 0; i < p.n; i++)
		read_block(r, &p.at[i]);
	if (c.list.n > 1)
		qsort(c.list.at, c.list.n, sizeof *c.list.at, by_line);
	return c;
}
