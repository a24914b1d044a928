#include "tests/unit/render.h"

#include <criterion/criterion.h>

struct render_options render_test_options(void)
{
	return (struct render_options){ .width = 100, .redact = true, .version = "1.2.3",
		                        .next_command = "inquest replay -s out/store.inquest --incident 1" };
}

struct str render_test(const char *renderer, const struct casefile *c, const struct render_options *o, struct arena *a)
{
	const struct renderer *r = renderer_by_name(str_of(renderer));
	struct buf out;

	cr_assert(r, "no renderer %s", renderer);
	buf_init(&out, 1 << 22);
	r->render(c, o, &out);
	cr_assert_not(out.full);
	struct str text = arena_str(a, buf_str(&out));
	buf_release(&out);
	return text;
}
