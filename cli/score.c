#include "cli/score.h"

#include <math.h>

#include "cli/truth.h"

static const double grace_s = 120, day_s = 86400;

enum { HAYSTACK_BYTES = 8 << 20 };

static struct str said_by_cause(const struct cause *c, struct arena *a)
{
	return arena_printf(a, "%.*s %.*s %.*s", STR_ARG(c->entity), STR_ARG(c->service), STR_ARG(c->statement));
}

static struct str said_by_ruled_out(const struct ruled_out *r, struct arena *a)
{
	return arena_printf(a, "%.*s %.*s", STR_ARG(r->entity), STR_ARG(r->service));
}

static struct str kind_of(enum cause_kind kind)
{
	return str_of(cause_kind_name(kind));
}

/* ---- one true incident ---------------------------------------------------------------------- */

static double seconds_or_nan(int64_t ns)
{
	return ns == TIME_NONE ? NAN : truth_seconds(ns - ns % NS_PER_MS); /* as findings.json says it */
}

static double first_known(double a, double b)
{
	return isnan(a) ? b : a;
}

/* Seconds by which the incident and the true window overlap; not above 0 when they do not. */
static double overlap_s(const struct incident *i, const struct truth *t, const struct casefile *c)
{
	double from = first_known(seconds_or_nan(i->onset_best_ns), seconds_or_nan(i->onset_from_ns));
	double to = first_known(seconds_or_nan(i->recovered_ns), first_known(seconds_or_nan(c->to_ns), t->end_s));

	if (isnan(from) || isnan(t->onset_s))
		return 0;
	return fmin(t->end_s + grace_s, to) - fmax(t->onset_s - grace_s, from);
}

static double onset_error_s(const struct incident *i, const struct truth *t)
{
	double best = seconds_or_nan(i->onset_best_ns);
	double error = fmin(fabs(best - t->onset_s), isnan(t->impact_s) ? INFINITY : fabs(best - t->impact_s));

	return isnan(best) ? -1 : error;
}

static void score_causes(struct score_row *row, const struct incident *i, const struct truth *t, struct arena *a)
{
	for (size_t rank = 0; rank < i->n_causes && rank < 3; rank++) {
		const struct cause *c = &i->causes[rank];

		if (!truth_accepts(t, c->kind) || !truth_named(t->entity, t->service, said_by_cause(c, a), a))
			continue;
		row->top3 = true;
		row->top1 |= rank == 0;
		row->strict |= rank == 0 && str_eq(kind_of(c->kind), t->kind);
	}
}

/* What only the cause at rank 1 decides. */
static void score_first(struct score_row *row, const struct incident *i, const struct truth *t, struct arena *a)
{
	if (i->n_causes == 0)
		return;
	row->stated = i->causes[0].probability;
	row->said_unknown = i->causes[0].kind == CAUSE_UNKNOWN;
	row->service = truth_names_service(t->service, said_by_cause(&i->causes[0], a), a);
}

static bool herring_is_ruled_out(struct json_value herring, const struct incident *i, bool top1, struct arena *a)
{
	struct str entity = json_get_text(herring, "entity", a), kind = truth_plain_kind(json_get_text(herring, "kind", a));
	bool nameless = truth_is_nameless(entity, a), named = false;

	for (size_t n = 0; n < i->n_ruled_out && !named; n++) {
		const struct ruled_out *r = &i->ruled_out[n];

		named = truth_named(entity, STR_NONE, said_by_ruled_out(r, a), a) || (nameless && str_eq(kind_of(r->kind), kind));
	}
	bool blamed = !top1 && i->n_causes > 0 && str_eq(kind_of(i->causes[0].kind), kind) &&
		      truth_named(entity, STR_NONE, said_by_cause(&i->causes[0], a), a);

	return named && !blamed;
}

static double share_of_herrings(const struct truth *t, const struct incident *i, bool top1, struct arena *a)
{
	struct json_iter it;
	struct json_value v;
	struct str key;
	double good = 0, all = 0;

	if (!json_iter_init(&it, json_get(t->object, STR("red_herrings"))))
		return -1;
	while (json_iter_next(&it, &key, &v)) {
		all++;
		good += i && herring_is_ruled_out(v, i, top1, a);
	}
	return all > 0 ? good / all : -1;
}

static void add_refs(struct buf *hay, struct refs refs)
{
	for (size_t i = 0; i < refs.n; i++) {
		buf_addc(hay, ' ');
		buf_add(hay, refs.at[i].source);
		buf_addc(hay, ' ');
		buf_add(hay, refs.at[i].text);
	}
}

static void add_words(struct buf *hay, struct str a, struct str b, struct str c)
{
	buf_addc(hay, ' ');
	buf_add(hay, a);
	buf_addc(hay, ' ');
	buf_add(hay, b);
	buf_addc(hay, ' ');
	buf_add(hay, c);
}

/* Everything an incident says, beside what it rules out. */
static void add_all_text(struct buf *hay, const struct incident *i)
{
	buf_add(hay, i->title);
	for (size_t n = 0; n < i->n_causes; n++) {
		const struct cause *c = &i->causes[n];

		add_words(hay, c->service, c->entity, c->statement);
		for (size_t k = 0; k < c->n_terms; k++) {
			add_words(hay, c->terms[k].name, c->terms[k].text, STR_NONE);
			add_refs(hay, c->terms[k].refs);
		}
		for (size_t k = 0; k < c->n_chain; k++) {
			add_words(hay, c->chain[k].service, c->chain[k].entity, c->chain[k].text);
			add_refs(hay, c->chain[k].refs);
		}
	}
	for (size_t n = 0; n < i->n_symptoms; n++) {
		add_words(hay, i->symptoms[n].service, i->symptoms[n].route, STR_NONE);
		add_refs(hay, i->symptoms[n].refs);
	}
	for (size_t n = 0; n < i->n_timeline; n++) {
		add_words(hay, i->timeline[n].kind, i->timeline[n].service, i->timeline[n].text);
		add_refs(hay, i->timeline[n].refs);
	}
}

static double share_of_mentions(const struct truth *t, const struct incident *i, struct arena *a)
{
	struct json_iter it;
	struct json_value v;
	struct str key;
	struct buf hay;
	double said = 0, all = 0;

	if (!json_iter_init(&it, json_get(t->object, STR("must_mention"))))
		return -1;
	buf_init(&hay, HAYSTACK_BYTES);
	if (i)
		add_all_text(&hay, i);
	while (json_iter_next(&it, &key, &v)) {
		all++;
		said += str_find_nocase(buf_str(&hay), json_text(v, a)) >= 0;
	}
	buf_release(&hay);
	return all > 0 ? said / all : -1;
}

/* Marks in used[] every incident that overlaps. */
static struct score_row score_incident(const struct truth *t, const struct casefile *c, bool *used, struct arena *a)
{
	struct score_row row = { .kind = t->kind, .onset_error_s = -1, .stated = -1 };
	const struct incident *best = NULL;
	double best_overlap = 0;

	for (size_t i = 0; i < c->n_incidents; i++) {
		double overlap = overlap_s(&c->incidents[i], t, c);

		used[i] |= overlap > 0;
		if (overlap > best_overlap) {
			best_overlap = overlap;
			best = &c->incidents[i];
		}
	}
	row.found = best != NULL;
	if (best) {
		row.onset_error_s = onset_error_s(best, t);
		score_causes(&row, best, t, a);
		score_first(&row, best, t, a);
	}
	row.herrings = share_of_herrings(t, best, row.top1, a);
	row.mentions = share_of_mentions(t, best, a);
	return row;
}

struct score score_case(const struct truths *truths, const struct casefile *c, struct arena *a)
{
	struct score s = { .rows = arena_new_n(a, struct score_row, truths->n + 1), .n_rows = truths->n };
	bool *used = arena_new_n(a, bool, c->n_incidents + 1);

	for (size_t i = 0; i < truths->n; i++)
		s.rows[i] = score_incident(&truths->at[i], c, used, a);
	s.false_stated = arena_new_n(a, double, c->n_incidents + 1);
	for (size_t i = 0; i < c->n_incidents; i++)
		if (!used[i])
			s.false_stated[s.false_alarms++] =
				c->incidents[i].n_causes > 0 ? c->incidents[i].causes[0].probability : -1;
	if (c->from_ns != TIME_NONE && c->to_ns != TIME_NONE)
		s.days = (double)(c->to_ns - c->from_ns) / 1e9 / day_s;
	return s;
}
