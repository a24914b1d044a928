/*
 * inquest nightly: every night in one command: reads the day's archives into a store, compares the day with those before it,
 * writes its digest and the overview of all, and keeps the store small. Made for timers: one line on standard output, a status that
 * says whether somebody should look, and nothing lost when a night was missed.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "analyze/families.h"
#include "cli/night_lock.h"
#include "cli/night_run.h"
#include "cli/output.h"
#include "ingest/own_format.h"
#include "report/night.h"
#include "store/nights.h"

enum { FAMILIES_MAX_BYTES = 1 << 20, LARGE_BYTES = 128 << 10, JOBS_DEFAULT_MAX = 4 };

struct nightly_options {
	struct str config;
	struct str day;   /* empty: yesterday */
	bool check;
};

static const struct option_row rows[] = {
	{ 'c', "config", "FILE", "what to read, where to write, what to keep: see inquest.conf(5)", OPTION_REQUIRED,
	  offsetof(struct nightly_options, config) },
	{ 'd', "day", "DATE", "the day, like 2026-01-29 (default: yesterday); one that was done is done again", OPTION_TEXT,
	  offsetof(struct nightly_options, day) },
	{ 0, "check", NULL, "only check FILE and list what would be read", OPTION_FLAG, offsetof(struct nightly_options, check) },
	{ 0 },
};

static const struct example examples[] = {
	{ "inquest nightly --config /etc/inquest/inquest.conf", "Yesterday, and the nights that were missed before it." },
	{ "inquest nightly -c inquest.conf --exit-status || mail -s 'look at the logs' ops", "Tell somebody when there is something to look at." },
	{ "inquest nightly -c inquest.conf --day 2026-01-29", "That day, once more." },
	{ 0 },
};

/* ---- which days ---- */

static bool asked_day(const struct nightly_options *o, const struct night_config *c, int64_t *day, struct err *err)
{
	struct timespec now;

	if (o->day.len)
		return night_day_read(o->day, day) || err_set_status(err, EXIT_USAGE, "--day: a date is needed, like 2026-01-29, not '%.*s'", STR_ARG(o->day));
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t wall_s = (int64_t)now.tv_sec + zone_offset_at(&c->zone, (int64_t)now.tv_sec * NS_PER_S);
	*day = wall_s / 86400 - 1;
	return true;
}

/* The latest night that is in the store before a day; false when there is none, or no store. */
static bool latest_night(const struct night_config *c, int64_t day, int64_t *latest, bool *known, struct arena *a, struct err *err)
{
	struct store *s;
	struct stored_night *nights;
	struct err none = ERR_INIT;
	size_t n;

	*known = false;
	/* Not there yet; anything else that is wrong with it is found by whoever writes first. */
	if (!store_open(c->store.ptr, &s, &none))
		return true;
	bool good = store_load_nights(s, a, &nights, &n, err);
	store_close(s);
	*latest = INT64_MIN;
	for (size_t i = 0; good && i < n; i++) {
		if (nights[i].day < day)
			*latest = nights[i].day;
		*known = true;
	}
	return good;
}

/*
 * The first day to be done: the one asked for, or the one after the latest night before it, as far back as is to be caught up. A new
 * store begins where it is told to.
 */
static bool first_day(const struct night_config *c, int64_t day, int64_t *first, struct arena *a, struct err *err)
{
	int64_t latest;
	bool known;

	if (!latest_night(c, day, &latest, &known, a, err))
		return false;
	*first = day;
	if (known && latest != INT64_MIN)
		*first = latest + 1;
	else if (!known && c->first_day != INT64_MIN && c->first_day < day)
		*first = c->first_day;
	if (known && day - *first > (int64_t)c->catch_up)
		*first = day - (int64_t)c->catch_up;
	return true;
}

/* ---- the run ---- */

static bool retain(const struct night_config *c, int64_t day, const struct invocation *in, struct err *err)
{
	const struct retention keep = {
		.events_ns = night_begin_ns(c, day + 1 - (int64_t)c->keep_events),
		.cells_ns = night_begin_ns(c, day + 1 - (int64_t)c->keep_aggregates),
		.days = (int32_t)(day + 1 - (int64_t)c->keep_nights),
	};
	struct retained done;

	if (!store_retain(c->store.ptr, &keep, &done, err))
		return false;
	if (in->common.verbose && (done.files || done.days))
		fprintf(stderr, "Dropped %llu events of %llu files and %llu nights; the store has %lld MiB.\n", (unsigned long long)done.events,
			(unsigned long long)done.files, (unsigned long long)done.days, (long long)(done.after_bytes >> 20));
	return true;
}

/* What was done before a failure is kept: the next run goes on behind it. */
static bool run_days(struct night_run *r, int64_t first, int64_t day, bool *attention, struct err *err)
{
	for (int64_t d = first; d <= day; d++) {
		struct arena a;
		struct night n;

		arena_init(&a);
		bool good = night_run_day(r, d, &a, &n, err);
		if (good) {
			*attention = *attention || night_attention(&n);
			struct str line = night_summary(&n, &a);
			if (!r->in->common.quiet || night_attention(&n))
				printf("%.*s\n", STR_ARG(line));
			fflush(stdout);
		}
		arena_release(&a);
		if (!good)
			return false;
	}
	return true;
}

/* The retention counts from the latest night, so that an old day done again does not bring old events back or take new ones away. */
static bool latest_of_all(const struct night_config *c, int64_t day, int64_t *latest, struct arena *a, struct err *err)
{
	bool known;

	if (!latest_night(c, INT64_MAX, latest, &known, a, err))
		return false;
	*latest = known && *latest > day ? *latest : day;
	return true;
}

static int run_locked(struct night_run *r, int64_t day, struct err *err)
{
	const struct night_config *c = r->config;
	int64_t first = day, latest = day;
	bool attention = false;

	if (!first_day(c, day, &first, r->in->arena, err) || !output_make_folder(c->output, err))
		return EXIT_SYSTEM;
	bool good = run_days(r, first, day, &attention, err);
	good = good && latest_of_all(c, day, &latest, r->in->arena, err) && retain(c, latest, r->in, err) && night_write_index(r, err);
	if (!good)
		return EXIT_SYSTEM;
	if (r->in->common.exit_status && attention)
		return EXIT_INCIDENT;
	return r->in->common.strict && r->damaged ? EXIT_DAMAGED : EXIT_DONE;
}

static bool load_families(const struct night_config *c, struct arena *a, struct families *out, struct err *err)
{
	struct str text = STR_NONE;

	if (c->families.len && !input_read_file(c->families, FAMILIES_MAX_BYTES, a, &text, err))
		return false;
	return families_load(c->families.len ? c->families.ptr : "", text, a, out, err);
}

static int check(const struct night_config *c, int64_t day, struct arena *a)
{
	struct night_roots roots = { 0 };

	night_roots_add(c, day, a, &roots);
	printf("%.*s is read from:\n", STR_ARG(night_date(day, a)));
	for (size_t i = 0; i < roots.n; i++)
		printf("  %.*s%s%.*s\n", STR_ARG(roots.at[i].path), roots.at[i].glob.len ? "/" : "", STR_ARG(roots.at[i].glob));
	if (roots.n == 0)
		printf("  nothing: no pattern leads to a folder or file that is there\n");
	return EXIT_DONE;
}

/* A night is several steps that each need much for a while: what one gives back is not kept for the next. */
static void give_memory_back(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
#endif
}

/* A worker takes some 20 MiB: with more than a few, reading would need more than comparing does, on a machine that serves others at night. */
static unsigned default_jobs(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores > JOBS_DEFAULT_MAX ? JOBS_DEFAULT_MAX : cores > 0 ? (unsigned)cores : 1;
}

static int run(struct invocation *in, struct err *err)
{
	const struct nightly_options *o = in->options;
	struct night_config config;
	struct families *families = arena_new(in->arena, struct families);
	struct own_formats own = { 0 };
	struct night_run r = { .in = in, .config = &config, .families = families };
	int64_t day;
	int fd = -1, status = EXIT_SYSTEM;

	give_memory_back();
	if (!night_config_read(o->config, in->arena, &config, err) || !asked_day(o, &config, &day, err) ||
	    !load_families(&config, in->arena, families, err))
		return EXIT_USAGE;
	if (o->check)
		return check(&config, day, in->arena);
	in->common.zones = config.zones;
	in->common.services = config.services;
	in->common.formats = config.formats;
	in->common.jobs = config.jobs ? config.jobs : default_jobs();
	in->families = families;
	if (config.own_formats.len && !own_formats_load(&own, config.own_formats, in->arena, err))
		return EXIT_USAGE;
	in->own_formats = config.own_formats.len ? own.list.at : NULL;
	if (night_lock(config.lock, in->arena, &fd, err))
		status = run_locked(&r, day, err);
	night_unlock(fd);
	own_formats_release(&own);
	return status;
}

const struct command command_nightly = {
	.name = "nightly",
	.rank = 15,
	.arguments = "--config FILE [--day DATE]",
	.help = "every night: read what is new, compare the day, write its digest, keep the store small",
	.about = "Finds the archives of a day by patterns, reads what is new into a store, compares the day with the days before it and writes "
		 "DATE.html, DATE.md, DATE.json and index.html, the overview of all nights. Nights that were missed are caught up first. "
		 "Old events are dropped from the store, sums of them are kept longer. Prints one line a night.\n"
		 "With --exit-status the status is 1 when there is something to look at: an incident, or a source that fell silent. While "
		 "another run holds the lock, it is 6 and nothing is done.",
	.options = rows,
	.options_bytes = sizeof(struct nightly_options),
	.uses = USES_VERDICT | USES_STRICT,
	.examples = examples,
	.run = run,
};
