#include "analyze/analyze.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/dense.h"
#include "analyze/explain.h"
#include "analyze/impact.h"
#include "analyze/plots.h"
#include "analyze/quality.h"
#include "analyze/timeline.h"
#include "analyze/verdict.h"

enum { MAX_CONTRASTS = 12 };

static int by_score(const void *x, const void *y)
{
	const struct service_score *a = x, *b = y;
	if (a->score > b->score || a->score < b->score)
		return a->score > b->score ? -1 : 1;
	return str_cmp(a->service, b->service);
}

static void write_services(const struct inquiry *q, struct incident *out)
{
	out->services = arena_new_n(q->arena, struct service_score, q->f->n_services + 1);
	for (size_t i = 0; i < q->f->n_services; i++)
		if (q->ill[i].score > 0.01)
			out->services[out->n_services++] = (struct service_score){ q->f->services[i].name, q->ill[i].score };
	qsort(out->services, out->n_services, sizeof *out->services, by_score);
}

/* ---- contrast ---- */

static int by_p(const void *x, const void *y)
{
	const struct contrast *a = x, *b = y;
	if (a->log10_p > b->log10_p || a->log10_p < b->log10_p)
		return a->log10_p < b->log10_p ? -1 : 1;
	int c = str_cmp(a->field, b->field);
	return c ? c : str_cmp(a->value, b->value);
}

/* Share of a value among failing requests of the bad time against its share among all requests of the quiet time. */
static void write_contrasts(const struct inquiry *q, struct incident *out)
{
	static const char *const names[FACET_COUNT] = { "version", "client kind", "referrer", "campaign", "upstream", "method", "client network" };
	const struct facts *f = q->f;
	VEC(struct contrast) all = { 0 };
	double *v = arena_new_n(q->arena, double, f->grid.n);
	for (int facet = 0; facet < FACET_COUNT; facet++) {
		double bad_all = 0, good_all = 0;
		for (int pass = 0; pass < 2; pass++)
			for (size_t i = 0; i < f->n_series; i++) {
				const struct series *s = &f->series[i];
				if (s->kind != SERIES_FACET || s->code != facet)
					continue;
				memset(v, 0, f->grid.n * sizeof *v);
				dense_failed(&f->grid, s, v);
				double bad = outbreak_bad_sum(q->o, &f->grid, v);
				memset(v, 0, f->grid.n * sizeof *v);
				dense_count(&f->grid, s, v);
				double good = outbreak_quiet_sum(q->o, &f->grid, v);
				if (pass == 0) {
					bad_all += bad;
					good_all += good;
					continue;
				}
				double p0 = (good + 0.5) / (good_all + 1);
				double llr = llr_binomial(bad_all, bad, p0 < 0.999 ? p0 : 0.999);
				if (bad >= 5 && llr > 6 && bad / bad_all > 1.5 * p0)
					*vec_push(q->arena, &all) = (struct contrast){ .kind = STR("category"), .of = STR("failed requests"), .service = s->service, .field = str_of(names[facet]), .value = s->key_text, .share_bad = bad / bad_all, .share_good = good / fmax(1, good_all), .lift = bad / bad_all / p0, .log10_p = -llr / log(10) };
			}
	}
	if (all.n)
		qsort(all.at, all.n, sizeof *all.at, by_p);
	out->contrasts = all.at;
	out->n_contrasts = all.n < MAX_CONTRASTS ? all.n : MAX_CONTRASTS;
}

/* ---- incident ---- */

static struct str title_of(const struct inquiry *q, const struct incident *in)
{
	const struct signal *lead = &q->signals->at[q->o->lead];
	struct str where = q->f->services[lead->service].name;
	struct str routes = STR_NONE;
	size_t shown = 0;
	for (size_t i = 0; i < in->impact.n_routes && shown < 3; i++) {
		if (in->impact.routes[i].failed * 20 < in->impact.requests_failed || !in->impact.routes[i].failed)
			break;
		routes = arena_printf(q->arena, "%.*s%s%.*s", STR_ARG(routes), shown ? ", " : "", STR_ARG(in->impact.routes[i].route));
		shown++;
	}
	struct str what = in->n_causes && in->causes[0].kind != CAUSE_UNKNOWN ? q->candidates.at[0].what : str_of("cause not in these logs");
	if (routes.len)
		return arena_printf(q->arena, "%s on %.*s: %.*s", symptom_kind_words(lead->kind), STR_ARG(routes), STR_ARG(str_head(what, 200)));
	return arena_printf(q->arena, "%s at %.*s: %.*s", symptom_kind_words(lead->kind), STR_ARG(where), STR_ARG(str_head(what, 200)));
}

static bool write_incident(struct facts *f, const struct signals *signals, const struct outbreaks *all, size_t i, struct incident *out,
                           struct err *err)
{
	const struct outbreak *o = &all->at[i];
	struct inquiry q;
	if (!inquiry_init(&q, f, signals, all, o, err))
		return false;
	verdict_reach(&q);
	*out = (struct incident){
		.id = arena_printf(f->arena, "I%zu", i + 1),
		.onset_from_ns = o->onset_from_ns,
		.onset_best_ns = o->onset_best_ns,
		.onset_to_ns = o->onset_to_ns,
		.peak_ns = o->peak_ns,
		.mitigated_ns = TIME_NONE,
		.recovered_ns = o->ongoing ? TIME_NONE : o->end_ns,
		.duration_s = (double)(o->end_ns - o->onset_best_ns) / 1e9,
		.degraded_s = o->degraded_s,
	};
	if (!impact_compute(f, signals, o, &out->impact, err))
		return false;
	verdict_write(&q, out);
	explain_write(&q, out);
	timeline_write(&q, out);
	write_services(&q, out);
	write_contrasts(&q, out);
	plots_write(&q, out);
	out->title = sentence_case(f->arena, title_of(&q, out));
	return true;
}

bool analyze_run(struct store *s, const struct analyze_options *o, struct arena *a, struct casefile *out, struct err *err)
{
	struct facts f;
	*out = (struct casefile){ 0 };
	if (!facts_load(&f, s, a, o->since_ns, o->until_ns, err) || !store_load_quality(s, a, &out->sources, &out->n_sources, err))
		return false;
	out->from_ns = f.from_ns;
	out->to_ns = f.to_ns;
	struct signals signals = symptoms_find(&f);
	struct outbreaks all = outbreaks_find(&f, &signals, err);
	if (err->set)
		return false;
	quality_write(&f, &all, out);
	out->incidents = arena_new_n(a, struct incident, all.n + 1);
	for (size_t i = 0; i < all.n; i++)
		if (!write_incident(&f, &signals, &all, i, &out->incidents[out->n_incidents++], err))
			return false;
	return true;
}
