#include "ingest/clock.h"

#define DAY_NS (INT64_C(86400) * NS_PER_S)

/*
 * A month back is a new year, eleven months ahead the old one; half a day back is a new day, half a day
 * ahead the old one.
 */
#define YEAR_BACK_NS (30 * DAY_NS)
#define YEAR_AHEAD_NS (335 * DAY_NS)
#define DAY_BACK_NS (DAY_NS / 2)

/* Lines may be that much later than what the anchor says: zones, late writes. */
#define ANCHOR_SLACK_NS (2 * DAY_NS)

enum { YEARS_MOVED_MAX = 30 }; /* how far an anchor may be off the span of the dated sources */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t day_of(int64_t ns)
{
	return floor_div(ns, DAY_NS);
}

static int64_t year_of(int64_t ns)
{
	int64_t year;
	unsigned month, day;

	civil_from_days(day_of(ns), &year, &month, &day);
	return year;
}

/* The same month, day and time in another year; 29 February becomes 1 March where there is none. */
static int64_t in_year(int64_t ns, int64_t year)
{
	int64_t days = day_of(ns), was;
	unsigned month, day;

	civil_from_days(days, &was, &month, &day);
	return days_from_civil(year, month, day) * DAY_NS + (ns - days * DAY_NS);
}

/* Place in the year, on the scale of a leap year. */
static int64_t place_in_year(int64_t ns)
{
	return in_year(ns, CLOCK_YEAR) - days_from_civil(CLOCK_YEAR, 1, 1) * DAY_NS;
}

static int64_t place_in_day(int64_t ns)
{
	return ns - day_of(ns) * DAY_NS;
}

void clock_init(struct clock *c, const struct zone *zone, int64_t year, int64_t day)
{
	*c = (struct clock){ .zone = zone, .year = year, .year_at_ns = -1, .day = day, .day_at_ns = -1,
			     .dated_ns = TIME_NONE };
}

/* Moves a walk to `at`, its place in a period; returns the period of that line. */
static int64_t walk(int64_t *period, int64_t *last, int64_t at, int64_t back, int64_t ahead)
{
	if (*last >= 0 && at < *last - back)
		++*period;
	else if (*last >= 0 && at > *last + ahead)
		return *period - 1; /* written late: the walk stays where it is */
	*last = at;
	return *period;
}

/*
 * The last line that said its date sets year and day for those that do not. Done only when one comes:
 * dated lines are many.
 */
static void follow_dated(struct clock *c)
{
	if (c->dated_ns == TIME_NONE)
		return;
	c->year = year_of(c->dated_ns);
	c->year_at_ns = place_in_year(c->dated_ns);
	c->day = day_of(c->dated_ns);
	c->day_at_ns = place_in_day(c->dated_ns);
	c->dated_ns = TIME_NONE;
}

/* The wall clock of a timestamp with what it leaves out filled in. */
static int64_t wall_of(struct clock *c, const struct timestamp *t)
{
	int64_t wall = t->ns + t->offset_s * NS_PER_S;

	if (c->day_first && t->order == DAY_MONTH_OPEN)
		wall = timestamp_exchanged(wall);
	if (t->has_date && t->has_year) {
		c->dated_ns = wall;
		return wall;
	}
	follow_dated(c);
	if (!t->has_date) {
		int64_t at = place_in_day(wall);

		return walk(&c->day, &c->day_at_ns, at, DAY_BACK_NS, DAY_BACK_NS) * DAY_NS + at;
	}
	wall = in_year(wall,
		       walk(&c->year, &c->year_at_ns, place_in_year(wall), YEAR_BACK_NS, YEAR_AHEAD_NS));
	c->day = day_of(wall);
	c->day_at_ns = place_in_day(wall);
	return wall;
}

int64_t clock_instant_filled(struct clock *c, const struct timestamp *t)
{
	int64_t wall = wall_of(c, t);

	if (t->has_zone)
		return wall - t->offset_s * NS_PER_S;
	return c->zone ? wall - zone_offset_of_wall(c->zone, wall) * NS_PER_S : wall;
}

void clock_walk_init(struct clock_walk *w)
{
	*w = (struct clock_walk){ .first_ns = TIME_NONE, .last_ns = TIME_NONE };
	clock_init(&w->clock, NULL, CLOCK_YEAR, CLOCK_DAY);
}

void clock_walk_add(struct clock_walk *w, const struct timestamp *t)
{
	int64_t ns;

	if (t->has_date && t->has_year)
		return; /* would set the walk's year */
	if (!t->has_date) {
		w->no_date++;
	} else if (w->no_year++ == 0) {
		w->first_ns = w->last_ns = TIME_NONE; /* dates say more than times of day */
	}
	ns = wall_of(&w->clock, t);
	if (!t->has_date && w->no_year > 0)
		return;
	if (w->first_ns == TIME_NONE || ns < w->first_ns)
		w->first_ns = ns;
	if (w->last_ns == TIME_NONE || ns > w->last_ns)
		w->last_ns = ns;
}

const char *clock_source_words(enum clock_source s)
{
#define CLOCK_SOURCE_WORDS(id, words) words,
	static const char *const words[] = { CLOCK_SOURCES(CLOCK_SOURCE_WORDS) };

	return words[s];
}

static int64_t best_anchor(const struct clock_evidence *e, enum clock_source *source)
{
	if (e->name_ns != TIME_NONE) {
		*source = CLOCK_FROM_NAME;
		return e->name_ns;
	}
	if (e->gzip_ns != TIME_NONE) {
		*source = CLOCK_FROM_GZIP;
		return e->gzip_ns;
	}
	if (e->mtime_ns != TIME_NONE) {
		*source = CLOCK_FROM_MTIME;
		return e->mtime_ns;
	}
	*source = e->span_to_ns != TIME_NONE ? CLOCK_FROM_SPAN : CLOCK_UNKNOWN;
	return e->span_to_ns;
}

/* Do the walked lines, moved to start `years` later, come within `slack_ns` of the span of the dated sources? */
static bool comes_near_span(const struct clock_walk *w, const struct clock_evidence *e, int64_t years, int64_t slack_ns)
{
	int64_t first = in_year(w->first_ns, year_of(w->first_ns) + years);
	int64_t last = in_year(w->last_ns, year_of(w->last_ns) + years);

	return first <= e->span_to_ns + slack_ns && last >= e->span_from_ns - slack_ns;
}

static bool meets_span(const struct clock_walk *w, const struct clock_evidence *e, int64_t years)
{
	return comes_near_span(w, e, years, DAY_NS);
}

/* Years to move the walk by so that it ends at the anchor or within a year before it. */
static int64_t years_to(const struct clock_walk *w, int64_t anchor)
{
	int64_t years = year_of(anchor) - year_of(w->last_ns);

	if (in_year(w->last_ns, year_of(w->last_ns) + years) > anchor + ANCHOR_SLACK_NS)
		years--;
	return years;
}

bool clock_awaits_span(const struct clock_walk *w, const struct clock_evidence *e)
{
	enum clock_source source;
	int64_t anchor = best_anchor(e, &source);

	if (source == CLOCK_FROM_NAME || w->last_ns == TIME_NONE)
		return false;
	if (source == CLOCK_FROM_SPAN || source == CLOCK_UNKNOWN)
		return true;
	/* Without slack: a span taken from beginnings may be off by a zone. */
	return w->no_year > 0 && (e->span_to_ns == TIME_NONE || !comes_near_span(w, e, years_to(w, anchor), 0));
}

struct clock clock_resolve(const struct clock_walk *w, const struct clock_evidence *e,
			   const struct zone *zone, enum clock_source *source)
{
	int64_t anchor = best_anchor(e, source), years, day;
	struct clock c;

	clock_init(&c, zone, CLOCK_YEAR, CLOCK_DAY);
	if (*source == CLOCK_UNKNOWN || w->last_ns == TIME_NONE)
		return c;
	if (w->no_year == 0) {
		day = day_of(anchor) - day_of(w->last_ns);
		if (*source != CLOCK_FROM_NAME &&
		    place_in_day(w->last_ns) > place_in_day(anchor) + DAY_BACK_NS)
			day--;
		c.day = CLOCK_DAY + day;
		return c;
	}
	years = years_to(w, anchor);
	if (*source != CLOCK_FROM_NAME && e->span_to_ns != TIME_NONE && !meets_span(w, e, years)) {
		for (int64_t k = 1; k <= YEARS_MOVED_MAX; k++) {
			if (!meets_span(w, e, years - k) && !meets_span(w, e, years + k))
				continue;
			years += meets_span(w, e, years - k) ? -k : k;
			*source = CLOCK_FROM_SPAN;
			break;
		}
	}
	c.year = CLOCK_YEAR + years;
	return c;
}
