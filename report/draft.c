#include "report/draft.h"

enum { SECTIONS_MAX = 256 };

struct section {
	struct str name;
	size_t begin, end; /* bytes of the text between the markers' lines */
	size_t begin_line; /* 1-based, for messages */
};

struct sections { struct section at[SECTIONS_MAX]; size_t n; };

/* "<!-- inquest:EDGE NAME -->" alone on its line; people may have indented it. */
static bool marker(struct str line, struct str edge, struct str *name)
{
	struct str rest;

	line = str_trim(line);
	if (!str_starts(line, edge) || !str_ends(line, STR(" -->")))
		return false;
	line = str_from(line, edge.len);
	line.len -= 4;
	*name = str_cut(line, ' ', &rest);
	return name->len > 0 && rest.len == 0;
}

static const struct section *find(const struct sections *s, struct str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->at[i].name, name))
			return &s->at[i];
	return NULL;
}

static bool open_section(struct sections *s, struct str name, size_t begin, size_t line, struct err *err)
{
	const struct section *twin = find(s, name);

	if (twin)
		return err_set(err, "line %zu: section \"%.*s\" begins again, it began at line %zu", line,
		               STR_ARG(name), twin->begin_line);
	if (s->n == SECTIONS_MAX)
		return err_set(err, "line %zu: more than %d sections", line, SECTIONS_MAX);
	s->at[s->n++] = (struct section){ .name = name, .begin = begin, .begin_line = line };
	return true;
}

/* The sections of a text in their order; markers must be paired and not nested. */
static bool find_sections(struct str text, struct sections *s, struct err *err)
{
	struct str rest = text, name;
	bool open = false;

	for (size_t line = 1; rest.len; line++) {
		size_t at = text.len - rest.len;
		struct str one = str_cut(rest, '\n', &rest);
		size_t after = text.len - rest.len;

		if (marker(one, STR("<!-- inquest:begin "), &name)) {
			if (open)
				return err_set(err, "line %zu: section \"%.*s\" begins inside another", line,
				               STR_ARG(name));
			if (!open_section(s, name, after, line, err))
				return false;
			open = true;
		} else if (marker(one, STR("<!-- inquest:end "), &name)) {
			if (!open || !str_eq(s->at[s->n - 1].name, name))
				return err_set(err, "line %zu: section \"%.*s\" ends without a beginning",
					       line, STR_ARG(name));
			s->at[s->n - 1].end = at;
			open = false;
		}
	}
	if (open)
		return err_set(err, "line %zu: section \"%.*s\" has no end", s->at[s->n - 1].begin_line,
		               STR_ARG(s->at[s->n - 1].name));
	return true;
}

static struct str text_of(struct str text, const struct section *s)
{
	return str_make(text.ptr + s->begin, s->end - s->begin);
}

bool draft_update(struct str draft, struct str fresh, struct buf *out, struct draft_changes *changes,
                  struct err *err)
{
	struct sections old = { .n = 0 }, new = { .n = 0 };
	size_t at = 0;

	*changes = (struct draft_changes){ 0 };
	if (!find_sections(draft, &old, err) || !find_sections(fresh, &new, err))
		return false;
	if (old.n == 0)
		return err_set(err, "no section of ours in the draft: "
				    "'inquest report -f markdown' writes one that has them");
	for (size_t i = 0; i < old.n; i++) {
		const struct section *from = find(&new, old.at[i].name);
		struct str text = text_of(draft, &old.at[i]), now = from ? text_of(fresh, from) : text;

		buf_add(out, str_make(draft.ptr + at, old.at[i].begin - at));
		buf_add(out, now);
		at = old.at[i].end;
		if (!from)
			changes->stale++;
		else if (str_eq(text, now))
			changes->same++;
		else
			changes->replaced++;
	}
	buf_add(out, str_from(draft, at));
	for (size_t i = 0; i < new.n; i++)
		changes->missing += find(&old, new.at[i].name) == NULL;
	return !out->full || err_set(err, "the draft is too long");
}
