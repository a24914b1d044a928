#include "report/draft.h"

#include <stdio.h>

#include "core/hash.h"

enum { SECTIONS_MAX = 256 };

struct section {
	struct str name, digest; /* digest: of what we wrote; empty when the marker has none */
	size_t begin, end;       /* bytes of the text between the markers' lines */
	size_t after;            /* behind the line of the second marker, but for its line end */
	size_t begin_line;       /* 1-based, for messages */
	bool crlf;
};

struct sections { struct section at[SECTIONS_MAX]; size_t n; };

const char *draft_digest(struct str text, char out[static DRAFT_DIGEST_BYTES])
{
	uint64_t h = hash64(STR("inquest section"));

	while (text.len > 0) {
		struct str line = str_cut(text, '\n', &text);

		while (line.len > 0 && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t' || line.ptr[line.len - 1] == '\r'))
			line.len--;
		h = hash64_mix(h, hash64(line));
	}
	snprintf(out, DRAFT_DIGEST_BYTES, "%016llx", (unsigned long long)h);
	return out;
}

/* "<!-- inquest:EDGE NAME [DIGEST] -->" alone on its line; people may have indented it. */
static bool marker(struct str line, struct str edge, struct str *name, struct str *digest)
{
	struct str rest;

	line = str_trim(line);
	if (line.len < edge.len + 4 || !str_starts(line, edge) || !str_ends(line, STR(" -->")))
		return false;
	line = str_from(line, edge.len);
	line.len -= 4;
	*name = str_cut(line, ' ', &rest);
	*digest = rest;
	return name->len > 0 && str_chr(rest, ' ') < 0;
}

static const struct section *find(const struct sections *s, struct str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->at[i].name, name))
			return &s->at[i];
	return NULL;
}

static bool open_section(struct sections *s, struct str name, size_t begin, size_t line, bool crlf, struct err *err)
{
	const struct section *twin = find(s, name);

	if (twin)
		return err_set(err, "line %zu: section \"%.*s\" begins again, it began at line %zu", line,
		               STR_ARG(name), twin->begin_line);
	if (s->n == SECTIONS_MAX)
		return err_set(err, "line %zu: more than %d sections", line, SECTIONS_MAX);
	s->at[s->n++] = (struct section){ .name = name, .begin = begin, .begin_line = line, .crlf = crlf };
	return true;
}

/* The sections of a text in their order; markers must be paired and not nested. */
static bool find_sections(struct str text, struct sections *s, struct err *err)
{
	struct str rest = text, name, digest;
	bool open = false;

	for (size_t line = 1; rest.len; line++) {
		size_t at = text.len - rest.len;
		struct str one = str_cut(rest, '\n', &rest);
		size_t after = text.len - rest.len;

		if (marker(one, STR("<!-- inquest:begin "), &name, &digest)) {
			if (open)
				return err_set(err, "line %zu: section \"%.*s\" begins inside another", line,
				               STR_ARG(name));
			if (!open_section(s, name, after, line, str_ends(one, STR("\r")), err))
				return false;
			open = true;
		} else if (marker(one, STR("<!-- inquest:end "), &name, &digest)) {
			if (!open || !str_eq(s->at[s->n - 1].name, name))
				return err_set(err, "line %zu: section \"%.*s\" ends without a beginning",
					       line, STR_ARG(name));
			s->at[s->n - 1].end = at;
			s->at[s->n - 1].after = at + one.len - str_ends(one, STR("\r"));
			s->at[s->n - 1].digest = digest;
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

static bool same_text(struct str a, struct str b)
{
	char x[DRAFT_DIGEST_BYTES], y[DRAFT_DIGEST_BYTES];

	return strcmp(draft_digest(a, x), draft_digest(b, y)) == 0;
}

/* Is there anything of a person's between the markers? An empty section is a place for ours. */
static bool is_edited(struct str text, const struct section *s)
{
	char digest[DRAFT_DIGEST_BYTES];

	return str_trim(text).len > 0 && !str_eq(s->digest, str_of(draft_digest(text, digest)));
}

/* Text in the line ends of the draft. */
static void add_text(struct buf *out, struct str text, bool crlf)
{
	while (crlf && text.len > 0) {
		struct str line = str_cut(text, '\n', &text);

		buf_add(out, line);
		buf_addz(out, "\r\n");
	}
	buf_add(out, text);
}

/* The section anew, with its second marker, indented as it was. */
static void put_section(struct buf *out, struct str draft, const struct section *old, struct str now, bool keep_bytes)
{
	struct str line = str_make(draft.ptr + old->end, old->after - old->end);
	ptrdiff_t mark = str_find(line, STR("<!--"));
	char digest[DRAFT_DIGEST_BYTES];

	if (keep_bytes)
		buf_add(out, text_of(draft, old));
	else
		add_text(out, now, old->crlf);
	buf_add(out, str_head(line, mark > 0 ? (size_t)mark : 0));
	buf_addf(out, "<!-- inquest:end %.*s %s -->", STR_ARG(old->name), draft_digest(now, digest));
}

/* Sections that a person changed and that would be replaced: the first by name, the others counted. */
static bool refuse(const struct section *first, size_t n, struct err *err)
{
	char more[48] = "";

	if (n > 1)
		snprintf(more, sizeof more, " and %zu more were", n - 1);
	return err_set_status(err, EXIT_USAGE, "section \"%.*s\" (line %zu)%s changed by hand: --force replaces what stands there; without its "
			      "marker lines it stays yours", STR_ARG(first->name), first->begin_line, n > 1 ? more : " was");
}

bool draft_update(struct str draft, struct str fresh, const struct draft_policy *policy, struct buf *out, struct draft_changes *changes,
                  struct err *err)
{
	struct sections old = { .n = 0 }, new = { .n = 0 };
	const struct section *refused = NULL;
	size_t at = 0, n_refused = 0;

	*changes = (struct draft_changes){ 0 };
	if (!find_sections(draft, &old, err) || !find_sections(fresh, &new, err))
		return false;
	if (old.n == 0)
		return err_set(err, "no section of ours in the draft: "
				    "'inquest report -f markdown' writes one that has them");
	for (size_t i = 0; i < old.n; i++) {
		const struct section *s = &old.at[i], *from = find(&new, s->name);
		struct str text = text_of(draft, s), now = from ? text_of(fresh, from) : text;
		bool same = same_text(text, now), replace = from && !same;

		if (replace && is_edited(text, s)) {
			replace = policy->edited == DRAFT_REPLACE || (policy->edited == DRAFT_ASK && policy->ask(policy->self, s->name, s->begin_line));
			changes->kept += !replace;
			if (policy->edited == DRAFT_REFUSE) {
				refused = refused ? refused : s;
				n_refused++;
			}
		}
		buf_add(out, str_make(draft.ptr + at, s->begin - at));
		if (replace || (from && same)) {
			put_section(out, draft, s, now, same);
			at = s->after;
		} else {
			buf_add(out, text);
			at = s->end;
		}
		changes->stale += !from;
		changes->same += from && same;
		changes->replaced += replace;
	}
	buf_add(out, str_from(draft, at));
	for (size_t i = 0; i < new.n; i++)
		changes->missing += find(&old, new.at[i].name) == NULL;
	if (refused)
		return refuse(refused, n_refused, err);
	return !out->full || err_set(err, "the draft is too long");
}

struct str draft_template(struct str draft)
{
	struct str mark = STR("<!-- inquest:draft template=");

	while (draft.len > 0) {
		struct str line = str_trim(str_cut(draft, '\n', &draft));

		if (str_starts(line, mark) && str_ends(line, STR(" -->")))
			return str_make(line.ptr + mark.len, line.len - mark.len - 4);
	}
	return STR_NONE;
}
