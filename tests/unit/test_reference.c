/*
 * The five reference incidents through every renderer. Their case files are recorded (tests/golden/reference/NAME.casefile.gz),
 * so what the analysis finds may change without these: a difference here is a renderer's. Quoted lines are shortened in the
 * recording. With GOLDEN_UPDATE=1 the goldens are written, and with RECORD_FROM=DIR the recordings first, from
 * DIR/NAME/store.inquest (`make golden-record`).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "store/reader.h"
#include "tests/unit/golden.h"
#include "tests/unit/render.h"

enum { CASEFILE_MAX = 4 << 20, TEXT_BYTES = 240, PATH_BYTES = 256 };

static const char *const names[] = { "auth-timeout", "crumble", "slow-query", "stale-session", "traffic-surge" };
enum { NAMES = sizeof names / sizeof names[0] };

static struct arena arena;

static void set_up(void)
{
	arena_init(&arena);
}

static void tear_down(void)
{
	arena_release(&arena);
}

TestSuite(reference, .init = set_up, .fini = tear_down);

/* ---- recording ---- */

static struct str shortened(void *self, struct str text)
{
	(void)self;
	size_t n = text.len < TEXT_BYTES ? text.len : TEXT_BYTES;

	while (n < text.len && n && ((unsigned char)text.ptr[n] & 0xc0) == 0x80)
		n--;
	return str_head(text, n);
}

static void record(const char *folder, const char *name)
{
	struct err err = ERR_INIT;
	struct store *store;
	struct casefile c = { 0 };
	struct str json;
	struct buf out;
	char path[PATH_BYTES];

	snprintf(path, sizeof path, "%s/%s/store.inquest", folder, name);
	cr_assert(store_open(path, &store, &err), "%s", err.text);
	cr_assert(store_load_casefile(store, &arena, &json, &err) && casefile_decode(json, &arena, &c, &err), "%s", err.text);
	store_close(store);
	/* Quoted lines are most of its bytes. */
	c = casefile_map(&c, &arena, shortened, NULL);
	buf_init(&out, CASEFILE_MAX);
	casefile_encode(&c, false, &out);
	snprintf(path, sizeof path, "tests/golden/reference/%s.casefile.gz", name);
	gzFile file = gzopen(path, "wb9");
	cr_assert(file && gzwrite(file, out.ptr, (unsigned)out.len) == (int)out.len, "%s", path);
	cr_assert_eq(gzclose(file), Z_OK);
	buf_release(&out);
}

static struct casefile recorded(const char *name)
{
	struct err err = ERR_INIT;
	struct casefile c = { 0 };
	char path[PATH_BYTES], *bytes = arena_alloc(&arena, CASEFILE_MAX, 1);

	snprintf(path, sizeof path, "tests/golden/reference/%s.casefile.gz", name);
	gzFile file = gzopen(path, "rb");
	cr_assert(file, "%s", path);
	int n = gzread(file, bytes, CASEFILE_MAX);
	cr_assert(n > 0 && n < CASEFILE_MAX, "%s", path);
	gzclose(file);
	cr_assert(casefile_decode(str_make(bytes, (size_t)n), &arena, &c, &err), "%s", err.text);
	return c;
}

/* ---- what a reader sees ---- */

/* Does a tag end a line? */
static bool ends_line(struct str tag)
{
	static const char *const blocks[] = { "/p", "/li", "/tr", "/h1", "/h2", "/h3", "/div", "/summary", "/text", "/figcaption", "/dd",
		                              "/pre", "/title", "/caption", "br", "/span", "/a", "/header" };

	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
		if (str_starts(tag, str_of(blocks[i])) && (tag.len == strlen(blocks[i]) || tag.ptr[strlen(blocks[i])] == ' '))
			return true;
	return false;
}

/* The page's words without its tags, its style and the values behind its plots: a line for each piece. */
static struct str outline(struct str page)
{
	struct buf out;
	struct str table = STR("<details class=\"numbers\">"), end = STR("</details>");

	page = str_from(page, (size_t)str_find(page, STR("<body>")));
	page = str_head(page, (size_t)str_find(page, STR("<footer")));
	buf_init(&out, CASEFILE_MAX);
	while (page.len) {
		if (str_starts(page, table))
			page = str_from(page, (size_t)str_find(page, end) + end.len);
		struct str text = str_trim(str_cut(page, '<', &page)), tag = str_cut(page, '>', &page);

		buf_add(&out, text);
		if (str_eq(tag, STR("/td")) || str_eq(tag, STR("/th")))
			buf_addz(&out, " | ");
		else if (ends_line(tag) && out.len && out.ptr[out.len - 1] != '\n')
			buf_addc(&out, '\n');
		else if (text.len)
			buf_addc(&out, ' ');
	}
	struct str text = arena_str(&arena, buf_str(&out));
	buf_release(&out);
	return text;
}

/* The JSON with each line of evidence as "source:line". */
static struct str evidence_folded(struct str json)
{
	struct buf out;
	bool in_refs = false;

	buf_init(&out, CASEFILE_MAX);
	while (json.len) {
		struct str line = str_cut(json, '\n', &json), bare = str_trim(line);

		if (str_eq(bare, STR("\"refs\": ["))) {
			in_refs = true;
			buf_add(&out, line);
			continue;
		}
		if (!in_refs) {
			buf_add(&out, line);
			buf_addc(&out, '\n');
			continue;
		}
		if (str_starts(bare, STR("\"source\": "))) {
			buf_add(&out, str_head(str_from(bare, 10), bare.len - 11));
		} else if (str_starts(bare, STR("\"line\": "))) {
			buf_addc(&out, ':');
			buf_add(&out, str_from(bare, 8));
		} else if (str_starts(bare, STR("]"))) {
			in_refs = false;
			buf_add(&out, bare);
			buf_addc(&out, '\n');
		}
	}
	struct str text = arena_str(&arena, buf_str(&out));
	buf_release(&out);
	return text;
}

static struct str as_it_is(struct str text)
{
	return text;
}

Test(reference, looks_as_it_did)
{
	static const struct { const char *renderer, *extension; struct str (*view)(struct str text); } rows[] = {
		{ "text", "txt", as_it_is },
		{ "markdown", "md", as_it_is },
		{ "json", "json", evidence_folded },
		{ "html", "html.txt", outline },
	};
	const char *from = getenv("RECORD_FROM");
	const struct render_options o = render_test_options();

	for (size_t i = 0; i < NAMES; i++) {
		if (from)
			record(from, names[i]);
		struct casefile c = recorded(names[i]);

		cr_assert_eq(c.n_incidents, 1);
		for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
			struct str text = rows[k].view(render_test(rows[k].renderer, &c, &o, &arena));

			golden_check(arena_printf(&arena, "reference/%s.%s", names[i], rows[k].extension).ptr, text);
		}
	}
}

/* The page of every reference is one that can be mailed. */
Test(reference, pages_are_small)
{
	const struct render_options o = render_test_options();

	for (size_t i = 0; i < NAMES; i++) {
		struct casefile c = recorded(names[i]);

		cr_expect(render_test("html", &c, &o, &arena).len < (3 << 19) / 2);
	}
}
