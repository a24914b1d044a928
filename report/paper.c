#include "report/paper.h"

#include "report/draft.h"
#include "report/md.h"

const struct paper_part *paper_part_by_name(const struct paper_part *parts, struct str name)
{
	for (size_t i = 0; parts[i].name; i++)
		if (str_eq(str_of(parts[i].name), name))
			return &parts[i];
	return NULL;
}

/* Markers of a further incident carry its number: names stay unique in the file. */
static void marker(struct paper *p, const char *edge, struct str name, struct str digest)
{
	buf_addf(p->out, "<!-- inquest:%s %.*s", edge, STR_ARG(name));
	if (p->number > 1)
		buf_addf(p->out, "-%zu", p->number);
	buf_addf(p->out, "%s%.*s -->\n", digest.len ? " " : "", STR_ARG(digest));
}

void paper_section(struct paper *p, struct str name, void (*write)(struct paper *p, void *with), void *with)
{
	char digest[DRAFT_DIGEST_BYTES];

	marker(p, "begin", name, STR_NONE);
	size_t from = p->out->len;
	write(p, with);
	struct str text = str_make(p->out->ptr + from, p->out->len - from);
	marker(p, "end", name, str_of(draft_digest(text, digest)));
}

static void write_part(struct paper *p, void *with)
{
	const struct paper_part *const *part = with;

	(*part)->write(p);
}

void paper_part(struct paper *p, const struct paper_part *part)
{
	paper_section(p, str_of(part->name), write_part, &part);
}

void paper_refs(struct paper *p, const struct refs *r)
{
	size_t shown = 0;

	for (size_t i = 0; i < r->n && shown < PAPER_REFS_MAX; i++) {
		if (!p->links) {
			buf_addz(p->out, shown ? ", " : " (");
			md_code(p->out, words_ref(&p->w, &r->at[i]));
			shown++;
			continue;
		}
		size_t number = exhibits_add(&p->exhibits, &r->at[i]);
		if (number == 0)
			continue;
		buf_addf(p->out, "%s[E%zu](#e%zu)", shown ? ", " : " ", number, number);
		shown++;
	}
	if (!p->links && shown > 0)
		buf_addc(p->out, ')');
}

void paper_item(struct paper *p, const char *mark, struct str text, const struct refs *r)
{
	buf_addf(p->out, "%s ", mark);
	md_text(p->out, text);
	if (r)
		paper_refs(p, r);
	buf_addc(p->out, '\n');
}

void paper_rest(struct paper *p, size_t all, size_t shown, const char *what)
{
	if (all > shown)
		buf_addf(p->out, "\nand %zu more %s\n", all - shown, what);
}
