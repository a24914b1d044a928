/* What is said of causes, of what was suspected, and of how sure that is. */
#include <math.h>

#include "report/words.h"

enum { HEAD_MAX = 40 }; /* bytes of a kind in words: "The scheduled job" */

struct str words_suspect(const struct words *w, enum cause_kind kind, struct str service, struct str entity)
{
	struct str words = str_of(cause_kind_words(kind));
	bool named = service.len == 0 || str_find(entity, service) >= 0;

	if (entity.len == 0 && service.len == 0)
		return words;
	if (kind == CAUSE_UNKNOWN)
		return arena_printf(w->arena, "%.*s (%.*s)", STR_ARG(words), STR_ARG(entity.len ? entity : service));
	if (entity.len == 0)
		return arena_printf(w->arena, "%.*s of %.*s", STR_ARG(words), STR_ARG(service));
	if (named)
		return arena_printf(w->arena, "%.*s %.*s", STR_ARG(words), STR_ARG(entity));
	return arena_printf(w->arena, "%.*s %.*s of %.*s", STR_ARG(words), STR_ARG(entity), STR_ARG(service));
}

struct str words_confidence(const struct words *w, const struct cause *c)
{
	/* Rounding must not claim what nobody can know. */
	if (!isfinite(c->probability))
		return c->confidence;
	if (c->probability >= 0.995)
		return arena_printf(w->arena, "%.*s (over 99 %%)", STR_ARG(c->confidence));
	if (c->probability < 0.005)
		return arena_printf(w->arena, "%.*s (under 1 %%)", STR_ARG(c->confidence));
	return arena_printf(w->arena, "%.*s (%.0f %%)", STR_ARG(c->confidence), c->probability * 100);
}

const char *words_weight(double log_odds)
{
	const struct { double least; const char *words; } rows[] = {
		{ 2.5, "strongly for" }, { 1, "for" }, { 0.1, "slightly for" }, { -0.1, "neutral" },
		{ -1, "slightly against" }, { -2.5, "against" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (log_odds >= rows[i].least)
			return rows[i].words;
	return "strongly against";
}

const struct cause *words_root(const struct incident *in)
{
	return in->n_causes && in->causes[0].kind != CAUSE_UNKNOWN ? &in->causes[0] : NULL;
}

/* "Rollback web 4.7.2" of "Rollback web 4.7.2: came after ...", when it ends with the name of the suspect; else empty. */
static struct str reason_head(const struct words *w, const struct ruled_out *r)
{
	struct str what = words_suspect(w, r->kind, r->service, r->entity), name = str_from(what, strlen(cause_kind_words(r->kind)));
	ptrdiff_t end = -1;

	/* The name may have a colon of its own. */
	if (name.len == 0 || (end = str_find(r->reason, arena_printf(w->arena, "%.*s: ", STR_ARG(name)))) < 0)
		return STR_NONE;
	struct str head = str_head(r->reason, (size_t)end + name.len);

	return end <= HEAD_MAX ? head : STR_NONE;
}

struct str words_ruled_out(const struct words *w, const struct ruled_out *r)
{
	struct str head = reason_head(w, r);

	if (str_starts(head, STR("The ")))
		head = str_from(head, 4);
	if (head.len == 0)
		return words_suspect(w, r->kind, r->service, r->entity);
	char *small = arena_alloc(w->arena, head.len, 1);

	memcpy(small, head.ptr, head.len);
	if (small[0] >= 'A' && small[0] <= 'Z')
		small[0] = (char)(small[0] - 'A' + 'a');
	return str_make(small, head.len);
}

struct str words_reason(const struct words *w, const struct ruled_out *r)
{
	struct str head = reason_head(w, r);

	return words_sentence(w, head.len ? str_from(r->reason, head.len + 2) : r->reason);
}

bool words_is_serious(const struct cause *c)
{
	return !(c->probability < 0.01);
}

struct str words_link(const struct words *w, const struct link *l)
{
	return l->text.len ? l->text : words_suspect(w, l->kind, l->service, l->entity);
}

struct str words_sentence(const struct words *w, struct str text)
{
	enum { INSTANT = sizeof "2026-01-29T22:05:02Z" - 1 };
	struct str done = STR_NONE, rest = text;
	struct timestamp t;
	ptrdiff_t at;

	while ((at = str_chr(rest, '(')) >= 0) {
		struct str inside = str_from(rest, (size_t)at + 1), after = inside;
		bool is_instant = inside.len > INSTANT && inside.ptr[INSTANT] == ')' && inside.ptr[INSTANT - 1] == 'Z' &&
				  timestamp_parse_iso(&after, &t) && after.len == inside.len - INSTANT;
		struct str before = str_head(rest, (size_t)at + 1);

		done = arena_printf(w->arena, "%.*s%.*s%.*s", STR_ARG(done), STR_ARG(before),
				    STR_ARG(is_instant ? words_time(w, t.ns) : STR_NONE));
		rest = is_instant ? after : inside;
	}
	return done.len ? arena_printf(w->arena, "%.*s%.*s", STR_ARG(done), STR_ARG(rest)) : text;
}

struct str words_no_cause(const struct words *w, const struct incident *in)
{
	return in->n_causes && in->causes[0].statement.len ? words_sentence(w, in->causes[0].statement)
	                                                   : STR("not provable from these logs");
}

struct str words_statement(const struct words *w, const struct incident *in)
{
	const struct cause *root = words_root(in);

	return root ? words_sentence(w, root->statement) : words_no_cause(w, in);
}
