/* inquest replay: the merged stream of all sources in time order, with what the analysis knows in its margin. */
#include <math.h>
#include <stdio.h>

#include "analyze/detectable.h"
#include "cli/pipeline.h"
#include "cli/player.h"
#include "cli/texts.h"

static const int64_t around_ns = 120 * NS_PER_S; /* shown before and after an incident */

struct replay_options {
	struct str store, archive, service, severity, text, where, zone;
	unsigned incident;  /* from 1; 0 = none was asked for */
	double speed;       /* 0: as fast as it goes */
	bool collapse, no_redact;
};

#define AT(field) offsetof(struct replay_options, field)

static const struct option_row rows[] = {
	{ 's', "store", "STORE", "the store to replay", OPTION_REQUIRED, AT(store) },
	{ 0, "incident", "N", "from two minutes before incident N until two minutes after it", OPTION_UNSIGNED, AT(incident) },
	{ 0, "archive", "PATH", "read lines that the store does not keep back from the archive it was made of", OPTION_TEXT, AT(archive) },
	{ 0, "service", "GLOB", "only these services", OPTION_TEXT, AT(service) },
	{ 0, "severity", "LEVEL", "only this severity and worse; a failed request counts as error, a refused one as warn", OPTION_TEXT,
	  AT(severity) },
	{ 0, "template", "TEXT", "only events whose template, route or statement holds this text, or fits this glob", OPTION_TEXT, AT(text) },
	{ 0, "where", "SQL", "only events this condition is true of, over the columns of 'inquest query': status >= 500", OPTION_TEXT, AT(where) },
	{ 0, "speed", "X", "wait between lines: X times as fast as it was; on a terminal space pauses, n steps, + and - change it, q ends",
	  OPTION_NUMBER, AT(speed) },
	{ 0, "collapse", NULL, "fold repeats within ten seconds into one line with their number", OPTION_FLAG, AT(collapse) },
	{ 0, "show-zone", "ZONE", "show times in this zone: UTC, +02:00, Europe/Berlin", OPTION_TEXT, AT(zone) },
	{ 0, "no-redact", NULL, "show secrets, tokens, mail and client addresses", OPTION_FLAG, AT(no_redact) },
	{ 0 },
};

/* ---- what the analysis knows ---- */

static void add_landmarks(struct player *p, const struct incident *in, int64_t from_ns, int64_t to_ns)
{
	for (size_t i = 0; i < in->n_timeline; i++) {
		const struct timeline_entry *e = &in->timeline[i];

		if (e->time_ns >= from_ns && e->time_ns < to_ns)
			player_mark(p, (struct landmark){ e->time_ns, words_timeline_kind(e->kind), e->text, e->refs });
	}
}

/* "13 of 119 requests of auth failed in 1 min 30 s (usually 0.03 %)" */
static struct str alert_words(const struct words *w, const struct detectable *d)
{
	bool lines = d->kind == SYMPTOM_LOG_ERRORS;
	const char *did = lines ? "are errors" : d->kind == SYMPTOM_AUTH ? "were refused" : d->kind == SYMPTOM_REJECTED ? "were rejected" : d->kind == SYMPTOM_LATENCY ? "were slow" : "failed";
	struct str where = d->route.len ? arena_printf(w->arena, "%.*s of %.*s", STR_ARG(d->route), STR_ARG(d->service)) : d->service;

	return arena_printf(w->arena, "%.0f of %.0f %s of %.*s %s in %.*s (usually %.*s)", d->k, d->n, lines ? "lines" : "requests", STR_ARG(where), did,
	                    STR_ARG(words_seconds(w, (double)d->window_ns / 1e9)), STR_ARG(words_share(w, d->usual)));
}

/* The alert, in words; and as a landmark when it lies in the window. */
static bool add_alert(struct player *p, const struct words *w, struct store *s, const struct casefile *file, const struct incident *in,
		      const struct replay_filter *f, struct err *err)
{
	struct arena *a = w->arena, scratch;
	struct detectable d;
	struct str text = STR("not detectable without looking ahead");

	arena_init(&scratch);
	bool good = detectable_find(s, file, in, &scratch, &d, err);
	arena_release(&scratch);
	if (!good)
		return false;
	if (d.time_ns != TIME_NONE) {
		double late_s = (double)(d.time_ns - in->onset_best_ns) / 1e9;

		text = arena_printf(a, "detectable at %.*s, %.*s %s onset, without looking ahead: %.*s", STR_ARG(words_time(w, d.time_ns)),
		                    STR_ARG(words_seconds(w, fabs(late_s))), late_s < 0 ? "before" : "after", STR_ARG(alert_words(w, &d)));
		if (d.false_alarms)
			text = arena_printf(a, "%.*s; the same rule fired %zu time%s in the hours before", STR_ARG(text), d.false_alarms, d.false_alarms == 1 ? "" : "s");
		if (d.time_ns >= f->from_ns && d.time_ns < f->to_ns)
			player_mark(p, (struct landmark){ d.time_ns, STR("Detectable"), text, { 0 } });
	}
	return player_say(p, arena_printf(a, "Incident %.*s: %.*s", STR_ARG(in->id), STR_ARG(text)), err);
}

/* The window, from the options, the incident, or the logs; and the incident whose bad time is marked. */
static bool choose_window(const struct invocation *call, const struct casefile *file, struct replay_filter *f, const struct incident **in, struct err *err)
{
	const struct replay_options *o = call->options;

	f->from_ns = TIME_NONE + 1;
	f->to_ns = INT64_MAX;
	*in = NULL;
	if (o->incident > file->n_incidents)
		return err_set_status(err, EXIT_USAGE, "--incident: %s", file->n_incidents ? "the store has fewer" : "the store has none, or was not analysed yet");
	if (o->incident) {
		*in = &file->incidents[o->incident - 1];
		f->from_ns = (*in)->onset_from_ns - around_ns;
		f->to_ns = (*in)->recovered_ns != TIME_NONE ? (*in)->recovered_ns + around_ns : INT64_MAX;
	}
	if (call->common.since_ns != TIME_NONE)
		f->from_ns = call->common.since_ns;
	if (call->common.until_ns != TIME_NONE)
		f->to_ns = call->common.until_ns;
	for (size_t i = 0; i < file->n_incidents && !*in; i++) {
		const struct incident *x = &file->incidents[i];

		if (x->onset_from_ns < f->to_ns && (x->recovered_ns == TIME_NONE || x->recovered_ns > f->from_ns))
			*in = x;
	}
	return true;
}

/* Without a window of its own a replay is that of all events that have a time. */
static bool bound_window(struct store *s, struct arena *a, struct replay_filter *f, struct err *err)
{
	struct store_source *sources;
	int64_t first = INT64_MAX, last = INT64_MIN;
	size_t n;

	if (!store_load_sources(s, a, &sources, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (sources[i].first_ns == TIME_NONE)
			continue;
		first = sources[i].first_ns < first ? sources[i].first_ns : first;
		last = sources[i].last_ns > last ? sources[i].last_ns : last;
	}
	if (first > last)
		return err_set_status(err, EXIT_NO_INPUT, "no event of this store has a time");
	if (f->from_ns < first)
		f->from_ns = first;
	if (f->to_ns > last)
		f->to_ns = last + 1;
	return true;
}

static bool replay(struct invocation *call, struct player *p, const struct words *w, struct store *s, struct err *err)
{
	const struct replay_options *o = call->options;
	struct replay_filter f = { .service = o->service, .text = o->text, .where = o->where };
	struct casefile file = { 0 };
	const struct incident *in;
	struct err none = ERR_INIT;
	struct replay *r;

	if (o->severity.len && (f.severity = severity_parse(o->severity)) == SEV_NONE)
		return err_set_status(err, EXIT_USAGE, "--severity: '%.*s' is none of trace, debug, info, notice, warn, error, fatal", STR_ARG(o->severity));
	/* A store that was not analysed yet has nothing to mark. */
	if (!pipeline_load(call, o->store, &file, &none) && none.status != EXIT_USAGE)
		return err_set_status(err, none.status, "%s", none.text);
	if (!choose_window(call, &file, &f, &in, err) || !bound_window(s, call->arena, &f, err))
		return false;
	for (size_t i = 0; i < file.n_incidents; i++)
		if (!o->incident || &file.incidents[i] == in)
			add_landmarks(p, &file.incidents[i], f.from_ns, f.to_ns);
	if (!replay_open(s, &f, in, &r, err))
		return false;
	bool good = (!in || add_alert(p, w, s, &file, in, &f, err)) && player_play(p, r, err);

	replay_close(r);
	return good;
}

static int run(struct invocation *call, struct err *err)
{
	const struct replay_options *o = call->options;
	struct player_options how = { .speed = o->speed, .color = call->terminal.color, .json = call->common.json, .redact = !o->no_redact,
				      .collapse = o->collapse };
	struct store *store;
	struct zone zone;
	uint64_t events, kept;

	if (o->zone.len > 0) {
		if (!zone_open(&zone, call->arena, o->zone, err))
			return EXIT_USAGE;
		how.zone = &zone;
	}
	if (!store_open(o->store.ptr, &store, err))
		return EXIT_SYSTEM;
	if (o->archive.len > 0)
		how.texts = texts_open(store, o->archive, call->arena);
	struct player *p = player_new(&how, call->arena);
	struct words w = { call->arena, how.zone };
	bool good = replay(call, p, &w, store, err);

	events = player_events(p, &kept);
	if (good && !call->common.quiet && events == kept)
		fprintf(stderr, "%llu events, all as they were logged\n", (unsigned long long)events);
	else if (good && !call->common.quiet)
		fprintf(stderr, "%llu events, %llu as they were logged, the others (~) by their route or template: %s\n", (unsigned long long)events,
			(unsigned long long)kept, o->archive.len > 0 ? "the archive has them no more, or changed" : "the store keeps no more; --archive reads them back");
	player_release(p);
	texts_close(how.texts);
	store_close(store);
	return good ? EXIT_DONE : EXIT_SYSTEM;
}

static const struct example examples[] = {
	{ "inquest replay -s out/store.inquest --incident 1 --collapse | less -R", "An incident, repeats folded." },
	{ "inquest replay -s out/store.inquest --since 2026-01-29T22:04:30Z --until 2026-01-29T22:06:00Z --severity warn", "What went wrong in 90 seconds." },
	{ "inquest replay -s out/store.inquest --incident 1 --speed 20", "Watch it, twenty times as fast as it was." },
	{ "inquest replay -s out/store.inquest --where \"status >= 500 AND duration_ms > 3000\"", "Any condition." },
	{ 0 },
};

const struct command command_replay = {
	.name = "replay",
	.rank = 6,
	.arguments = "-s STORE [--incident N | --since TIME --until TIME]",
	.help = "all sources in time order, with changes and anomalies marked",
	.about = "Prints the events of all sources as one stream in time order. In the margin: | a bad time of the incident, ! a failed request "
		 "or an error line, + a line of a kind that the incident brought; between the lines, after =>, what the analysis knows: changes, "
		 "onset, measures, recovery.\n"
		 "Says when an alert could have fired: the first moment at which what was logged until then suffices, computed without looking ahead.\n"
		 "A store keeps the text of few lines. Others are read back from the archive with --archive, and otherwise shown after ~ by their route "
		 "or template and the known fields.",
	.options = rows,
	.options_bytes = sizeof(struct replay_options),
	.uses = USES_WINDOW | USES_JSON,
	.examples = examples,
	.run = run,
};
