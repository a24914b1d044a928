#include "analyze/analyze.h"

#include <stdlib.h>

#include "analyze/explain.h"
#include "analyze/history.h"
#include "analyze/impact.h"
#include "analyze/missing.h"
#include "analyze/plots.h"
#include "analyze/quality.h"
#include "analyze/timeline.h"
#include "analyze/verdict.h"

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
	out->contrasts = q.contrasts.at;
	out->n_contrasts = q.contrasts.n;
	plots_write(&q, out);
	out->title = sentence_case(f->arena, title_of(&q, out));
	return true;
}

bool analyze_run(struct store *s, const struct analyze_options *o, struct arena *a, struct casefile *out, struct err *err)
{
	struct facts f;
	struct families built_in;
	*out = (struct casefile){ 0 };
	if (!o->families && !families_load("", STR_NONE, a, &built_in, err))
		return false;
	if (!facts_load(&f, s, o->families ? o->families : &built_in, a, o->since_ns, o->until_ns, err) || !store_load_quality(s, a, &out->sources, &out->n_sources, err))
		return false;
	out->from_ns = f.from_ns;
	out->to_ns = f.to_ns;
	struct history h;
	struct signals signals = { 0 };
	if (history_load(&h, &f, o->earlier, o->n_earlier, err))
		signals = symptoms_find(&f, &h, err);
	history_release(&h);
	if (err->set)
		return false;
	struct outbreaks all = outbreaks_find(&f, &signals, err);
	if (err->set)
		return false;
	quality_write(&f, &signals, &all, out);
	out->incidents = arena_new_n(a, struct incident, all.n + 1);
	for (size_t i = 0; i < all.n; i++)
		if (!write_incident(&f, &signals, &all, i, &out->incidents[out->n_incidents++], err))
			return false;
	missing_note(&f, out);
	return true;
}
