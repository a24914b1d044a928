#include "report/template.h"

enum { OWN_SECTIONS_MAX = 32, NAME_MAX_BYTES = 40 };

#define ASSET(name) extern const unsigned char asset_##name##_md[]; extern const size_t asset_##name##_md_bytes
ASSET(draft_reference);
ASSET(draft_sre);
ASSET(draft_pagerduty);
ASSET(draft_compact);

static struct str asset(const unsigned char *bytes, size_t n)
{
	return str_make((const char *)bytes, n);
}

size_t template_count(void)
{
	return 4;
}

struct template template_at(size_t i)
{
	switch (i) {
	case 0:
		return (struct template){ "reference", "summary, timeline, root cause and resolution, measures",
					  asset(asset_draft_reference_md, asset_draft_reference_md_bytes) };
	case 1:
		return (struct template){ "sre", "the layout of Google's SRE book", asset(asset_draft_sre_md, asset_draft_sre_md_bytes) };
	case 2:
		return (struct template){ "pagerduty", "the layout of PagerDuty's incident response guide",
					  asset(asset_draft_pagerduty_md, asset_draft_pagerduty_md_bytes) };
	default:
		return (struct template){ "compact", "one page", asset(asset_draft_compact_md, asset_draft_compact_md_bytes) };
	}
}

bool template_by_name(struct str name, struct template *out)
{
	for (size_t i = 0; i < template_count(); i++) {
		*out = template_at(i);
		if (str_eq(str_of(out->name), name))
			return true;
	}
	return false;
}

/* What a line of a template is. */
enum line_kind { LINE_TEXT, LINE_SECTION, LINE_OPEN, LINE_CLOSE, LINE_REMARK };

static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.ptr[i] >= 'a' && s.ptr[i] <= 'z') && !(s.ptr[i] >= '0' && s.ptr[i] <= '9') && s.ptr[i] != '-')
			return false;
	return s.len > 0 && s.len <= NAME_MAX_BYTES;
}

static enum line_kind kind_of(struct str line, struct str *name)
{
	line = str_trim(line);
	*name = STR_NONE;
	if (!str_starts(line, STR("{{")) || !str_ends(line, STR("}}")) || str_find(str_from(line, 2), STR("{{")) >= 0)
		return LINE_TEXT;
	struct str inside = str_trim(str_make(line.ptr + 2, line.len - 4));
	if (str_starts(inside, STR("!")))
		return LINE_REMARK;
	bool open = str_starts(inside, STR("#")), close = str_starts(inside, STR("/"));
	*name = open || close ? str_trim(str_from(inside, 1)) : inside;
	if (open || close)
		return open ? LINE_OPEN : LINE_CLOSE;
	return paper_part_by_name(paper_sections, *name) ? LINE_SECTION : LINE_TEXT;
}

/* The next "{{name}}" of a line: what stands before it, its name; *line moves behind it. False when there is none. */
static bool next_value(struct str *line, struct str *before, struct str *name)
{
	ptrdiff_t at = str_find(*line, STR("{{")), end = at < 0 ? -1 : str_find(str_from(*line, (size_t)at), STR("}}"));

	if (end < 0)
		return false;
	*before = str_head(*line, (size_t)at);
	*name = str_trim(str_make(line->ptr + at + 2, (size_t)end - 2));
	*line = str_from(*line, (size_t)(at + end) + 2);
	return true;
}

static bool check_values(struct str line, size_t number, struct err *err)
{
	struct str before, name;

	while (next_value(&line, &before, &name))
		if (!paper_part_by_name(paper_values, name))
			return paper_part_by_name(paper_sections, name) ?
				err_set_status(err, EXIT_USAGE, "line %zu: {{%.*s}} is a section and needs a line of its own", number, STR_ARG(name)) :
				err_set_status(err, EXIT_USAGE, "line %zu: {{%.*s}} is not a placeholder", number, STR_ARG(name));
	return true;
}

bool template_check(struct str text, struct err *err)
{
	struct str seen[OWN_SECTIONS_MAX], open = STR_NONE, name;
	size_t n = 0;

	for (size_t number = 1; text.len > 0; number++) {
		struct str line = str_cut(text, '\n', &text);
		enum line_kind kind = kind_of(line, &name);

		if (str_find(line, STR("<!-- inquest:")) >= 0)
			return err_set_status(err, EXIT_USAGE, "line %zu: markers are written by inquest: {{#name}} and {{/name}} stand for them", number);
		if (kind == LINE_TEXT && !check_values(line, number, err))
			return false;
		if (kind == LINE_CLOSE && !str_eq(name, open))
			return err_set_status(err, EXIT_USAGE, "line %zu: {{/%.*s}} closes nothing", number, STR_ARG(name));
		if (kind == LINE_CLOSE)
			open = STR_NONE;
		if (kind != LINE_SECTION && kind != LINE_OPEN)
			continue;
		if (open.len > 0)
			return err_set_status(err, EXIT_USAGE, "line %zu: {{%.*s}} stands inside of {{#%.*s}}", number, STR_ARG(name), STR_ARG(open));
		if (!is_name(name) || (kind == LINE_OPEN && paper_part_by_name(paper_sections, name)))
			return err_set_status(err, EXIT_USAGE, "line %zu: '%.*s' is no name for a section of your own", number, STR_ARG(str_head(name, NAME_MAX_BYTES)));
		for (size_t i = 0; i < n; i++)
			if (str_eq(seen[i], name))
				return err_set_status(err, EXIT_USAGE, "line %zu: {{%.*s}} is there twice", number, STR_ARG(name));
		if (n == OWN_SECTIONS_MAX)
			return err_set_status(err, EXIT_USAGE, "line %zu: more than %d sections", number, OWN_SECTIONS_MAX);
		seen[n++] = name;
		if (kind == LINE_OPEN)
			open = name;
	}
	return open.len == 0 || err_set_status(err, EXIT_USAGE, "{{#%.*s}} is not closed", STR_ARG(open));
}

bool template_has(struct str text, const char *section)
{
	struct str name;

	while (text.len > 0)
		if (kind_of(str_cut(text, '\n', &text), &name) == LINE_SECTION && str_eq(name, str_of(section)))
			return true;
	return false;
}

/* Is there a marked section of that name, of any incident? */
static bool draft_has(struct str draft, const char *section)
{
	struct str begin = STR("<!-- inquest:begin "), name = str_of(section);

	for (ptrdiff_t at; (at = str_find(draft, begin)) >= 0;) {
		draft = str_from(draft, (size_t)at + begin.len);
		char after = draft.len > name.len ? draft.ptr[name.len] : ' ';
		char more = draft.len > name.len + 1 ? draft.ptr[name.len + 1] : ' ';

		if (str_starts(draft, name) && (after == ' ' || (after == '-' && more >= '0' && more <= '9')))
			return true;
	}
	return false;
}

struct str template_for_draft(struct str text, struct str draft, struct arena *a)
{
	bool quotes = draft_has(draft, "evidence"), has[64] = { false };
	struct buf out;
	struct str name;

	for (size_t i = 0; i < 64 && paper_sections[i].name; i++)
		has[i] = template_has(text, paper_sections[i].name);
	buf_init(&out, text.len + 4096);
	while (text.len > 0) {
		struct str line = str_cut(text, '\n', &text);

		if (quotes || kind_of(line, &name) != LINE_SECTION || !str_eq(name, STR("evidence"))) {
			buf_add(&out, line);
			buf_addc(&out, '\n');
		}
	}
	for (size_t i = 0; i < 64 && paper_sections[i].name; i++)
		if (!has[i] && draft_has(draft, paper_sections[i].name))
			buf_addf(&out, "{{%s}}\n", paper_sections[i].name);
	struct str extended = arena_str(a, buf_str(&out));
	buf_release(&out);
	return extended;
}

static void write_line(struct paper *p, struct str line)
{
	struct str before, name;

	while (next_value(&line, &before, &name)) {
		const struct paper_part *value = paper_part_by_name(paper_values, name);

		buf_add(p->out, before);
		if (value)
			value->write(p);
	}
	buf_add(p->out, line);
	buf_addc(p->out, '\n');
}

/* Lines up to the one that closes the section. */
static void write_own(struct paper *p, void *with)
{
	struct str *text = with, name;

	while (text->len > 0) {
		struct str line = str_cut(*text, '\n', text);

		if (kind_of(line, &name) == LINE_CLOSE)
			return;
		write_line(p, line);
	}
}

void template_write(struct paper *p, struct str text, bool last)
{
	struct str name;

	while (text.len > 0) {
		struct str line = str_cut(text, '\n', &text);
		const struct paper_part *part;

		switch (kind_of(line, &name)) {
		case LINE_SECTION:
			part = paper_part_by_name(paper_sections, name);
			if (!str_eq(name, STR("quality"))) {
				paper_part(p, part);
			} else if (last) {
				size_t number = p->number;

				p->number = 1;
				paper_part(p, part);
				p->number = number;
			}
			break;
		case LINE_OPEN:
			paper_section(p, name, write_own, &text);
			break;
		case LINE_CLOSE:
		case LINE_REMARK:
			break;
		case LINE_TEXT:
			write_line(p, line);
			break;
		}
	}
}
