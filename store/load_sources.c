#include "store/store_impl.h"

/* Takes over what the extent with most events says; ties go to the one that comes first. */
static void describe(struct store_source *s, const struct extent_row *x, uint64_t *most)
{
	if (s->logical.ptr && x->events <= *most)
		return;
	*most = x->events;
	s->format = x->format;
	s->service = x->service;
	s->host = x->host;
	s->role = x->role;
}

static void add_span(struct store_source *s, const struct extent_row *x)
{
	if (x->first_ns == TIME_NONE)
		return;
	if (s->first_ns == TIME_NONE || x->first_ns < s->first_ns)
		s->first_ns = x->first_ns;
	if (s->last_ns == TIME_NONE || x->last_ns > s->last_ns)
		s->last_ns = x->last_ns;
}

bool store_load_sources(struct store *s, struct arena *a, struct store_source **out, size_t *n,
			struct err *err)
{
	struct extent_list extents;
	VEC(struct store_source) list = { 0 };
	bool good = store_extents(s, a, &extents, err);
	uint64_t most = 0;
	for (size_t i = 0; good && i < extents.n; i++) {
		const struct extent_row *x = &extents.at[i];
		bool new = i == 0 || extents.at[i - 1].source != x->source;
		if (new)
			*vec_push(a, &list) = (struct store_source){
				.zone_known = true, .first_ns = TIME_NONE, .last_ns = TIME_NONE };
		struct store_source *source = &list.at[list.n - 1];
		describe(source, x, &most);
		source->logical = x->logical;
		/* The words of one that does not know its zone win: they say what was done about it. */
		if (new || (source->zone_known && !x->zone_known)) {
			source->zone = x->zone;
			source->shift_ns = x->shift_ns;
		}
		source->zone_known = source->zone_known && x->zone_known;
		source->lines += x->lines;
		source->events += x->events;
		source->continuation += x->continuation;
		source->rejected += x->rejected;
		add_span(source, x);
	}
	extents_release(&extents);
	*out = list.at;
	*n = list.n;
	return good;
}

/* Adds the remarks on extents, in the order of `extents`, then of the remarks. */
static bool add_notes(struct store *s, const struct extent_list *extents, struct arena *a,
		      struct quality_source *list, struct err *err)
{
	sqlite3_stmt *st = db_prepare(
		&s->db, "SELECT sample, text FROM note WHERE extent = ?1 ORDER BY sample, seq", err);
	bool good = st != NULL;
	for (size_t i = 0; good && i < extents->n; i++) {
		VEC(struct str) notes = { 0 };
		bool row;
		sqlite3_bind_int64(st, 1, extents->at[i].id);
		while ((good = db_step(&s->db, st, &row, err)) && row) {
			struct str text = db_text(st, 1);
			*vec_push(a, &notes) =
				sqlite3_column_int(st, 0)
					? arena_printf(a, "not understood: line %.*s", STR_ARG(text))
					: arena_str(a, text);
		}
		sqlite3_reset(st);
		list[i].notes = notes.at;
		list[i].n_notes = notes.n;
	}
	sqlite3_finalize(st);
	return good;
}

bool store_load_quality(struct store *s, struct arena *a, struct quality_source **out, size_t *n,
			struct err *err)
{
	struct extent_list extents;
	bool good = store_extents(s, a, &extents, err);
	*n = good ? extents.n : 0;
	*out = arena_new_n(a, struct quality_source, *n);
	for (size_t i = 0; i < *n; i++) {
		const struct extent_row *x = &extents.at[i];
		(*out)[i] = (struct quality_source){
			.path = x->path,
			.format = x->format,
			.service = x->service,
			.host = x->host,
			.zone = x->zone,
			.lines = x->lines,
			.events = x->events,
			.continuation = x->continuation,
			.rejected = x->rejected,
			.first_ns = x->first_ns,
			.last_ns = x->last_ns,
		};
	}
	good = good && add_notes(s, &extents, a, *out, err);
	extents_release(&extents);
	return good;
}
