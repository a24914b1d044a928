/* Every packing cut at every byte, and with every byte changed: what is readable is kept, and what is not is said. */
#include <archive.h>
#include <archive_entry.h>
#include <criterion/criterion.h>
#include <stdio.h>

#include "pack.h"

enum { MEMBERS = 3, LINES = 12, PACKED_MAX_BYTES = 1 << 16 };

static struct buf texts[MEMBERS];

static void make_texts(void)
{
	for (int m = 0; m < MEMBERS; m++) {
		buf_init(&texts[m], 1 << 16);
		for (int i = 0; i < LINES; i++)
			buf_addf(&texts[m], "2026-01-29T22:0%d:%02dZ member %d took %d ms\n", m, i, m,
				 (i * 7919 + m * 104729) % 9973);
	}
}

static void release_texts(void)
{
	for (int m = 0; m < MEMBERS; m++)
		buf_release(&texts[m]);
}

/* Packs the first n texts as members "0.log", "1.log", ...; with format_raw: one text. False: not supported here. */
static bool pack_members(struct buf *out, int (*format)(struct archive *), int (*filter)(struct archive *), int n)
{
	struct archive *a = archive_write_new();
	size_t used = 0;
	char name[16];

	if (filter && filter(a) != ARCHIVE_OK) {
		archive_write_free(a);
		return false;
	}
	format(a);
	archive_write_set_bytes_per_block(a, 1);
	cr_assert_eq(archive_write_open_memory(a, buf_reserve(out, PACKED_MAX_BYTES), PACKED_MAX_BYTES, &used), ARCHIVE_OK);
	for (int m = 0; m < n; m++) {
		struct archive_entry *e = archive_entry_new();

		snprintf(name, sizeof name, "%d.log", m);
		archive_entry_set_pathname(e, name);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0644);
		archive_entry_set_size(e, (la_int64_t)texts[m].len);
		archive_entry_set_mtime(e, 1769724302, 0);
		cr_assert_eq(archive_write_header(a, e), ARCHIVE_OK);
		cr_assert_eq(archive_write_data(a, texts[m].ptr, texts[m].len), (la_ssize_t)texts[m].len);
		archive_entry_free(e);
	}
	cr_assert_eq(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	out->len += used;
	return true;
}

static const struct packing_row {
	const char *name;
	int (*format)(struct archive *);
	int (*filter)(struct archive *);
	int members;
	bool alone; /* members can be read without one another */
} rows[] = {
	{ "gzip", archive_write_set_format_raw, archive_write_add_filter_gzip, 1, false },
	{ "zstd", archive_write_set_format_raw, archive_write_add_filter_zstd, 1, false },
	{ "bzip2", archive_write_set_format_raw, archive_write_add_filter_bzip2, 1, false },
	{ "xz", archive_write_set_format_raw, archive_write_add_filter_xz, 1, false },
	{ "lz4", archive_write_set_format_raw, archive_write_add_filter_lz4, 1, false },
	{ "tar", archive_write_set_format_ustar, NULL, MEMBERS, true },
	{ "gzip tar", archive_write_set_format_ustar, archive_write_add_filter_gzip, MEMBERS, false },
	{ "zstd tar", archive_write_set_format_ustar, archive_write_add_filter_zstd, MEMBERS, false },
	{ "cpio", archive_write_set_format_cpio_newc, NULL, MEMBERS, false },
	{ "zip", archive_write_set_format_zip, NULL, MEMBERS, true },
	{ "7zip", archive_write_set_format_7zip, NULL, MEMBERS, false },
};

/* What came out of some bytes. */
struct outcome {
	size_t bytes, whole; /* of text; members that came whole, and their bytes: */
	size_t whole_bytes;
	size_t wrong;        /* streams whose text is no beginning of a member's */
	bool told;           /* truncated, damaged, or noted */
	bool packed;         /* it was recognised as what it is */
};

/* Which member's text is it, or a beginning of? -1: none. */
static int member_of(struct str got)
{
	for (int m = 0; m < MEMBERS; m++)
		if (str_starts(buf_str(&texts[m]), got))
			return m;
	return -1;
}

static void note_end(const struct input *in, struct outcome *o)
{
	struct input_end end = input_end(in);

	if (end.truncated || end.damaged) {
		o->told = true;
		cr_expect_gt(end.n_notes, 0u, "a flag without words");
	}
}

static struct outcome unpack(struct str bytes, const char *packing)
{
	struct outcome o = { 0 };
	struct input *in = pack_open(bytes, NULL);
	struct input_stream s;
	struct buf got;

	buf_init(&got, 1 << 20);
	while (input_next(in, &s)) {
		buf_clear(&got);
		pack_read(in, 100, &got);
		o.packed |= str_eq(s.packing, str_of(packing));
		int m = member_of(buf_str(&got));

		o.bytes += got.len;
		o.wrong += m < 0;
		if (m >= 0 && got.len == texts[m].len) {
			o.whole++;
			o.whole_bytes += got.len;
		}
		note_end(in, &o);
	}
	note_end(in, &o);
	input_close(in);
	buf_release(&got);
	return o;
}

TestSuite(input_damage, .init = make_texts, .fini = release_texts, .timeout = 120);

Test(input_damage, cut_at_every_byte)
{
	struct buf packed;

	buf_init(&packed, 1 << 20);
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		const struct packing_row *row = &rows[r];
		struct outcome before = { 0 };

		buf_clear(&packed);
		if (!pack_members(&packed, row->format, row->filter, row->members))
			continue;
		for (size_t len = 1; len <= packed.len; len++) {
			struct outcome o = unpack(str_head(buf_str(&packed), len), row->name);

			if (!o.packed)
				continue; /* too little of it to tell what it is */
			cr_expect_eq(o.wrong, 0u, "%s cut at %zu: not the text", row->name, len);
			/* libarchive forgets a zip's last block when the cut lies in the few bytes behind it. */
			if (row->format != archive_write_set_format_zip)
				cr_expect_geq(o.bytes, before.bytes, "%s cut at %zu: more is there, and less comes out: %zu, %zu",
					      row->name, len, o.bytes, before.bytes);
			/* Nothing but whole members is no damage: a tar may end anywhere between them. */
			cr_expect(o.told || o.bytes == o.whole_bytes, "%s cut at %zu: nothing is said",
				  row->name, len);
			before = o;
		}
		cr_expect_eq(before.whole, (size_t)row->members, "%s", row->name);
		cr_expect_not(before.told, "%s", row->name);
	}
	buf_release(&packed);
}

Test(input_damage, any_byte_changed)
{
	struct buf packed;

	buf_init(&packed, 1 << 20);
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		const struct packing_row *row = &rows[r];
		size_t total = 0, flips = 0, costly = 0;

		buf_clear(&packed);
		if (!pack_members(&packed, row->format, row->filter, row->members))
			continue;
		for (int m = 0; m < row->members; m++)
			total += texts[m].len;
		ptrdiff_t index = str_find(buf_str(&packed), STR("PK\1\2"));

		for (size_t at = 0; at < packed.len; at += 3) {
			char saved = packed.ptr[at];

			packed.ptr[at] = (char)(saved ^ 1 << at % 8);
			struct outcome o = unpack(buf_str(&packed), row->name);

			packed.ptr[at] = saved;
			if (!o.packed)
				continue;
			cr_expect_leq(o.bytes, total + texts[0].len, "%s changed at %zu: more than there was", row->name, at);
			flips++;
			/* One byte costs one member; but for the head of the archive and its index. */
			if (row->alone && (index < 0 ? at >= 512 : at >= 4 && at < (size_t)index))
				costly += o.whole + 1 < MEMBERS;
		}
		cr_expect_gt(flips, 0u, "%s", row->name);
		/* libarchive does not pass over a zip's member whose own header has no signature (or length) any more. */
		cr_expect_leq(costly, row->format == archive_write_set_format_zip ? 4u : 0u, "%s: %zu", row->name, costly);
	}
	buf_release(&packed);
}
