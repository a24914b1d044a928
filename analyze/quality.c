#include "analyze/quality.h"

#include "analyze/dense.h"

typedef VEC(struct str) notes;

static void note_changes(const struct facts *f, notes *n)
{
	for (size_t i = 0; i < f->n_acts; i++)
		if (!f->acts[i].derived)
			return;
	*vec_push(f->arena, n) = str_of("There is no change log among the sources: a deployment or a setting that nothing else mentions would not be seen.");
}

static void note_requests(const struct facts *f, notes *n)
{
	if (f->edge < 0)
		*vec_push(f->arena, n) = str_of("No source logs requests: incidents are read from error lines alone, and the impact on users is not known.");
}

static void note_rejected(const struct facts *f, notes *n)
{
	for (size_t i = 0; i < f->n_sources; i++) {
		const struct store_source *s = &f->sources[i];
		if (s->rejected * 50 > s->lines)
			*vec_push(f->arena, n) = arena_printf(f->arena, "%.*s: %llu of %llu lines were not understood.", STR_ARG(s->logical),
			                                      (unsigned long long)s->rejected, (unsigned long long)s->lines);
	}
}

static bool zone_unsaid(const struct store_source *s)
{
	return !s->zone_known && s->zone.len && s->events;
}

/* One sentence for all sources whose zone was settled in the same way. */
static void note_zones(const struct facts *f, notes *n)
{
	for (size_t i = 0; i < f->n_sources; i++) {
		const struct store_source *s = &f->sources[i];
		bool said = false;
		for (size_t j = 0; j < i && !said; j++)
			said = zone_unsaid(&f->sources[j]) && str_eq(f->sources[j].zone, s->zone);
		if (said || !zone_unsaid(s))
			continue;
		struct str names = s->logical;
		size_t count = 1, shown = 1;
		for (size_t j = i + 1; j < f->n_sources; j++) {
			if (!zone_unsaid(&f->sources[j]) || !str_eq(f->sources[j].zone, s->zone))
				continue;
			count++;
			if (shown < 3) {
				names = arena_printf(f->arena, "%.*s, %.*s", STR_ARG(names), STR_ARG(f->sources[j].logical));
				shown++;
			}
		}
		struct str more = count > shown ? arena_printf(f->arena, " and %zu more", count - shown) : STR_NONE;
		*vec_push(f->arena, n) = arena_printf(f->arena, "%.*s%.*s state%s no time zone: %.*s.", STR_ARG(names), STR_ARG(more), count == 1 ? "s" : "",
		                                      STR_ARG(s->zone));
	}
}

/* Sources that end before an incident does, although they spoke until then. */
static void note_silence(const struct facts *f, const struct outbreaks *all, notes *n)
{
	for (size_t i = 0; i < f->n_sources; i++) {
		const struct store_source *s = &f->sources[i];
		if (s->first_ns == TIME_NONE || s->role == ROLE_CHANGE || s->events < 100)
			continue;
		/* One line in ten minutes or more is no steady voice. */
		if ((s->last_ns - s->first_ns) / (int64_t)s->events > 600 * NS_PER_S)
			continue;
		for (size_t j = 0; j < all->n; j++) {
			const struct outbreak *o = &all->at[j];
			if (s->first_ns < o->onset_from_ns && s->last_ns < o->end_ns - 300 * NS_PER_S && s->last_ns > o->onset_from_ns - 300 * NS_PER_S) {
				char time[TIME_TEXT_BYTES];
				*vec_push(f->arena, n) = arena_printf(f->arena, "%.*s falls silent at %s, during the incident.", STR_ARG(s->logical), time_format(s->last_ns, 0, time));
			}
		}
	}
}

void quality_write(const struct facts *f, const struct signals *signals, const struct outbreaks *all, struct casefile *out)
{
	notes n = { 0 };
	note_changes(f, &n);
	note_requests(f, &n);
	note_rejected(f, &n);
	note_zones(f, &n);
	for (size_t i = 0; i < f->skew_notes.n; i++)
		*vec_push(f->arena, &n) = f->skew_notes.at[i];
	for (size_t i = 0; i < signals->notes.n; i++)
		*vec_push(f->arena, &n) = signals->notes.at[i];
	note_silence(f, all, &n);
	out->notes = n.at;
	out->n_notes = n.n;
}
