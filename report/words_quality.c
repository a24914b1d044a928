#include "core/hash.h"
#include "report/words.h"

/* A rejected share below this is noise of any log; above it the reader must know. */
static const double rejected_share_worth_a_word = 0.001;

struct sentences {
	VEC(struct str) list;
	size_t max, dropped;
};

static void say(const struct words *w, struct sentences *s, struct str text)
{
	if (s->list.n == s->max)
		s->dropped++;
	else
		*vec_push(w->arena, &s->list) = text;
}

/* A zone that was not in the lines themselves. */
static bool zone_is_guess(struct str zone)
{
	return str_starts_nocase(zone, STR("inferred")) || str_starts_nocase(zone, STR("assumed"));
}

/* Has whoever settled the zones said so already, in a note of its own? */
static bool zones_are_told(const struct str *notes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_find_nocase(notes[i], STR("zone")) >= 0)
			return true;
	return false;
}

/* What is told of many files is told once: of the first three by name. */
static void say_notes(const struct words *w, struct sentences *s, const struct casefile *c)
{
	enum { NAMED = 3 };
	struct remark { struct str text, files; size_t n; };
	VEC(struct remark) remarks = { 0 };
	struct map known; /* hash of the text → index + 1 */

	map_init(&known);
	for (size_t i = 0; i < c->n_sources; i++)
		for (size_t k = 0; k < c->sources[i].n_notes; k++) {
			struct str note = c->sources[i].notes[k];
			uint64_t *at = map_put(&known, hash64(note), NULL);

			if (*at == 0) {
				*vec_push(w->arena, &remarks) = (struct remark){ .text = note };
				*at = remarks.n;
			}
			struct remark *r = &remarks.at[*at - 1];
			if (r->n++ < NAMED)
				r->files = arena_printf(w->arena, "%.*s%s%.*s", STR_ARG(r->files), r->n > 1 ? ", " : "", STR_ARG(c->sources[i].path));
		}
	map_release(&known);
	for (size_t i = 0; i < remarks.n; i++) {
		const struct remark *r = &remarks.at[i];

		say(w, s, r->n > NAMED ? arena_printf(w->arena, "%.*s and %zu more: %.*s", STR_ARG(r->files), r->n - NAMED, STR_ARG(r->text))
				       : arena_printf(w->arena, "%.*s: %.*s", STR_ARG(r->files), STR_ARG(r->text)));
	}
}

static void say_rejected(const struct words *w, struct sentences *s, const struct quality_source *q)
{
	if (q->lines && (double)q->rejected > rejected_share_worth_a_word * (double)q->lines)
		say(w, s,
		    arena_printf(w->arena, "%.*s: %.*s of %.*s lines not understood (%.*s)", STR_ARG(q->path),
				 STR_ARG(words_count(w, q->rejected)), STR_ARG(words_count(w, q->lines)),
				 STR_ARG(words_share(w, (double)q->rejected / (double)q->lines))));
}

/* Files of one folder share their zone: one sentence for each distinct guess, not one for each file. */
static void say_zones(const struct words *w, struct sentences *s, const struct casefile *c)
{
	struct guess { struct str path, zone; size_t files; };
	VEC(struct guess) guesses = { 0 };

	for (size_t i = 0; i < c->n_sources; i++) {
		const struct quality_source *q = &c->sources[i];
		size_t k = 0;

		if (!zone_is_guess(q->zone) || zones_are_told(q->notes, q->n_notes))
			continue;
		while (k < guesses.n && !str_eq(guesses.at[k].zone, q->zone))
			k++;
		if (k < guesses.n)
			guesses.at[k].files++;
		else
			*vec_push(w->arena, &guesses) = (struct guess){ q->path, q->zone, 1 };
	}
	for (size_t k = 0; k < guesses.n; k++) {
		const struct guess *g = &guesses.at[k];
		struct str more = STR_NONE;

		if (g->files > 1)
			more = arena_printf(w->arena, " and %zu more", g->files - 1);
		say(w, s, arena_printf(w->arena, "%.*s%.*s: zone %.*s", STR_ARG(g->path), STR_ARG(more),
		                       STR_ARG(g->zone)));
	}
}

/* Of how times were read, which was settled; all else can be a reason to doubt. */
static bool is_about_times(struct str sentence)
{
	return str_find_nocase(sentence, STR("zone")) >= 0 || str_find(sentence, STR("no year")) >= 0;
}

struct str *words_quality(const struct words *w, const struct casefile *c, size_t max, size_t *n)
{
	struct sentences all = { .max = SIZE_MAX }, s = { .max = max };

	for (size_t i = 0; i < c->n_notes; i++)
		say(w, &all, c->notes[i]);
	say_notes(w, &all, c);
	for (size_t i = 0; i < c->n_sources; i++)
		say_rejected(w, &all, &c->sources[i]);
	if (!zones_are_told(c->notes, c->n_notes))
		say_zones(w, &all, c);
	for (int times = 0; times <= 1; times++)
		for (size_t i = 0; i < all.list.n; i++)
			if (is_about_times(all.list.at[i]) == times)
				say(w, &s, all.list.at[i]);
	if (s.dropped)
		*vec_push(w->arena, &s.list) = arena_printf(w->arena, "and %zu more like these", s.dropped);
	*n = s.list.n;
	return s.list.at;
}

struct str words_volume(const struct words *w, const struct casefile *c)
{
	uint64_t lines = 0, events = 0, rejected = 0;

	for (size_t i = 0; i < c->n_sources; i++) {
		lines += c->sources[i].lines;
		events += c->sources[i].events;
		rejected += c->sources[i].rejected;
	}
	return arena_printf(w->arena, "%zu %s, %.*s lines, %.*s events, %.*s lines not understood",
			    c->n_sources, c->n_sources == 1 ? "file" : "files",
			    STR_ARG(words_count(w, lines)), STR_ARG(words_count(w, events)),
			    STR_ARG(words_count(w, rejected)));
}
