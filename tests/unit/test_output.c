#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/output.h"

Test(output, words_survive_a_shell)
{
	static const struct { const char *word, *quoted; } cases[] = {
		{ "logs/app-1.2_x", "logs/app-1.2_x" }, { "two words", "'two words'" }, { "it's", "'it'\\''s'" },
		{ "", "''" }, { "$HOME", "'$HOME'" }, { "*.gz", "'*.gz'" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf out;

		buf_init(&out, 256);
		shell_word(&out, str_of(cases[i].word));
		cr_assert(str_eq(buf_str(&out), str_of(cases[i].quoted)), "%s", cases[i].word);
		buf_release(&out);
	}
}

Test(output, a_file_is_replaced_whole_and_keeps_its_mode)
{
	struct arena a;
	struct err err = ERR_INIT;
	struct str got = STR_NONE;
	struct stat st;

	arena_init(&a);
	struct scratch *scratch = scratch_open(STR_NONE, &a, &err);

	cr_assert_not_null(scratch, "%s", err.text);
	struct str path = path_join(&a, scratch_folder(scratch), STR("draft.md"));

	cr_assert(output_write_file(path, STR("first"), &err), "%s", err.text);
	cr_assert_eq(chmod(path.ptr, 0600), 0);
	cr_assert(output_write_file(path, STR("the second"), &err), "%s", err.text);
	cr_assert(input_read_file(path, 100, &a, &got, &err), "%s", err.text);
	cr_assert(str_eq(got, STR("the second")));
	cr_assert_eq(stat(path.ptr, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0600u);
	cr_assert_not(input_read_file(path, 5, &a, &got, &err), "larger than allowed");
	scratch_close(scratch);
	cr_assert_neq(access(path.ptr, F_OK), 0, "the scratch folder is gone");
	arena_release(&a);
}

Test(output, folders_are_made_to_any_depth)
{
	struct arena a;
	struct err err = ERR_INIT, in_the_way = ERR_INIT;

	arena_init(&a);
	struct scratch *scratch = scratch_open(STR_NONE, &a, &err);
	struct str base = scratch_folder(scratch);
	struct str deep = arena_printf(&a, "%.*s/a/b//c/", STR_ARG(base));
	struct str file = path_join(&a, deep, STR("f"));

	cr_assert(output_make_folder(deep, &err), "%s", err.text);
	cr_assert(output_make_folder(deep, &err), "again is fine: %s", err.text);
	cr_assert(output_write_file(file, STR("x"), &err), "%s", err.text);
	cr_assert_not(output_make_folder(file, &in_the_way));
	cr_assert(str_find(str_of(in_the_way.text), STR("is in the way")) >= 0, "%s", in_the_way.text);
	cr_assert_eq(unlink(file.ptr), 0);
	cr_assert_eq(rmdir(deep.ptr), 0);
	cr_assert_eq(rmdir(arena_printf(&a, "%.*s/a/b", STR_ARG(base)).ptr), 0);
	cr_assert_eq(rmdir(arena_printf(&a, "%.*s/a", STR_ARG(base)).ptr), 0);
	scratch_close(scratch);
	arena_release(&a);
}
