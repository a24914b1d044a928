#include <math.h>

#include "analyze/dense.h"
#include "analyze/sessions.h"
#include "analyze/terms.h"

/*
 * Jobs, batches and backups: those that a change log records, those that cron's own lines show ("(user) CMD (command)"), and those
 * that only a database's lines show: sessions of an application that is no service here, whose statements take the database's time.
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

/* How surprising it is that a job ran then, by how often it (and any other) had run before. */
static void term_run(struct inquiry *q, struct candidate *c, int64_t run_ns, double before, double others)
{
	double minutes = (double)(q->o->onset_from_ns - q->f->from_ns) / 60e9, lag = fmax(0, (double)(q->o->onset_best_ns - run_ns) / 60e9);
	double density = 0.8 / 3 * exp(-lag / 3) + 0.2 / 30 * exp(-lag / 30), rate = (before > 0 ? fmax(others, before) + 0.5 : 0.5) / fmax(10, minutes);
	term_add(q, c, "precedence", fmax(-3, fmin(2.5, log(density / rate))), &c->refs,
	         "ran %.0f minutes before the first failures; before that it ran %.0f times, and jobs %.0f times, in %.0f minutes", lag, before, fmax(others, before), minutes);
}

static void raise_cron(struct inquiry *q)
{
	enum { MAX_JOBS = 64 };
	struct job jobs[MAX_JOBS];
	size_t n = 0;
	double others = runs_before(q);
	int64_t from = q->o->onset_from_ns - 1800 * NS_PER_S, to = q->o->onset_to_ns + 30 * NS_PER_S;
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
		term_run(q, c, jobs[j].run_ns, jobs[j].before, others);
	}
}

/* ---- sessions ---- */

enum { MANY_SESSIONS = 5 };

/*
 * An application's long statements: how much time they took in the outbreak, when the first of them began, in how many sessions (as far as
 * many); its lines long before.
 */
struct worker { struct str name; double ms; int64_t begin_ns; size_t statements, before; bool by_user; struct refs refs; int64_t pids[MANY_SESSIONS]; size_t sessions; };

static const int64_t long_before_ns = 1800 * NS_PER_S;

/* Whose a statement is; sessions whose lines do not say so in each line are looked up once. */
struct owners { struct map index; struct str names[256]; size_t n; };

static struct str owner_of(const struct inquiry *q, struct owners *all, const struct kept_line *k)
{
	struct str name = session_application(k);
	if (name.len || k->pid < 0)
		return name.len ? name : k->user;
	bool is_new;
	uint64_t *at = map_put(&all->index, hash64_mix(hash64(k->service), (uint64_t)k->pid + 1), &is_new);
	if (!is_new)
		return all->names[*at];
	*at = all->n;
	if (all->n + 1 >= sizeof all->names / sizeof *all->names)
		return STR_NONE;
	all->names[all->n] = session_name(q->f, k->pid, q->o->end_ns);
	return all->names[all->n++];
}

static void note_statement(const struct inquiry *q, struct worker *w, const struct kept_line *k)
{
	int64_t begin = k->time_ns - (int64_t)(k->duration_ms * (double)NS_PER_MS);
	size_t p = 0;
	while (p < w->sessions && w->pids[p] != k->pid)
		p++;
	if (k->pid >= 0 && p == w->sessions && p < MANY_SESSIONS)
		w->pids[w->sessions++] = k->pid;
	w->by_user |= !session_application(k).len;
	w->ms += k->duration_ms;
	w->statements++;
	if (w->begin_ns == TIME_NONE || begin < w->begin_ns)
		w->begin_ns = begin;
	if (w->refs.n < 3)
		*vec_push(q->arena, &w->refs) = k->ref;
}

/* Does cron's line of a job say that it ran it as this user: "(batch) CMD (/srv/bin/rebuild)"? */
static bool runs_as(const struct candidate *c, struct str user)
{
	ptrdiff_t at = c->refs.n ? str_find(c->refs.at[0].text, STR(") CMD (")) : -1;
	if (at < 0 || (size_t)at < user.len + 1)
		return false;
	struct str before = str_head(c->refs.at[0].text, (size_t)at);
	return before.ptr[before.len - user.len - 1] == '(' && str_eq(str_from(before, before.len - user.len), user);
}

/* The candidate that is this job already: cron or a change log names it as well, or cron ran it as this user when the work began. */
static struct candidate *same_job(struct inquiry *q, const struct worker *w)
{
	for (size_t i = 0; i < q->candidates.n; i++) {
		struct candidate *c = &q->candidates.at[i];
		int64_t apart = c->time_ns - w->begin_ns;
		if (c->kind == CAUSE_SCHEDULED_JOB &&
		    (str_find_nocase(c->entity, w->name) >= 0 || str_find_nocase(w->name, c->entity) >= 0 ||
		     (apart > -60 * NS_PER_S && apart < 60 * NS_PER_S && runs_as(c, w->name))))
			return c;
	}
	return NULL;
}

static bool takes_connections(const struct inquiry *q, struct str name)
{
	for (size_t i = 0; i < q->candidates.n; i++)
		if (q->candidates.at[i].kind == CAUSE_CONNECTION_EXHAUSTION && str_eq(q->candidates.at[i].culprit, name))
			return true;
	return false;
}

/*
 * Where connections have run out and nobody knows whose they are: those of whoever keeps many sessions busy with long statements. What it
 * asks is not what hurts, then; that it asks in so many sessions is.
 */
static bool holds_connections(struct inquiry *q, const struct worker *w)
{
	for (size_t i = 0; i < q->candidates.n && w->sessions >= MANY_SESSIONS; i++) {
		struct candidate *c = &q->candidates.at[i];
		if (c->kind != CAUSE_CONNECTION_EXHAUSTION || c->culprit.len || c->service_index < 0 || !q->f->services[c->service_index].database)
			continue;
		connections_of(q, c, w->name);
		term_add(q, c, "opener", 0.8, &w->refs, "%.*s keeps %d sessions and more busy with long statements", STR_ARG(w->name), (int)MANY_SESSIONS);
		return true;
	}
	return false;
}

/* Statements shorter than this are no batch's. */
static const double long_ms = 2000;
/* ... and such as last this long on average are work, whatever share they have. */
static const double heavy_ms = 15000;

static void raise_sessions(struct inquiry *q)
{
	enum { MAX_WORKERS = 32 };
	struct worker workers[MAX_WORKERS];
	struct owners *owners = arena_new(q->arena, struct owners);
	size_t n = 0;
	size_t all_statements = 0;
	double all_ms = 0;
	map_init(&owners->index);
	for (size_t i = 0; i < q->f->n_kept; i++) {
		const struct kept_line *k = &q->f->kept[i];
		bool before = k->time_ns < q->o->onset_from_ns - long_before_ns, statement = k->kind == EV_QUERY && k->duration_ms >= long_ms;
		ptrdiff_t at = before || statement ? facts_service(q->f, k->service) : -1;
		if (at < 0 || !q->f->services[at].database || k->time_ns > q->o->end_ns)
			continue;
		if (!before && k->time_ns >= q->o->onset_from_ns) {
			all_ms += k->duration_ms;
			all_statements++;
		}
		struct str name = owner_of(q, owners, k);
		if (name.len < 3 || facts_service(q->f, name) >= 0)
			continue;
		size_t w = 0;
		while (w < n && !str_eq(workers[w].name, name))
			w++;
		if (w == MAX_WORKERS)
			continue;
		if (w == n)
			workers[n++] = (struct worker){ .name = name, .begin_ns = TIME_NONE };
		if (before)
			workers[w].before++;
		else
			note_statement(q, &workers[w], k);
	}
	map_release(&owners->index);
	for (size_t i = 0; i < n; i++) {
		const struct worker *w = &workers[i];
		/* Who has statements in the database all the time is no job. */
		if (!w->statements || w->before > w->statements || w->begin_ns > q->o->onset_to_ns + 20 * NS_PER_S)
			continue;
		/* The user of most statements is the one that the services share; whoever takes the connections is known for that. */
		if ((w->by_user && w->statements * 2 > all_statements) || takes_connections(q, w->name))
			continue;
		/* Where everything waits for the job, the others' statements take longer in all; its own are long one by one. */
		bool most = w->ms >= 0.1 * all_ms;
		if ((!most && w->ms < (double)w->statements * heavy_ms) || holds_connections(q, w))
			continue;
		struct candidate *c = same_job(q, w);
		if (!c) {
			c = inquiry_raise(q, CAUSE_SCHEDULED_JOB, STR_NONE, w->name, w->begin_ns);
			if (!c)
				return;
			c->what = arena_printf(q->arena, "the job %.*s", STR_ARG(w->name));
			c->refs = w->refs;
			term_run(q, c, w->begin_ns, (double)w->before, 0);
		}
		char taken[TIME_TEXT_BYTES], all[TIME_TEXT_BYTES];

		term_add(q, c, "load", most ? 1.2 : 0.8, &w->refs, "%zu long statements of %.*s take %s in the bad time, of %s that all long ones take", w->statements,
		         STR_ARG(w->name), term_ms(w->ms, taken), term_ms(all_ms, all));
	}
}

static void raise_scheduled_job(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_JOB };
	raise_acts(q, kinds, 1);
	raise_cron(q);
	raise_sessions(q);
}

static void test_scheduled_job(struct inquiry *q, struct candidate *c)
{
	if (c->act >= 0)
		test_act(q, c);
	else
		term_prior(q, c);
}

const struct cause_rule cause_scheduled_job = { CAUSE_SCHEDULED_JOB, "a job that ran at its time", raise_scheduled_job, test_scheduled_job };
