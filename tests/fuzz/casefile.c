/*
 * A case file out of a damaged store is refused or read; what was read survives being written and read again, and
 * every renderer takes it without handing a terminal anything to obey.
 */
#include "core/casefile.h"
#include "core/json.h"
#include "core/redact.h"
#include "report/renderer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Neither C0 nor, in UTF-8, C1 controls: both can begin what a terminal obeys. */
static void check_bytes(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i], next = i + 1 < s.len ? (unsigned char)s.ptr[i + 1] : 0;

		if ((c < 0x20 && c != '\n' && c != '\t') || (c == 0xc2 && next >= 0x80 && next < 0xa0))
			BUG("a report holds a control character");
	}
}

static void render_all(const struct casefile *c)
{
	struct buf out;

	buf_init(&out, 64 << 20);
	for (size_t i = 0; renderer_registry[i]; i++) {
		for (int redact = 0; redact < 2; redact++) {
			const struct render_options o = { .width = 80, .redact = redact == 1, .version = "1" };

			buf_clear(&out);
			renderer_registry[i]->render(c, &o, &out);
			check_bytes(buf_str(&out));
			if (!out.full && str_eq(str_of(renderer_registry[i]->extension), STR("json")) &&
			    !json_valid(buf_str(&out)))
				BUG("a report that is no JSON");
		}
	}
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct casefile c = { 0 }, again = { 0 };
	struct err err = ERR_INIT;
	struct buf once, twice;
	struct arena a;

	arena_init(&a);
	buf_init(&once, 16 << 20);
	buf_init(&twice, 16 << 20);
	if (casefile_decode(str_make((const char *)data, size), &a, &c, &err)) {
		casefile_encode(&c, false, &once);
		if (!casefile_decode(buf_str(&once), &a, &again, &err))
			BUG("what was written cannot be read");
		casefile_encode(&again, false, &twice);
		if (!str_eq(buf_str(&once), buf_str(&twice)))
			BUG("what was read again differs");
		render_all(&c);
	}
	buf_release(&once);
	buf_release(&twice);
	arena_release(&a);
	return 0;
}
