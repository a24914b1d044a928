#include "cli/night_config.h"

#include <stddef.h>

#include "cli/night_archives.h"
#include "cli/output.h"
#include "core/closest.h"

enum { CONFIG_MAX_BYTES = 1 << 20, DAYS_MAX = 3650, HOURS_MAX = 24, JOBS_MAX = 1024 };

enum value_type {
	VALUE_TEXT,
	VALUE_PATH,     /* relative to the file */
	VALUE_PATTERN,  /* a list of patterns, likewise */
	VALUE_RULE,     /* a list of GLOB=VALUE */
	VALUE_DAYS,     /* "14 days", "14d", "2 weeks" */
	VALUE_HOURS,
	VALUE_NUMBER,
	VALUE_ZONE,
	VALUE_DATE,
};

/* A key; `limit` is the largest number. */
struct key { const char *name; size_t offset; enum value_type type; unsigned limit; };

#define KEY(k, t, member, limit) { k, offsetof(struct night_config, member), t, limit }
static const struct key keys[] = {
	KEY("store", VALUE_PATH, store, 0),
	KEY("output", VALUE_PATH, output, 0),
	KEY("archive", VALUE_PATTERN, archives, 0),
	KEY("lock", VALUE_PATH, lock, 0),
	KEY("title", VALUE_TEXT, title, 0),
	KEY("time-zone", VALUE_ZONE, zone, 0),
	KEY("zone", VALUE_RULE, zones, 0),
	KEY("service", VALUE_RULE, services, 0),
	KEY("format", VALUE_RULE, formats, 0),
	KEY("format-file", VALUE_PATH, own_formats, 0),
	KEY("families", VALUE_PATH, families, 0),
	KEY("jobs", VALUE_NUMBER, jobs, JOBS_MAX),
	KEY("keep-events", VALUE_DAYS, keep_events, DAYS_MAX),
	KEY("keep-aggregates", VALUE_DAYS, keep_aggregates, DAYS_MAX),
	KEY("keep-nights", VALUE_DAYS, keep_nights, DAYS_MAX),
	KEY("baseline", VALUE_DAYS, baseline, NIGHT_BASELINE_MAX),
	KEY("catch-up", VALUE_DAYS, catch_up, DAYS_MAX),
	KEY("lead", VALUE_HOURS, lead_hours, HOURS_MAX),
	KEY("first-day", VALUE_DATE, first_day, 0),
};
enum { N_KEYS = sizeof keys / sizeof keys[0] };

/* Where the reading is. */
struct place { struct str file, folder, key; size_t line; struct arena *arena; struct err *err; };

static bool wrong(const struct place *p, const char *what, struct str value)
{
	return err_set_status(p->err, EXIT_USAGE, "%.*s:%zu:%.*s: %s: '%.*s'", STR_ARG(p->file), p->line, STR_ARG(p->key), what,
			      STR_ARG(str_head(value, 120)));
}

static struct str beside(const struct place *p, struct str path)
{
	if (path.len && path.ptr[0] == '/')
		return arena_str(p->arena, path);
	return p->folder.len ? path_join(p->arena, p->folder, path) : arena_str(p->arena, path);
}

bool night_day_read(struct str text, int64_t *day)
{
	uint64_t year, month, date;
	int64_t y;
	unsigned m, d;

	if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' || !str_to_u64(str_head(text, 4), &year) ||
	    !str_to_u64(str_head(str_from(text, 5), 2), &month) || !str_to_u64(str_from(text, 8), &date) || month < 1 || month > 12 ||
	    date < 1 || date > 31 || year < 1970 || year > 2200)
		return false;
	*day = days_from_civil((int64_t)year, (unsigned)month, (unsigned)date);
	civil_from_days(*day, &y, &m, &d);
	return d == date && m == month;
}

/* "14", "14d", "14 days", "2 weeks"; with `hours`, "3", "3h", "3 hours". */
static bool read_span(struct str value, bool hours, uint64_t *out)
{
	size_t digits = 0;

	while (digits < value.len && value.ptr[digits] >= '0' && value.ptr[digits] <= '9')
		digits++;
	struct str unit = str_trim(str_from(value, digits));
	if (digits == 0 || digits > 6 || !str_to_u64(str_head(value, digits), out))
		return false;
	if (hours)
		return unit.len == 0 || str_eq(unit, STR("h")) || str_eq(unit, STR("hour")) || str_eq(unit, STR("hours"));
	if (str_eq(unit, STR("w")) || str_eq(unit, STR("week")) || str_eq(unit, STR("weeks")))
		*out *= 7;
	else if (unit.len && !str_eq(unit, STR("d")) && !str_eq(unit, STR("day")) && !str_eq(unit, STR("days")))
		return false;
	return true;
}

static bool set_number(const struct place *p, const struct key *k, struct str value, char *at)
{
	uint64_t n;
	bool good = k->type == VALUE_NUMBER ? str_to_u64(value, &n) : read_span(value, k->type == VALUE_HOURS, &n);
	unsigned narrow;

	if (!good)
		return wrong(p, k->type == VALUE_DAYS ? "a number of days is needed, like 14 days" :
			        k->type == VALUE_HOURS ? "a number of hours is needed, like 3 hours" : "a whole number is needed", value);
	if (n > k->limit)
		return err_set_status(p->err, EXIT_USAGE, "%.*s:%zu:%.*s: at most %u", STR_ARG(p->file), p->line, STR_ARG(p->key), k->limit);
	narrow = (unsigned)n;
	memcpy(at, &narrow, sizeof narrow);
	return true;
}

static bool set_rule(const struct place *p, struct str value, struct rule_list *list)
{
	ptrdiff_t cut = str_rchr(value, '=');

	if (cut <= 0 || (size_t)cut + 1 == value.len)
		return wrong(p, "GLOB=VALUE is needed", value);
	*vec_push(p->arena, list) = (struct glob_rule){ arena_str(p->arena, str_trim(str_head(value, (size_t)cut))),
							 arena_str(p->arena, str_trim(str_from(value, (size_t)cut + 1))) };
	return true;
}

static bool set_pattern(const struct place *p, struct str value, struct night_config *c)
{
	char bad[2] = "";

	if (!night_pattern_check(value, bad))
		return err_set_status(p->err, EXIT_USAGE, "%.*s:%zu:%.*s: %%%s is no placeholder; there are %%Y %%m %%d %%y %%j and %%%%",
				      STR_ARG(p->file), p->line, STR_ARG(p->key), bad);
	*vec_push(p->arena, &c->archives) = beside(p, value);
	return true;
}

static bool set_value(const struct place *p, const struct key *k, struct str value, struct night_config *c)
{
	char *at = (char *)c + k->offset;
	struct err why = ERR_INIT;
	struct str text;
	int64_t day;

	switch (k->type) {
	case VALUE_TEXT:
	case VALUE_PATH:
		text = k->type == VALUE_PATH ? beside(p, value) : arena_str(p->arena, value);
		memcpy(at, &text, sizeof text);
		return true;
	case VALUE_PATTERN:
		return set_pattern(p, value, c);
	case VALUE_RULE:
		return set_rule(p, value, (struct rule_list *)(void *)at);
	case VALUE_DAYS:
	case VALUE_HOURS:
	case VALUE_NUMBER:
		return set_number(p, k, value, at);
	case VALUE_ZONE:
		return zone_open(&c->zone, p->arena, arena_str(p->arena, value), &why) || wrong(p, why.text, value);
	case VALUE_DATE:
		if (!night_day_read(value, &day))
			return wrong(p, "a date is needed, like 2026-01-29", value);
		memcpy(at, &day, sizeof day);
		return true;
	}
	return false;
}

static bool read_line(struct place *p, struct str line, bool seen[static N_KEYS], struct night_config *c)
{
	const char *names[N_KEYS];
	ptrdiff_t cut = str_chr(line, '=');

	p->key = str_trim(cut < 0 ? line : str_head(line, (size_t)cut));
	if (cut < 0)
		return err_set_status(p->err, EXIT_USAGE, "%.*s:%zu:%.*s: 'key = value' is needed", STR_ARG(p->file), p->line,
				      STR_ARG(str_head(p->key, 60)));
	struct str value = str_unquote(str_trim(str_from(line, (size_t)cut + 1)));
	for (size_t i = 0; i < N_KEYS; i++) {
		names[i] = keys[i].name;
		if (!str_eq(p->key, str_of(keys[i].name)))
			continue;
		if (value.len == 0)
			return err_set_status(p->err, EXIT_USAGE, "%.*s:%zu:%.*s: there is no value", STR_ARG(p->file), p->line,
					      STR_ARG(p->key));
		if (seen[i] && keys[i].type != VALUE_PATTERN && keys[i].type != VALUE_RULE)
			return err_set_status(p->err, EXIT_USAGE, "%.*s:%zu:%.*s: was given before", STR_ARG(p->file), p->line,
					      STR_ARG(p->key));
		seen[i] = true;
		return set_value(p, &keys[i], value, c);
	}
	const char *near = closest_word(p->key, names, N_KEYS);
	return err_set_status(p->err, EXIT_USAGE, "%.*s:%zu:%.*s: there is no such key%s%s%s", STR_ARG(p->file), p->line,
			      STR_ARG(str_head(p->key, 60)), near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* What cannot be done without, and what contradicts itself. */
static bool check_whole(const struct place *p, const struct night_config *c)
{
	static const char *const needed[] = { "store", "output", "archive" };
	const bool there[] = { c->store.len > 0, c->output.len > 0, c->archives.n > 0 };

	for (size_t i = 0; i < sizeof there; i++)
		if (!there[i])
			return err_set_status(p->err, EXIT_USAGE, "%.*s: '%s' is missing", STR_ARG(p->file), needed[i]);
	if (c->keep_aggregates < c->keep_events)
		return err_set_status(p->err, EXIT_USAGE, "%.*s: keep-aggregates (%u days) is less than keep-events (%u days): sums are kept "
				      "at least as long as what they were made of", STR_ARG(p->file), c->keep_aggregates, c->keep_events);
	if (c->keep_nights < c->baseline)
		return err_set_status(p->err, EXIT_USAGE, "%.*s: keep-nights (%u days) is less than baseline (%u days): they are what a day is "
				      "compared with", STR_ARG(p->file), c->keep_nights, c->baseline);
	return true;
}

bool night_config_read(struct str path, struct arena *a, struct night_config *out, struct err *err)
{
	struct place p = { .file = path, .arena = a, .err = err };
	bool seen[N_KEYS] = { false };
	ptrdiff_t slash = str_rchr(path, '/');
	struct str text;

	*out = (struct night_config){ .title = STR("Nights"), .keep_events = 14, .keep_aggregates = 60, .keep_nights = 400, .baseline = 28,
				      .catch_up = 31, .lead_hours = 3, .first_day = INT64_MIN };
	p.folder = slash > 0 ? arena_str(a, str_head(path, (size_t)slash)) : slash == 0 ? STR("/") : STR_NONE;
	if (!zone_open(&out->zone, a, STR("UTC"), err) || !input_read_file(path, CONFIG_MAX_BYTES, a, &text, err))
		return false;
	while (text.len) {
		struct str line = str_trim(str_cut(text, '\n', &text));
		p.line++;
		if (line.len && line.ptr[0] != '#' && !read_line(&p, line, seen, out))
			return false;
	}
	if (!check_whole(&p, out))
		return false;
	if (out->lock.len == 0)
		out->lock = arena_printf(a, "%.*s.lock", STR_ARG(out->store));
	return true;
}
