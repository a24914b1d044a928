#include <math.h>

#include "analyze/dense.h"
#include "analyze/terms.h"

/*
 * Jobs, batches and backups: those that a change log records, and those that cron's own lines show ("(user) CMD (command)").
 * A job that runs every hour without harm is no surprise shortly before an incident; one that runs now and did not before is.
 */
static struct str command_of(struct str text)
{
	struct str phrase = STR(") CMD (");
	ptrdiff_t at = str_find(text, phrase);
	if (at < 0)
		return STR_NONE;
	struct str rest = str_trim(str_from(text, (size_t)at + phrase.len));
	size_t n = 0;
	while (n < rest.len && rest.ptr[n] != ' ' && rest.ptr[n] != ')')
		n++;
	struct str word = str_head(rest, n);
	ptrdiff_t slash = str_rchr(word, '/');
	return slash >= 0 ? str_from(word, (size_t)slash + 1) : word;
}

static bool is_job(const struct voice *v)
{
	return str_find(v->text, STR(") CMD (")) >= 0;
}

/* Jobs that cron started before the outbreak: with many of them, one of the usual ones shortly before it is no surprise. */
static double runs_before(const struct inquiry *q)
{
	double n = 0;
	for (size_t i = 0; i < q->f->n_voices; i++)
		for (size_t p = 0; is_job(&q->f->voices[i]) && p < q->f->voices[i].n_parts; p++)
			n += series_between(q->f->voices[i].parts[p], q->f->from_ns, q->o->onset_from_ns - 1800 * NS_PER_S);
	return n;
}

static void raise_scheduled_job(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_JOB };
	raise_acts(q, kinds, 1);
	double others = runs_before(q);
	for (size_t i = 0; i < q->f->n_voices; i++) {
		const struct voice *v = &q->f->voices[i];
		const struct kept_line *line = !is_job(v) ? NULL : facts_line(q->f, -1, v->template_id, q->f->from_ns, INT64_MAX);
		struct str command = line ? command_of(line->ref.text) : STR_NONE;
		if (command.len < 3 || str_eq(command, STR("run-parts")) || str_eq(command, STR("command")))
			continue;
		double before = 0;
		int64_t run = TIME_NONE;
		for (size_t p = 0; p < v->n_parts; p++) {
			int64_t from = q->o->onset_from_ns - 1800 * NS_PER_S, to = q->o->onset_to_ns + 20 * NS_PER_S;
			before += series_between(v->parts[p], q->f->from_ns, from);
			int64_t t = series_first(v->parts[p], from, to);
			if (t != TIME_NONE && (run == TIME_NONE || t < run))
				run = t;
		}
		if (run == TIME_NONE)
			continue;
		struct candidate *c = inquiry_raise(q, CAUSE_SCHEDULED_JOB, STR_NONE, command, run);
		if (!c)
			return;
		c->what = arena_printf(q->arena, "the scheduled job %.*s", STR_ARG(command));
		c->refs = inquiry_lines(q, v, 2);
		double minutes = (double)(q->o->onset_from_ns - q->f->from_ns) / 60e9, lag = fmax(0, (double)(q->o->onset_best_ns - run) / 60e9);
		double density = 0.8 / 3 * exp(-lag / 3) + 0.2 / 30 * exp(-lag / 30), rate = (before > 0 ? others + 0.5 : 0.5) / fmax(10, minutes);
		term_add(q, c, "precedence", fmax(-3, fmin(2.5, log(density / rate))), &c->refs,
		         "ran %.0f minutes before the first failures; before that it ran %.0f times, and jobs %.0f times, in %.0f minutes", lag, before, others,
		         minutes);
	}
}

static void test_scheduled_job(struct inquiry *q, struct candidate *c)
{
	if (c->act >= 0)
		test_act(q, c);
	else
		term_prior(q, c);
}

const struct cause_rule cause_scheduled_job = { CAUSE_SCHEDULED_JOB, "a job that ran at its time", raise_scheduled_job, test_scheduled_job };
