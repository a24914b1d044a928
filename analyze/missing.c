#include "analyze/missing.h"

#include "analyze/dense.h"

/* Who says nothing for so long on both sides of the onset, though it speaks otherwise, was not there. */
static const int64_t around_ns = 600 * NS_PER_S;

static double said(const struct facts *f, size_t service, int64_t from_ns, int64_t to_ns)
{
	double n = 0;
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		if ((s->kind == SERIES_LINE || s->kind == SERIES_HTTP || s->kind == SERIES_QUERY || s->kind == SERIES_EVENT) &&
		    str_eq(s->service, f->services[service].name))
			n += series_between(s, from_ns, to_ns);
	}
	return n;
}

/* What is missing about a service at an onset; empty: nothing. */
static struct str missing_of(const struct facts *f, struct str service, int64_t onset_ns)
{
	ptrdiff_t at = facts_service(f, service);
	if (at < 0)
		return arena_printf(f->arena, "There is no log of %.*s among the sources: its own would settle what happened there.", STR_ARG(service));
	/* Some twenty lines in so long a time are what a steady voice would have said. */
	double usual = said(f, (size_t)at, f->from_ns, f->to_ns) * (double)around_ns * 2 / (double)(f->to_ns - f->from_ns + 1);
	if (usual >= 20 && said(f, (size_t)at, onset_ns - around_ns, onset_ns + around_ns) < 1)
		return arena_printf(f->arena, "The log of %.*s has nothing from the ten minutes before and after the onset: what it said then would settle it.",
		                    STR_ARG(service));
	return STR_NONE;
}

void missing_note(const struct facts *f, struct casefile *out)
{
	struct str *notes = arena_new_n(f->arena, struct str, out->n_notes + out->n_incidents + 1);
	size_t n = 0;
	for (; n < out->n_notes; n++)
		notes[n] = out->notes[n];
	for (size_t i = 0; i < out->n_incidents; i++) {
		const struct incident *in = &out->incidents[i];
		const struct cause *c = in->n_causes ? &in->causes[0] : NULL;
		/* What is not in the logs is named by its entity, when the callers name it. */
		struct str service = !c ? STR_NONE : c->kind == CAUSE_UNKNOWN ? c->entity : c->service;
		struct str note = service.len ? missing_of(f, service, in->onset_best_ns) : STR_NONE;
		bool known = !note.len;
		for (size_t k = 0; k < n && !known; k++)
			known = str_eq(notes[k], note);
		if (!known)
			notes[n++] = note;
	}
	out->notes = notes;
	out->n_notes = n;
}
