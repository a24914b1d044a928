/* Places in gzip files where reading can begin: what is read from there is what follows in the text. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <unistd.h>

#include "ingest/points.h"
#include "pack.h"

enum { POINTS_MAX = 64, TEXT_BYTES = 18 << 20 };

struct taken {
	struct arena arena;
	struct input_point at[POINTS_MAX];
	size_t n;
};

static void take(void *self, const struct input_point *p)
{
	struct taken *t = self;

	cr_assert(t->n < POINTS_MAX);
	t->at[t->n] = *p;
	t->at[t->n++].window = arena_str(&t->arena, p->window);
}

/* Log lines, so that there is something to pack. */
static struct buf make_text(void)
{
	struct buf b;
	uint64_t state = 20260129;

	buf_init(&b, TEXT_BYTES + 200);
	while (b.len < TEXT_BYTES) {
		state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
		buf_addf(&b, "10.0.%u.%u - - \"GET /products/%u HTTP/1.1\" %u %u\n", (unsigned)(state >> 60),
			 (unsigned)(state >> 50) & 255, (unsigned)(state >> 40) & 1023, 200u + (unsigned)(state >> 38 & 3),
			 (unsigned)(state >> 20) & 65535);
	}
	return b;
}

static void read_all(struct input *in, struct buf *out)
{
	char *room;
	size_t n;

	while ((room = buf_reserve(out, 100000)) && (n = input_read(in, room, 100000)) > 0)
		out->len += n;
}

static void write_file(const char *path, struct str bytes)
{
	FILE *f = fopen(path, "wb");

	cr_assert(f && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len && fclose(f) == 0);
}

static void collect(const char *path, struct taken *t, struct buf *text)
{
	struct err err = ERR_INIT;
	struct input_stream s;
	struct input *in;

	arena_init(&t->arena);
	t->n = 0;
	cr_assert(input_open(path, str_of(path), NULL, &in, &err), "%s", err.text);
	cr_assert(input_next(in, &s));
	input_on_point(in, take, t);
	read_all(in, text);
	input_close(in);
}

/* What is read from each point on is the rest of the text, or its beginning where the file was cut. */
static void check(const char *path, const struct taken *t, struct str text, bool whole)
{
	struct buf rest;

	buf_init(&rest, 2 * TEXT_BYTES + (1 << 20));
	for (size_t i = 0; i < t->n; i++) {
		struct err err = ERR_INIT;
		struct input *in;

		buf_clear(&rest);
		cr_assert(input_open_at(path, &t->at[i], &in, &err), "%s", err.text);
		read_all(in, &rest);
		cr_expect(input_end(in).damaged == false && input_end(in).truncated == !whole);
		input_close(in);
		struct str wanted = str_from(text, (size_t)t->at[i].text_offset);

		cr_assert(whole ? rest.len == wanted.len : rest.len <= wanted.len, "point %zu: %zu bytes", i, rest.len);
		cr_assert(memcmp(rest.ptr, wanted.ptr, rest.len) == 0, "point %zu", i);
	}
	buf_release(&rest);
}

Test(points, lead_into_the_middle_of_the_text)
{
	char path[64];
	struct buf text = make_text(), packed, read;
	struct taken taken;

	snprintf(path, sizeof path, "/tmp/inquest-points-%ld", (long)getpid());
	buf_init(&packed, 2 * TEXT_BYTES);
	buf_init(&read, 2 * TEXT_BYTES);
	for (int level = 1; level <= 9; level += 5) {
		/* In one member, and in members of which some are short. */
		static const size_t cuts[] = { TEXT_BYTES + 200, 5 << 20, 100 };

		for (size_t k = 0; k < sizeof cuts / sizeof cuts[0]; k++) {
			buf_clear(&packed);
			buf_clear(&read);
			pack_gzip(&packed, str_head(buf_str(&text), cuts[k]), level, 0, NULL);
			pack_gzip(&packed, str_from(buf_str(&text), cuts[k]), level, 0, NULL);
			write_file(path, buf_str(&packed));
			collect(path, &taken, &read);
			cr_assert(str_eq(buf_str(&read), buf_str(&text)));
			cr_expect(taken.n >= 2 && taken.n <= TEXT_BYTES / POINT_EVERY_BYTES, "%zu points", taken.n);
			check(path, &taken, buf_str(&text), true);
			/* Cut short: what is there is read. */
			write_file(path, str_head(buf_str(&packed), packed.len - packed.len / 100));
			check(path, &taken, buf_str(&text), false);
			/* Grown: so is what came later. */
			pack_gzip(&packed, STR("and more\n"), level, 0, NULL);
			write_file(path, buf_str(&packed));
			buf_add(&read, STR("and more\n"));
			check(path, &taken, buf_str(&read), true);
			arena_release(&taken.arena);
		}
	}
	unlink(path);
	buf_release(&text);
	buf_release(&packed);
	buf_release(&read);
}
