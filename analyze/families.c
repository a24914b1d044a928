#include "analyze/families.h"

extern const unsigned char asset_families_txt[];
extern const size_t asset_families_txt_bytes;

enum { MAX_FAMILIES = 1000, LEAST_PATTERN = 3 };

struct reader {
	const char *name; /* of the file, for messages */
	unsigned line;
	struct arena *arena;
	struct err *err;
};

#define WRONG(r, ...) wrong((r), arena_printf((r)->arena, __VA_ARGS__))

static bool wrong(struct reader *r, struct str what)
{
	return err_set_status(r->err, EXIT_USAGE, "%s:%u: %.*s", r->name, r->line, STR_ARG(what));
}

/* ---- matching ---- */

/* Literal parts between '*', in order; case does not matter. */
static bool pattern_matches(struct str pattern, struct str text)
{
	while (pattern.len) {
		struct str rest;
		struct str part = str_cut(pattern, '*', &rest);
		if (part.len) {
			ptrdiff_t at = str_find_nocase(text, part);
			if (at < 0)
				return false;
			text = str_from(text, (size_t)at + part.len);
		}
		pattern = rest;
	}
	return true;
}

const struct family *families_match(const struct families *f, struct str text)
{
	for (size_t i = 0; i < f->n; i++)
		for (size_t p = 0; p < f->at[i].patterns.n; p++)
			if (pattern_matches(f->at[i].patterns.at[p], text))
				return &f->at[i];
	return NULL;
}

const struct family *families_by_id(const struct families *f, const char *id)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->at[i].id, id) == 0)
			return &f->at[i];
	return NULL;
}

/* ---- reading ---- */

/* A text in quotes off the head of a line; false when there is none. */
static bool quoted(struct reader *r, struct str *line, const char **out)
{
	*line = str_trim(*line);
	if (!line->len || line->ptr[0] != '"')
		return false;
	ptrdiff_t end = str_chr(str_from(*line, 1), '"');
	if (end < 1)
		return false;
	*out = arena_str(r->arena, str_head(str_from(*line, 1), (size_t)end)).ptr;
	*line = str_from(*line, (size_t)end + 2);
	return true;
}

static bool read_kind(struct str word, enum cause_kind *out)
{
	for (int k = 0; k < CAUSE_KIND_COUNT; k++)
		if (k != CAUSE_UNKNOWN && str_eq(word, str_of(cause_kind_name((enum cause_kind)k)))) {
			*out = (enum cause_kind)k;
			return true;
		}
	return false;
}

static bool read_nature(struct str word, enum family_nature *out)
{
	static const char *const names[] = { [NATURE_CAUSE] = "cause", [NATURE_CALLER] = "caller", [NATURE_EFFECT] = "effect" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(word, str_of(names[i]))) {
			*out = (enum family_nature)i;
			return true;
		}
	return false;
}

/* ID KIND NATURE "words" ["resource"] */
static bool read_head(struct reader *r, struct str line, struct family *f)
{
	struct str id = str_word(&line), kind = str_word(&line), nature = str_word(&line);
	*f = (struct family){ .id = arena_str(r->arena, id).ptr, .name = r->name, .line = r->line };
	if (!read_kind(kind, &f->kind))
		return WRONG(r, "'%.*s' is no kind of cause", STR_ARG(kind));
	if (!read_nature(nature, &f->nature))
		return WRONG(r, "'%.*s' is none of cause, caller, effect", STR_ARG(nature));
	if (!quoted(r, &line, &f->words))
		return WRONG(r, "what '%s' is must be said in quotes", f->id);
	if (str_trim(line).len && !quoted(r, &line, &f->resource))
		return WRONG(r, "what ran out must be said in quotes");
	return !str_trim(line).len || WRONG(r, "'%.*s' is too much", STR_ARG(str_trim(line)));
}

/* An indented line: a pattern, or "= text", which must come out as this family. */
static bool read_item(struct reader *r, struct str line, struct family *f)
{
	if (line.ptr[0] == '=') {
		*vec_push(r->arena, &f->samples) = (struct family_sample){ arena_str(r->arena, str_trim(str_from(line, 1))), r->line };
		return true;
	}
	if (line.len >= 2 && line.ptr[0] == '"' && line.ptr[line.len - 1] == '"')
		line = str_head(str_from(line, 1), line.len - 2);
	size_t literal = 0;
	for (size_t i = 0; i < line.len; i++)
		literal += line.ptr[i] != '*';
	if (literal < LEAST_PATTERN)
		return WRONG(r, "the pattern '%.*s' would match nearly everything", STR_ARG(line));
	*vec_push(r->arena, &f->patterns) = arena_str(r->arena, line);
	return true;
}

struct family_list { struct family *at; size_t n, cap; };

static bool finished(struct reader *r, const struct family_list *list)
{
	if (!list->n || list->at[list->n - 1].patterns.n)
		return true;
	r->line = list->at[list->n - 1].line;
	return WRONG(r, "'%s' has no pattern", list->at[list->n - 1].id);
}

/* Adds the families of a text; those whose id is there already (the user's own) are left out. */
static bool read_text(struct reader *r, struct str text, struct family_list *list)
{
	const size_t own = list->n;
	struct family none = { 0 }, *open = NULL;
	while (text.len) {
		struct str line = str_cut(text, '\n', &text), words = str_trim(line);
		r->line++;
		if (!words.len || words.ptr[0] == '#')
			continue;
		if (line.ptr[0] == ' ' || line.ptr[0] == '\t') {
			if (!open)
				return WRONG(r, "a pattern without a family");
			if (!read_item(r, words, open))
				return false;
			continue;
		}
		struct family f;
		if (!finished(r, list) || !read_head(r, words, &f))
			return false;
		bool replaced = false;
		for (size_t i = 0; i < list->n; i++) {
			if (strcmp(list->at[i].id, f.id) != 0)
				continue;
			if (i >= own)
				return WRONG(r, "'%s' is there already, in line %u", f.id, list->at[i].line);
			replaced = true;
		}
		if (list->n == MAX_FAMILIES)
			return WRONG(r, "more than %d families", MAX_FAMILIES);
		open = replaced ? &none : vec_push(r->arena, list);
		*open = f;
	}
	return finished(r, list);
}

/* Every sample must come out as the family it stands in. */
static bool check_samples(struct reader *r, const struct families *all)
{
	for (size_t i = 0; i < all->n; i++)
		for (size_t s = 0; s < all->at[i].samples.n; s++) {
			const struct family_sample *x = &all->at[i].samples.at[s];
			const struct family *got = families_match(all, x->text);
			/* What the user's own rows take from the built-in ones is meant. */
			if (got == &all->at[i] || (got && got->name != all->at[i].name))
				continue;
			r->name = all->at[i].name;
			r->line = x->line;
			return WRONG(r, "\"%.*s\" is taken for %s, not for %s", STR_ARG(x->text), got ? got->id : "nothing", all->at[i].id);
		}
	return true;
}

bool families_load(const char *name, struct str own, struct arena *a, struct families *out, struct err *err)
{
	struct family_list list = { 0 };
	struct reader mine = { .name = name, .arena = a, .err = err };
	struct reader built_in = { .name = "families.txt", .arena = a, .err = err };
	if (!read_text(&mine, own, &list) ||
	    !read_text(&built_in, str_make((const char *)asset_families_txt, asset_families_txt_bytes), &list))
		return false;
	*out = (struct families){ list.at, list.n };
	return check_samples(&built_in, out);
}
