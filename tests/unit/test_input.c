/* Whatever archives hold, as text. */
#include <criterion/criterion.h>
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

#include "core/hash.h"
#include "pack.h"

static struct buf new_buf(void)
{
	struct buf b;
	buf_init(&b, 256 << 20);
	return b;
}

static void expect_all(struct str packed, const char *wanted)
{
	struct buf b = new_buf();
	pack_all(packed, &b);
	cr_expect(str_eq(buf_str(&b), str_of(wanted)), "%.*s\nwanted %s", STR_ARG(buf_str(&b)), wanted);
	buf_release(&b);
}

/* One member "dir/a.log", or with NULL for `format` the bare text, through libarchive. */
static bool pack_with(struct buf *out, int (*format)(struct archive *), int (*filter)(struct archive *),
                      struct str text)
{
	struct archive *a = archive_write_new();
	size_t used = 0;
	if (filter && filter(a) != ARCHIVE_OK) {
		archive_write_free(a);
		return false;
	}
	(format ? format : archive_write_set_format_raw)(a);
	archive_write_set_bytes_per_block(a, 1);
	char *room = buf_reserve(out, 1 << 20);
	cr_assert_eq(archive_write_open_memory(a, room, 1 << 20, &used), ARCHIVE_OK);
	struct archive_entry *e = archive_entry_new();
	archive_entry_set_pathname(e, "dir/a.log");
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_size(e, (la_int64_t)text.len);
	archive_entry_set_mtime(e, 1769724302, 0);
	cr_assert_eq(archive_write_header(a, e), ARCHIVE_OK);
	cr_assert_eq(archive_write_data(a, text.ptr, text.len), (la_ssize_t)text.len);
	archive_entry_free(e);
	cr_assert_eq(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	out->len += used;
	return true;
}

Test(input, plain_text)
{
	expect_all(STR(""), "x[];;");
	expect_all(STR("a\nb"), "x[]a\nb;;");
	expect_all(STR("\x1f\x8b"), "x[]\x1f\x8b;;");
	expect_all(STR("BZh9 is no bzip2\n"), "x[]BZh9 is no bzip2\n;;");
	expect_all(STR("070701 is no cpio\n"), "x[]070701 is no cpio\n;;");
	expect_all(STR("PK is no zip\n"), "x[]PK is no zip\n;;");
}

Test(input, every_compression)
{
	static const struct {
		int (*filter)(struct archive *);
		const char *wanted;
	} rows[] = {
		{ archive_write_add_filter_gzip, "x[gzip]some text\nof two lines\n;;" },
		{ archive_write_add_filter_zstd, "x[zstd]some text\nof two lines\n;;" },
		{ archive_write_add_filter_bzip2, "x[bzip2]some text\nof two lines\n;;" },
		{ archive_write_add_filter_xz, "x[xz]some text\nof two lines\n;;" },
		{ archive_write_add_filter_lzma, "x[lzma]some text\nof two lines\n;;" },
		{ archive_write_add_filter_lzip, "x[lzip]some text\nof two lines\n;;" },
		{ archive_write_add_filter_lz4, "x[lz4]some text\nof two lines\n;;" },
		{ archive_write_add_filter_compress, "x[compress]some text\nof two lines\n;;" },
	};
	struct buf packed = new_buf(), twice = new_buf();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_clear(&packed);
		if (!pack_with(&packed, NULL, rows[i].filter, STR("some text\nof two lines\n")))
			continue;
		expect_all(buf_str(&packed), rows[i].wanted);
		/* And inside a gzip. */
		char wanted[100];
		snprintf(wanted, sizeof wanted, "x[gzip %s", rows[i].wanted + 2);
		buf_clear(&twice);
		pack_gzip(&twice, buf_str(&packed), 6, 0, NULL);
		expect_all(buf_str(&twice), wanted);
	}
	buf_release(&packed);
	buf_release(&twice);
}

Test(input, every_archive)
{
	static const struct {
		int (*format)(struct archive *);
		const char *wanted;
	} rows[] = {
		{ archive_write_set_format_ustar, "x/dir/a.log[tar]text\n;;" },
		{ archive_write_set_format_v7tar, "x/dir/a.log[tar]text\n;;" },
		{ archive_write_set_format_gnutar, "x/dir/a.log[tar]text\n;;" },
		{ archive_write_set_format_pax, "x/dir/a.log[tar]text\n;;" },
		{ archive_write_set_format_cpio_newc, "x/dir/a.log[cpio]text\n;;" },
		{ archive_write_set_format_zip, "x/dir/a.log[zip]text\n;;" },
		{ archive_write_set_format_7zip, "x/dir/a.log[7zip]text\n;;" },
	};
	struct buf packed = new_buf();
	struct input_stream s;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_clear(&packed);
		cr_assert(pack_with(&packed, rows[i].format, NULL, STR("text\n")));
		expect_all(buf_str(&packed), rows[i].wanted);
		struct input *in = pack_open(buf_str(&packed), NULL);
		cr_assert(input_next(in, &s));
		cr_expect_eq(s.mtime_ns, 1769724302 * NS_PER_S, "%s", rows[i].wanted);
		cr_expect(s.member);
		input_close(in);
	}
	buf_release(&packed);
}

Test(input, archives_hold_packed_files_and_archives)
{
	struct buf inner = new_buf(), tar = new_buf(), outer = new_buf(), packed = new_buf();
	pack_gzip(&inner, STR("in gzip\n"), 6, 1769724302, "orig");
	pack_tar(&tar, "d/plain.log", STR("plain\n"), '0');
	pack_tar(&tar, "d/packed", buf_str(&inner), '0');
	pack_tar(&tar, "d/empty", STR(""), '0');
	pack_tar_end(&tar);
	pack_gzip(&packed, buf_str(&tar), 6, 0, NULL);
	expect_all(buf_str(&tar), "x/d/plain.log[tar]plain\n;x/d/packed[tar gzip]in gzip\n;x/d/empty[tar];;");
	expect_all(buf_str(&packed),
	           "x/d/plain.log[gzip tar]plain\n;x/d/packed[gzip tar gzip]in gzip\n;x/d/empty[gzip tar];;");
	pack_tar(&outer, "first.tgz", buf_str(&packed), '0');
	pack_tar(&outer, "second.log", STR("second\n"), '0');
	pack_tar_end(&outer);
	expect_all(buf_str(&outer), "x/first.tgz/d/plain.log[tar gzip tar]plain\n;"
	                            "x/first.tgz/d/packed[tar gzip tar gzip]in gzip\n;"
	                            "x/first.tgz/d/empty[tar gzip tar];x/second.log[tar]second\n;;");
	struct input *in = pack_open(buf_str(&outer), NULL);
	struct input_stream s;
	buf_clear(&inner);
	cr_assert(input_find(in, STR("x/first.tgz/d/packed"), &s));
	cr_expect(str_eq(s.gzip_name, STR("orig")));
	pack_read(in, 3, &inner);
	cr_expect(str_eq(buf_str(&inner), STR("in gzip\n")));
	cr_expect_not(input_find(in, STR("x/first.tgz/d/plain.log"), &s), "only onwards");
	input_close(in);
	buf_release(&inner);
	buf_release(&tar);
	buf_release(&outer);
	buf_release(&packed);
}

Test(input, hostile_names_are_made_harmless)
{
	struct buf tar = new_buf();
	pack_tar(&tar, "/etc/passwd", STR("1\n"), '0');
	pack_tar(&tar, "../../up.log", STR("2\n"), '0');
	pack_tar(&tar, "a/../../b.log", STR("3\n"), '0');
	pack_tar(&tar, "..", STR("4\n"), '0');
	pack_tar(&tar, "x\ny\x1b.log", STR("5\n"), '0');
	pack_tar(&tar, ".\\..\\c", STR("6\n"), '0');
	pack_tar(&tar, "./././d//e", STR("7\n"), '0');
	pack_tar(&tar, "link", STR(""), '2');
	pack_tar(&tar, "dir", STR(""), '5');
	pack_tar(&tar, "\xc3\xa9.log", STR("8\n"), '0');
	pack_tar_end(&tar);
	expect_all(buf_str(&tar),
	           "x/etc/passwd[tar]1\n;x/up.log[tar]2\n;x/a/b.log[tar]3\n;x/member-4[tar]4\n;"
	           "x/x_y_.log[tar]5\n;x/._.._c[tar]6\n;x/d/e[tar]7\n;x/\xc3\xa9.log[tar]8\n;;");
	buf_release(&tar);
}

Test(input, a_truncated_tar_gives_what_is_there)
{
	struct buf tar = new_buf(), packed = new_buf(), got = new_buf(), text = new_buf();
	for (int i = 0; i < 500; i++)
		buf_addf(&text, "line %d %d\n", i, i * 7919 % 1009);
	pack_tar(&tar, "a", buf_str(&text), '0');
	pack_tar(&tar, "b", buf_str(&text), '0');
	pack_tar_end(&tar);
	pack_gzip(&packed, buf_str(&tar), 6, 0, NULL);
	struct input *in = pack_open(str_head(buf_str(&packed), packed.len / 2), NULL);
	struct input_stream s;
	bool truncated = false;
	while (input_next(in, &s)) {
		buf_clear(&got);
		pack_read(in, 1000, &got);
		cr_expect(str_starts(buf_str(&text), buf_str(&got)));
		truncated |= input_end(in).truncated;
	}
	cr_expect(truncated || input_end(in).truncated);
	input_close(in);
	for (size_t len = 512; len < tar.len; len += 129) {
		in = pack_open(str_head(buf_str(&tar), len), NULL);
		while (input_next(in, &s)) {
			buf_clear(&got);
			pack_read(in, 1000, &got);
			cr_expect(str_starts(buf_str(&text), buf_str(&got)), "cut at %zu", len);
		}
		input_close(in);
	}
	buf_release(&tar);
	buf_release(&packed);
	buf_release(&got);
	buf_release(&text);
}

Test(input, content_has_one_id_however_packed)
{
	struct buf text = new_buf(), packed[4] = { new_buf(), new_buf(), new_buf(), new_buf() };
	for (int i = 0; i < 20000; i++)
		buf_addf(&text, "line %d\n", i);
	uint64_t wanted = input_content_id(buf_str(&text));
	cr_expect_eq(wanted, hash64(str_head(buf_str(&text), INPUT_HEAD_BYTES)));
	buf_add(&packed[0], buf_str(&text));
	pack_gzip(&packed[1], buf_str(&text), 1, 5, "a");
	pack_gzip(&packed[2], str_head(buf_str(&text), 3000), 9, 0, NULL);
	pack_gzip(&packed[2], str_from(buf_str(&text), 3000), 9, 0, NULL);
	pack_tar(&packed[3], "b", buf_str(&text), '0');
	for (size_t i = 0; i < 4; i++) {
		struct input *in = pack_open(buf_str(&packed[i]), NULL);
		struct input_stream s;
		cr_assert(input_next(in, &s));
		cr_expect_eq(s.content_id, wanted, "packing %zu", i);
		cr_expect_eq(s.head.len, (size_t)INPUT_HEAD_BYTES);
		input_close(in);
		buf_release(&packed[i]);
	}
	buf_release(&text);
}

Test(input, utf16_comes_out_as_utf8)
{
	expect_all(STR("\xff\xfe" "a\0\xe9\0\n\0\x3d\xd8\x00\xde"), "x[utf-16]a\xc3\xa9\n\xf0\x9f\x98\x80;;");
	expect_all(STR("\xfe\xff\0a\0\xe9\0\n"), "x[utf-16]a\xc3\xa9\n;;");
	expect_all(STR("\xff\xfe" "a\0\x3d\xd8" "b\0"), "x[utf-16]a\xef\xbf\xbd" "b;;");
	expect_all(STR("\xff\xfe" "a\0\x3d\xd8"), "x[utf-16]a\xef\xbf\xbd;;");
	expect_all(STR("\xff\xfe" "a\0b"), "x[utf-16]a\xef\xbf\xbd;;");
	struct buf text = new_buf(), got = new_buf();
	buf_add(&text, STR("\xff\xfe"));
	for (int i = 0; i < 100000; i++)
		buf_add(&text, i % 10 ? STR("x\0") : STR("\xac\x20"));
	struct input *in = pack_open(buf_str(&text), NULL);
	struct input_stream s;
	cr_assert(input_next(in, &s));
	pack_read(in, 65536, &got);
	cr_expect_eq(got.len, 90000u + 3 * 10000u);
	cr_expect(str_starts(buf_str(&got), STR("\xe2\x82\xacxxxxxxxxx\xe2\x82\xac")));
	input_close(in);
	buf_release(&text);
	buf_release(&got);
}

Test(input, bombs_are_defused)
{
	static char zeros[1 << 20];
	struct buf bomb = new_buf(), text = new_buf();
	for (int i = 0; i < 200; i++)
		buf_add(&text, str_make(zeros, sizeof zeros));
	pack_gzip(&bomb, buf_str(&text), 9, 0, NULL);
	struct buf twice = new_buf();
	pack_gzip(&twice, buf_str(&bomb), 9, 0, NULL);
	struct input_stream s;
	struct input *in = pack_open(buf_str(&twice), NULL);
	cr_assert(input_next(in, &s));
	uint64_t bytes = input_skip(in, UINT64_MAX);
	cr_expect(bytes > 1000000 && bytes < 80000000, "%lu", (unsigned long)bytes);
	cr_expect(input_end(in).damaged);
	cr_assert_eq(input_end(in).n_notes, 1u);
	cr_expect(str_starts(input_end(in).notes[0], STR("unpacks to more than 1100 times its size")));
	input_close(in);
	/* Deflate's own limit is below ours: once is no bomb. */
	in = pack_open(buf_str(&bomb), NULL);
	cr_assert(input_next(in, &s));
	cr_expect_eq(input_skip(in, UINT64_MAX), 200u << 20);
	cr_expect_not(input_end(in).damaged);
	input_close(in);
	struct input_limits limits = { .max_file_bytes = 1000 };
	in = pack_open(buf_str(&bomb), &limits);
	cr_assert(input_next(in, &s));
	cr_expect_eq(input_skip(in, UINT64_MAX), 1000u);
	cr_expect(input_end(in).damaged);
	cr_expect(str_starts(input_end(in).notes[0], STR("longer than 1000 bytes")));
	input_close(in);
	in = pack_open(str_head(buf_str(&text), 1000), &limits);
	cr_assert(input_next(in, &s));
	cr_expect_eq(input_skip(in, UINT64_MAX), 1000u);
	cr_expect_not(input_end(in).damaged, "just at the limit");
	input_close(in);
	buf_release(&bomb);
	buf_release(&text);
	buf_release(&twice);
}

/* Many members, each within its own limit. */
Test(input, bombs_in_pieces_are_defused)
{
	static char zeros[1 << 20];
	struct buf bomb = new_buf(), twice = new_buf(), tar = new_buf();
	struct input_stream s;
	uint64_t bytes = 0;
	size_t members = 0;
	bool told = false;
	for (int i = 0; i < 60; i++)
		pack_gzip(&bomb, str_make(zeros, sizeof zeros), 9, 0, NULL);
	pack_gzip(&twice, buf_str(&bomb), 9, 0, NULL);
	for (int i = 0; i < 12; i++)
		pack_tar(&tar, "bomb", buf_str(&twice), '0');
	pack_tar_end(&tar);
	struct input *in = pack_open(buf_str(&tar), NULL);
	for (; input_next(in, &s); members++) {
		bytes += input_skip(in, UINT64_MAX);
		for (size_t i = 0; i < input_end(in).n_notes; i++)
			told |= str_starts(input_end(in).notes[i], STR("all of it unpacks to more than 1100 times its size"));
	}
	cr_expect(told);
	cr_expect(input_end(in).damaged && input_end(in).n_notes == 1, "and of the archive as a whole");
	cr_expect(bytes < (300u << 20) && members < 7, "%lu bytes, %zu members", (unsigned long)bytes, members);
	input_close(in);
	buf_release(&bomb);
	buf_release(&twice);
	buf_release(&tar);
}

Test(input, nesting_is_bounded)
{
	struct buf a = new_buf(), b = new_buf();
	buf_addz(&a, "core\n");
	for (int i = 0; i < 12; i++) {
		buf_clear(&b);
		pack_gzip(&b, buf_str(&a), 6, 0, NULL);
		struct buf swap = a;
		a = b;
		b = swap;
	}
	struct input *in = pack_open(buf_str(&a), NULL);
	struct input_stream s;
	cr_assert(input_next(in, &s));
	cr_expect(str_eq(s.packing, STR("gzip gzip gzip gzip gzip gzip")));
	cr_expect(input_end(in).damaged);
	input_close(in);
	buf_clear(&a);
	buf_addz(&a, "core\n");
	for (int i = 0; i < 6; i++) {
		buf_clear(&b);
		pack_tar(&b, "t", buf_str(&a), '0');
		pack_tar_end(&b);
		struct buf swap = a;
		a = b;
		b = swap;
	}
	in = pack_open(buf_str(&a), NULL);
	cr_assert(input_next(in, &s));
	cr_expect(str_eq(s.path, STR("x/t/t/t")));
	cr_expect(input_end(in).damaged);
	cr_expect_not(input_next(in, &s));
	input_close(in);
	buf_release(&a);
	buf_release(&b);
}

Test(input, tells_binary_from_text)
{
	const struct {
		struct str head;
		const char *kind;
	} rows[] = {
		{ STR("plain text\twith \x1b[31mcolours\x1b[0m\r\n"), "" },
		{ STR("h\xc3\xa9llo \xff\xfe latin and worse\n"), "" },
		{ STR("\0\0\0\0\0\0\0\0\0\0\0\0after a truncation\n"), "" },
		{ STR("before a crash\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "" },
		{ STR("\x89PNG\r\n\x1a\n"), "PNG image" },
		{ STR("SQLite format 3\0rest"), "SQLite database" },
		{ STR("LPKSHHRH\0\0\0\0"), "systemd journal, to be exported with journalctl -o json" },
		{ STR("\x01\x02\x03\x04 some \x05\x06\x07"), "binary data" },
		{ STR("\xff\xfe\0\0a\0\0\0"), "UTF-32 text" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct input *in = pack_open(rows[i].head, NULL);
		struct input_stream s;
		cr_assert(input_next(in, &s));
		cr_expect(str_eq(s.binary, str_of(rows[i].kind)), "row %zu: %.*s", i, STR_ARG(s.binary));
		input_close(in);
	}
}

Test(input, skips_and_goes_on)
{
	struct buf text = new_buf(), packed = new_buf();
	for (int i = 0; i < 50000; i++)
		buf_addf(&text, "%06d\n", i);
	pack_gzip(&packed, buf_str(&text), 6, 0, NULL);
	for (int round = 0; round < 2; round++) {
		struct input *in = pack_open(round ? buf_str(&packed) : buf_str(&text), NULL);
		struct input_stream s;
		char line[8] = "";
		cr_assert(input_next(in, &s));
		cr_expect_eq(input_skip(in, 7 * 10), 70u);
		cr_expect_eq(input_read(in, line, 7), 7u);
		cr_expect_str_eq(line, "000010\n");
		cr_expect_eq(input_skip(in, 7 * 40000), 280000u);
		cr_expect_eq(input_read(in, line, 7), 7u);
		cr_expect_str_eq(line, "040011\n");
		cr_expect_eq(input_skip(in, UINT64_MAX), 7u * (50000 - 40012));
		cr_expect_eq(input_read(in, line, 7), 0u);
		cr_expect_eq(input_end(in).bytes, text.len);
		cr_expect_gt(input_consumed_bytes(in), 0u);
		input_close(in);
	}
	buf_release(&text);
	buf_release(&packed);
}

Test(input, says_why_it_cannot_open)
{
	struct input *in;
	struct err err = ERR_INIT;
	cr_expect_not(input_open("/nonexistent/x.log", STR("x"), NULL, &in, &err));
	cr_expect_str_eq(err.text, "/nonexistent/x.log: No such file or directory");
	err = (struct err)ERR_INIT;
	cr_expect_not(input_open("/tmp", STR("x"), NULL, &in, &err));
	cr_expect_str_eq(err.text, "/tmp: is a directory");
	input_close(NULL);
}

/* Archives with a bit changed anywhere: no crash, bounded work. */
Test(input, survives_damaged_archives, .timeout = 120)
{
	static int (*const formats[])(struct archive *) = {
		archive_write_set_format_ustar, archive_write_set_format_zip, archive_write_set_format_7zip,
		archive_write_set_format_cpio_newc,
	};
	struct buf packed = new_buf(), got = new_buf();
	for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
		buf_clear(&packed);
		cr_assert(pack_with(&packed, formats[f], NULL, STR("some text some text some text\n")));
		for (size_t at = 0; at < packed.len && at < 700; at += 3) {
			packed.ptr[at] = (char)(packed.ptr[at] ^ 1 << at % 8);
			buf_clear(&got);
			pack_all(buf_str(&packed), &got);
			packed.ptr[at] = (char)(packed.ptr[at] ^ 1 << at % 8);
		}
	}
	buf_release(&packed);
	buf_release(&got);
}
