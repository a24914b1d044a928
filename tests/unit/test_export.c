#include <criterion/criterion.h>
#include <stdio.h>

#include "core/redact.h"
#include "core/timestamp.h"
#include "export/csv.h"
#include "tests/unit/sample_case.h"
#include "tests/unit/store_help.h"

Test(export, texts_of_csv_are_texts_for_everybody)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "\"\"" },
		{ "plain", "\"plain\"" },
		{ "a \"b\", c", "\"a \"\"b\"\", c\"" },
		{ "=1+1", "\"'=1+1\"" },
		{ "+1", "\"'+1\"" },
		{ "-1", "\"'-1\"" },
		{ "@x", "\"'@x\"" },
		{ "\tx", "\"'\tx\"" },
		{ "a=1", "\"a=1\"" },
		{ "two\nlines", "\"two\nlines\"" },
		/* What psql would take for the end. */
		{ "a\n\\.\nb", "\"a\n\\. \nb\"" },
		{ "a\n\\.\n\\.\nb", "\"a\n\\. \n\\. \nb\"" },
		{ "\\.", "\"\\.\"" },
		{ "a\n\\.", "\"a\n\\.\"" },
		{ "a\n\\.x\n", "\"a\n\\.x\n\"" },
	};
	struct buf out;

	buf_init(&out, 1 << 16);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&out);
		csv_text(&out, str_of(rows[i].text));
		cr_expect(str_eq(buf_str(&out), str_of(rows[i].want)), "%s: %.*s", rows[i].text, STR_ARG(buf_str(&out)));
	}
	buf_release(&out);
}

Test(export, names_of_stores_need_no_quotes)
{
	static const char *const paths[][2] = {
		{ "out/store.inquest", "store" }, { "/a/2026-01-29.inquest", "2026-01-29" }, { "a b;'c.inquest", "a_b__c" },
		{ ".hidden", ".hidden" },         { "x", "x" },                            { "dir/", "store" },
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct str name = export_name(str_of(paths[i][0]), &a);

		cr_expect(str_eq(name, str_of(paths[i][1])), "%s: %.*s", paths[i][0], STR_ARG(name));
		cr_expect(export_name_good(name));
	}
	cr_expect_not(export_name_good(STR("")));
	cr_expect_not(export_name_good(STR("a'b")));
	cr_expect_not(export_name_good(STR("a\nb")));
	arena_release(&a);
}

/* What a sink was given: whole files, by name. */
struct kept {
	struct buf all;
	unsigned opened, closed;
	unsigned fail_after; /* writes until one fails; 0 never */
};

static bool kept_open(void *self, const char *name, struct err *err)
{
	struct kept *k = self;

	(void)err;
	cr_expect_eq(k->opened++, k->closed, "a file begins before the last one ended");
	cr_expect_not(strchr(name, '/'));
	buf_addf(&k->all, "<%s>\n", name);
	return true;
}

static bool kept_write(void *self, struct str bytes, struct err *err)
{
	struct kept *k = self;

	if (k->fail_after > 0 && --k->fail_after == 0)
		return err_set(err, "the disk is full");
	buf_add(&k->all, bytes);
	return true;
}

static bool kept_close(void *self, struct err *err)
{
	(void)err;
	((struct kept *)self)->closed++;
	return true;
}

static bool run_target(struct store *s, const struct export_target *t, struct kept *k, struct err *err)
{
	struct export_options o = { .name = STR("made"), .since_ns = TIME_NONE, .until_ns = TIME_NONE, .step_s = 60, .redact = true };
	struct export_sink sink = { kept_open, kept_write, kept_close, k };

	buf_init(&k->all, 1 << 27);
	return export_run(s, t, &o, &sink, err);
}

static struct store *hostile_store(const char *path)
{
	struct store_writer *w;
	struct store *s;
	struct err err = ERR_INIT;
	struct arena arena;
	struct buf json;

	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	write_made_file(w, 0, 3000);
	cr_assert(store_writer_close(w, &err), "%s", err.text);
	arena_init(&arena);
	buf_init(&json, 1 << 24);
	struct casefile c = sample_hostile(&arena, sample_hostile_text());

	casefile_encode(&c, false, &json);
	cr_assert(store_save_casefile(path, buf_str(&json), &err), "%s", err.text);
	buf_release(&json);
	arena_release(&arena);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	return s;
}

/* Every target, over the registry: with hostile findings its bytes are text, the same again, and failures are told. */
Test(export, every_target_copes_with_hostile_findings)
{
	const char *path = temp_store("export_hostile");
	struct store *s = hostile_store(path);

	for (const struct export_target *const *t = export_registry; *t; t++) {
		struct kept one = { 0 }, two = { 0 }, broken = { .fail_after = 1 };
		struct err err = ERR_INIT, told = ERR_INIT;

		cr_expect_eq(export_by_name(str_of((*t)->name)), *t);
		cr_assert(strlen((*t)->help) > 10, "%s", (*t)->name);
		cr_assert(run_target(s, *t, &one, &err), "%s: %s", (*t)->name, err.text);
		cr_expect_gt(one.closed, 0);
		cr_expect_eq(one.opened, one.closed);
		cr_expect(((*t)->folder ? one.closed > 1 : one.closed == 1), "%s", (*t)->name);
		cr_expect(str_is_utf8(buf_str(&one.all)), "%s", (*t)->name);
		for (size_t i = 0; i < one.all.len; i++) {
			unsigned char c = (unsigned char)one.all.ptr[i];

			cr_assert(c >= ' ' || c == '\n' || c == '\t', "%s: byte %02x", (*t)->name, c);
			cr_assert_neq(c, 0x7f, "%s", (*t)->name);
		}
		cr_assert(run_target(s, *t, &two, &err), "%s: %s", (*t)->name, err.text);
		cr_expect(str_eq(buf_str(&one.all), buf_str(&two.all)), "%s: not the same again", (*t)->name);
		cr_expect_not(run_target(s, *t, &broken, &told), "%s", (*t)->name);
		cr_expect(strstr(told.text, "disk is full"), "%s", told.text);
		buf_release(&one.all);
		buf_release(&two.all);
		buf_release(&broken.all);
	}
	store_close(s);
	remove_store(path);
}
