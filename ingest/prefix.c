#include "ingest/prefix.h"

#include <stdlib.h>

#include "core/hash.h"

enum {
	GROUP_MAX = 1000, /* texts with one first line: more are tables with a heading */
	TIMED_LEAST = 4,  /* lines with a time: fewer may be the same by chance */
};

/* Texts with the same first line. */
struct group {
	struct planned **at;
	size_t n, cap;
	size_t shortest; /* identity_bytes of the shortest whole one */
};

static bool is_candidate(const struct planned *t)
{
	return t->first_line_id && t->begins_id && !t->original && !t->elsewhere;
}

static int by_length(const void *pa, const void *pb)
{
	const struct planned *a = *(struct planned *const *)pa, *b = *(struct planned *const *)pb;

	if (a->identity_bytes != b->identity_bytes)
		return a->identity_bytes < b->identity_bytes ? -1 : 1;
	return str_cmp(a->file.path, b->file.path);
}

/* Which whole texts of the group the text begins with that has this head. */
static void match(const struct group *g, struct planned *t, struct str head, struct arena *a)
{
	size_t *lengths = arena_new_n(a, size_t, g->n), n = 0;
	uint64_t *ids = arena_new_n(a, uint64_t, g->n);

	for (size_t i = 0; i < g->n && g->at[i]->identity_bytes < t->identity_bytes; i++)
		lengths[n++] = g->at[i]->identity_bytes < head.len ? g->at[i]->identity_bytes : head.len;
	hash64_beginnings(head, lengths, n, ids);
	for (size_t i = 0; i < n; i++) {
		struct planned *s = g->at[i];

		if (s->whole && s->begins_id == ids[i] &&
		    (!s->longer || t->identity_bytes > s->longer->identity_bytes))
			s->longer = t;
	}
}

/* Reads the beginnings of those of the path's texts again that may be longer than another of their group. */
static void look_at_path(struct planned_path *p, const struct map *group_of, struct group *groups,
			 const struct plan_rules *rules)
{
	const struct input_limits limits = { rules->options->max_ratio, rules->options->max_file_bytes };
	struct err ignored = ERR_INIT; /* whoever reads it tells of it */
	struct input_stream stream;
	struct input *in;
	struct arena a;
	size_t last = 0;

	for (size_t k = 0; k < p->n_texts; k++) {
		const uint64_t *at = is_candidate(p->texts[k]) ? map_get(group_of, p->texts[k]->first_line_id) : NULL;

		if (at && groups[*at].n > 1 && groups[*at].n <= GROUP_MAX && p->texts[k]->identity_bytes > groups[*at].shortest)
			last = k + 1;
	}
	if (last == 0 || !input_open(p->found->path.ptr, p->found->display, &limits, &in, &ignored))
		return;
	arena_init(&a);
	for (size_t k = 0; k < last && input_next(in, &stream) && str_eq(stream.path, p->texts[k]->file.path); k++) {
		const uint64_t *at = is_candidate(p->texts[k]) ? map_get(group_of, p->texts[k]->first_line_id) : NULL;

		arena_reset(&a);
		if (at && groups[*at].n > 1 && groups[*at].n <= GROUP_MAX && p->texts[k]->identity_bytes > groups[*at].shortest)
			match(&groups[*at], p->texts[k], stream.head, &a);
	}
	arena_release(&a);
	input_close(in);
}

void prefix_find(struct planned_path *paths, size_t n, const struct plan_rules *rules)
{
	struct { struct group *at; size_t n, cap; } groups = { 0 };
	struct map group_of; /* first line → index into groups */
	struct arena a;

	arena_init(&a);
	map_init(&group_of);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < paths[i].n_texts; k++) {
			struct planned *t = paths[i].texts[k];
			bool is_new;

			if (!is_candidate(t))
				continue;
			uint64_t *at = map_put(&group_of, t->first_line_id, &is_new);

			if (is_new) {
				*at = groups.n;
				*vec_push(&a, &groups) = (struct group){ .shortest = SIZE_MAX };
			}
			struct group *g = &groups.at[*at];

			*vec_push(&a, g) = t;
			if (t->whole && t->identity_bytes < g->shortest)
				g->shortest = t->identity_bytes;
		}
	}
	for (size_t i = 0; i < groups.n; i++)
		if (groups.at[i].n > 1 && groups.at[i].n <= GROUP_MAX)
			qsort(groups.at[i].at, groups.at[i].n, sizeof *groups.at[i].at, by_length);
	for (size_t i = 0; i < n; i++)
		look_at_path(&paths[i], &group_of, groups.at, rules);
	map_release(&group_of);
	arena_release(&a);
}

/* Its times tell it from what only looks the same. */
static bool is_told_by_times(const struct planned *t)
{
	return t->timed >= TIMED_LEAST && (t->yearless || t->dated_last_ns > t->dated_first_ns);
}

void prefix_copies(struct planned_path *paths, size_t n, const struct plan_rules *rules)
{
	prefix_find(paths, n, rules);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < paths[i].n_texts; k++) {
			struct planned *t = paths[i].texts[k], *what = t->original ? t->original : t;

			while (what->longer && is_told_by_times(what))
				what = what->longer->original ? what->longer->original : what->longer;
			if (what == t || t->elsewhere)
				continue;
			t->original = what;
			t->action = PLAN_COPY;
		}
	}
}
