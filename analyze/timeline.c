#include "analyze/timeline.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/acts.h"
#include "analyze/dense.h"
#include "analyze/effect.h"

enum { MAX_ENTRIES = 80, MAX_SYMPTOMS = 16 };

typedef VEC(struct timeline_entry) entries;

static void add(struct inquiry *q, entries *all, int64_t ns, const char *kind, struct str service, struct str text, struct refs refs)
{
	if (all->n < MAX_ENTRIES)
		*vec_push(q->arena, all) = (struct timeline_entry){ ns, str_of(kind), service, text, refs };
}

static int by_time(const void *x, const void *y)
{
	const struct timeline_entry *a = x, *b = y;
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	int c = str_cmp(a->kind, b->kind);
	return c ? c : str_cmp(a->text, b->text);
}

/* What a step taken during the incident changed: nothing, something for a while, or it ended the failures. */
static void step_taken(struct inquiry *q, entries *all, const struct act *act, struct incident *out)
{
	struct effect e = *inquiry_effect(q, act);
	struct str what = act_words(act, q->arena);
	double before = 100 * e.before, after = 100 * e.after;
	const char *kind = "change";
	switch (e.kind) {
	case EFFECT_CURE:
	case EFFECT_SLOW_CURE:
		kind = "mitigation";
		what = arena_printf(q->arena, "%.*s: failures fall from %.1f %% to %.1f %%%s", STR_ARG(what), before, after,
		                    e.kind == EFFECT_CURE ? " and stay down" : ", and end soon");
		break;
	case EFFECT_RELIEF:
		kind = "relief";
		what = arena_printf(q->arena, "%.*s: failures fall from %.1f %% to %.1f %%, but come back", STR_ARG(what), before, after);
		break;
	case EFFECT_NONE:
		kind = "ineffective";
		what = arena_printf(q->arena, "%.*s: no effect (failures %.1f %% before, %.1f %% after)", STR_ARG(what), before, after);
		break;
	case EFFECT_KEPT_AWAY:
		kind = "mitigation";
		what = arena_printf(q->arena, "%.*s: the failures, which came and went, do not come back", STR_ARG(what));
		break;
	case EFFECT_AFTER:
	case EFFECT_UNKNOWN: break;
	}
	if (strcmp(kind, "mitigation") == 0 && (out->mitigated_ns == TIME_NONE || act->end_ns > out->mitigated_ns))
		out->mitigated_ns = act->end_ns;
	add(q, all, act->begin_ns, kind, act->service, what, act->refs);
}

static struct str scope_words(const struct inquiry *q, const struct signal *s)
{
	struct str service = q->f->services[s->service].name;
	return s->route.len ? arena_printf(q->arena, "%.*s on %.*s", STR_ARG(s->route), STR_ARG(service)) : service;
}

/* Lines that show a symptom: failing requests of the scope. */
static struct refs symptom_lines(const struct inquiry *q, const struct signal *s, int64_t from, int64_t to)
{
	struct refs refs = { 0 };
	uint64_t route = s->route.len ? hash64(s->route) : 0;
	for (size_t i = 0; i < q->f->n_kept && refs.n < 2; i++) {
		const struct kept_line *k = &q->f->kept[i];
		if (k->time_ns < from || k->time_ns >= to || k->kind != EV_HTTP || facts_service(q->f, k->service) != (ptrdiff_t)s->service)
			continue;
		bool hit = s->kind == SYMPTOM_LATENCY ? k->duration_ms > s->limit_ms : symptom_status(s->kind, k->status);
		if (hit && (!route || k->route_id == route))
			*vec_push(q->arena, &refs) = k->ref;
	}
	return refs;
}

struct ranked { size_t signal; double llr, peak; size_t from, to; };

static int by_llr(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;
	if (a->llr > b->llr || a->llr < b->llr)
		return a->llr > b->llr ? -1 : 1;
	return a->signal < b->signal ? -1 : a->signal > b->signal;
}

/* Highest share of hits over about a minute, within the parts. */
static double peak_of(const struct inquiry *q, const struct signal *s, size_t from, size_t to)
{
	size_t window = (size_t)(60 / (BUCKET_S * q->f->grid.width)) + 1;
	double best = 0;
	for (size_t t = from; t + window <= to; t++) {
		double n = dense_total(s->n, t, t + window);
		if (n >= 10)
			best = fmax(best, dense_total(s->k, t, t + window) / n);
	}
	return best;
}

static void write_symptoms(struct inquiry *q, struct incident *out)
{
	const struct outbreak *o = q->o;
	VEC(struct ranked) all = { 0 };
	for (size_t i = 0; i < o->n_parts; i++) {
		const struct sick_part *p = &o->parts[i];
		struct ranked *r = NULL;
		for (size_t j = 0; j < all.n && !r; j++)
			if (all.at[j].signal == p->signal)
				r = &all.at[j];
		if (!r) {
			r = vec_push(q->arena, &all);
			*r = (struct ranked){ .signal = p->signal, .from = p->segment.from };
		}
		r->llr += p->segment.llr;
		r->to = p->segment.to;
		r->peak = fmax(fmax(r->peak, p->segment.rate), peak_of(q, &q->signals->at[p->signal], p->segment.from, p->segment.to));
	}
	qsort(all.at, all.n, sizeof *all.at, by_llr);
	out->symptoms = arena_new_n(q->arena, struct symptom, all.n + 1);
	for (size_t i = 0; i < all.n && i < MAX_SYMPTOMS; i++) {
		const struct signal *s = &q->signals->at[all.at[i].signal];
		struct symptom *y = &out->symptoms[out->n_symptoms++];
		*y = (struct symptom){ .kind = s->kind, .service = q->f->services[s->service].name, .route = s->route, .baseline = s->scan.base,
			               .peak = all.at[i].peak, .from_ns = grid_ns(&q->f->grid, all.at[i].from), .to_ns = grid_ns(&q->f->grid, all.at[i].to) };
		if (y->from_ns < o->onset_best_ns)
			y->from_ns = o->onset_best_ns;
		if (y->to_ns > o->end_ns)
			y->to_ns = o->end_ns;
		y->refs = symptom_lines(q, s, o->onset_best_ns, o->end_ns);
	}
}

/* First lines of trouble that are new: how the logs themselves tell the story. */
static void write_evidence(struct inquiry *q, entries *all)
{
	size_t shown = 0;
	for (size_t i = 0; i < q->n_emergent && shown < 10; i++) {
		const struct emergence *e = &q->emergent[i];
		if ((!e->trouble && !e->lost) || e->llr < 8)
			continue;
		struct str service = q->f->services[e->voice->service].name;
		struct str text = str_head(e->voice->text, 160);
		if (e->lost) {
			add(q, all, q->o->onset_best_ns, "evidence", service,
			    arena_printf(q->arena, "fewer lines than usual: \"%.*s\" (%.0f instead of %.0f)", STR_ARG(text), e->bad, e->expected), (struct refs){ 0 });
		} else {
			struct refs refs = inquiry_lines(q, e->voice, 2);
			add(q, all, e->first_ns == TIME_NONE ? q->o->onset_best_ns : e->first_ns, "evidence", service,
			    arena_printf(q->arena, "%s \"%.*s\" (%.0f lines)", e->expected < 1 ? "new:" : "more often:", STR_ARG(text), e->bad), refs);
		}
		shown++;
	}
}

void timeline_write(struct inquiry *q, struct incident *out)
{
	const struct outbreak *o = q->o;
	entries all = { 0 };
	write_symptoms(q, out);
	int64_t around = o->end_ns - o->onset_best_ns;
	if (around < 3 * 3600 * NS_PER_S)
		around = 3 * 3600 * NS_PER_S;
	for (size_t i = 0; i < q->f->n_acts; i++) {
		const struct act *act = &q->f->acts[i];
		if (act->begin_ns < o->onset_best_ns - around || act->begin_ns > o->end_ns + around)
			continue;
		if (act->kind == CHANGE_JOB && (act->begin_ns > o->onset_to_ns || act->begin_ns < o->onset_from_ns - 600 * NS_PER_S))
			continue;
		if (act->begin_ns > o->onset_to_ns)
			step_taken(q, &all, act, out);
		else
			add(q, &all, act->begin_ns, "change", act->service, act_words(act, q->arena), act->refs);
	}
	const struct signal *lead = &q->signals->at[o->lead];
	add(q, &all, o->onset_best_ns, "onset", q->f->services[lead->service].name,
	    arena_printf(q->arena, "%s begin: %.*s", symptom_kind_words(lead->kind), STR_ARG(scope_words(q, lead))),
	    out->n_symptoms ? out->symptoms[0].refs : (struct refs){ 0 });
	for (size_t i = 1; i < out->n_symptoms && i < 6; i++) {
		const struct symptom *y = &out->symptoms[i];
		add(q, &all, y->from_ns, "symptom", y->service,
		    arena_printf(q->arena, "%s%s%.*s: %.1f %% at the peak, %.1f %% usually", symptom_kind_words(y->kind), y->route.len ? " on " : "", STR_ARG(y->route),
		                 100 * y->peak, 100 * y->baseline), y->refs);
	}
	add(q, &all, o->peak_ns, "peak", q->f->services[lead->service].name, arena_printf(q->arena, "worst minute: %.1f %% of %s%.*s", 100 * o->peak_rate, lead->route.len ? "" : "requests", STR_ARG(lead->route)),
	    (struct refs){ 0 });
	write_evidence(q, &all);
	if (!o->ongoing)
		add(q, &all, o->end_ns, "recovered", q->f->services[lead->service].name, str_of("back to the usual level"), (struct refs){ 0 });
	qsort(all.at, all.n, sizeof *all.at, by_time);
	out->timeline = all.at;
	out->n_timeline = all.n;
}
