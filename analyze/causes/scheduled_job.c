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

static bool is_job(const struct facts *f, const struct series *s)
{
	return s->kind == SERIES_LINE && s->key && str_find(facts_template(f, s->key), STR(") CMD (")) >= 0;
}

/* Jobs that cron started before the outbreak: with many of them, one of the usual ones shortly before it is no surprise. */
static double runs_before(const struct inquiry *q)
{
	double n = 0;
	for (size_t i = 0; i < q->f->n_series; i++)
		if (is_job(q->f, &q->f->series[i]))
			n += series_between(&q->f->series[i], q->f->from_ns, q->o->onset_from_ns - 1800 * NS_PER_S);
	return n;
}

/* A job by its template: several hosts may run it. */
struct job { uint64_t template_id; double before; int64_t run_ns; };

static void raise_cron(struct inquiry *q)
{
	enum { MAX_JOBS = 64 };
	struct job jobs[MAX_JOBS];
	size_t n = 0;
	double others = runs_before(q);
	int64_t from = q->o->onset_from_ns - 1800 * NS_PER_S, to = q->o->onset_to_ns + 20 * NS_PER_S;
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		if (!is_job(q->f, s))
			continue;
		size_t j = 0;
		while (j < n && jobs[j].template_id != s->key)
			j++;
		if (j == MAX_JOBS)
			break;
		if (j == n)
			jobs[n++] = (struct job){ s->key, 0, TIME_NONE };
		jobs[j].before += series_between(s, q->f->from_ns, from);
		int64_t t = series_first(s, from, to);
		if (t != TIME_NONE && (jobs[j].run_ns == TIME_NONE || t < jobs[j].run_ns))
			jobs[j].run_ns = t;
	}
	for (size_t j = 0; j < n; j++) {
		const struct kept_line *line = facts_line(q->f, -1, jobs[j].template_id, q->f->from_ns, INT64_MAX);
		struct str command = line && jobs[j].run_ns != TIME_NONE ? command_of(line->ref.text) : STR_NONE;
		if (command.len < 3 || str_eq(command, STR("run-parts")) || str_eq(command, STR("command")) || str_eq(command, STR("cd")))
			continue;
		struct candidate *c = inquiry_raise(q, CAUSE_SCHEDULED_JOB, STR_NONE, command, jobs[j].run_ns);
		if (!c)
			return;
		c->what = arena_printf(q->arena, "the scheduled job %.*s", STR_ARG(command));
		const struct kept_line *ran = facts_line(q->f, -1, jobs[j].template_id, jobs[j].run_ns, INT64_MAX);
		*vec_push(q->arena, &c->refs) = ran ? ran->ref : line->ref;
		double minutes = (double)(q->o->onset_from_ns - q->f->from_ns) / 60e9, lag = fmax(0, (double)(q->o->onset_best_ns - jobs[j].run_ns) / 60e9);
		double density = 0.8 / 3 * exp(-lag / 3) + 0.2 / 30 * exp(-lag / 30), rate = (jobs[j].before > 0 ? others + 0.5 : 0.5) / fmax(10, minutes);
		term_add(q, c, "precedence", fmax(-3, fmin(2.5, log(density / rate))), &c->refs,
		         "ran %.0f minutes before the first failures; before that it ran %.0f times, and jobs %.0f times, in %.0f minutes", lag, jobs[j].before,
		         others, minutes);
	}
}

static void raise_scheduled_job(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_JOB };
	raise_acts(q, kinds, 1);
	raise_cron(q);
}

static void test_scheduled_job(struct inquiry *q, struct candidate *c)
{
	if (c->act >= 0)
		test_act(q, c);
	else
		term_prior(q, c);
}

const struct cause_rule cause_scheduled_job = { CAUSE_SCHEDULED_JOB, "a job that ran at its time", raise_scheduled_job, test_scheduled_job };
