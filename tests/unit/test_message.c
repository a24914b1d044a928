/*
 * What a message tells: what is remembered of its skeleton never denies what the message itself says. Messages are drawn
 * from the words and marks that matter, with numbers of any length between them.
 */
#include <criterion/criterion.h>

#include "core/buf.h"
#include "ingest/message.h"
#include "ingest/request_text.h"
#include "tests/unit/draw.h"

static const char *const pieces[] = {
	"request", "GET ", "/a/b", " HTTP/1.1", "\"", "Completed ", "Sent ", "[", "] ", " in ", "ms", "s", "took ", "took: ", "duration=",
	" after ", ":", " ", " ", " ", ".", "started", "up", "listening on ", "server ", "shutting down", "v", "fail", "Migrating schema ",
	"to version \"", "== ", "AddNote: migrated ", "Applying ", "Helm upgrade succeeded", "Sync operation to ", " succeeded", "\t", "|",
	"Applied revision: ", "Running upgrade ", " -> ", "Request finished ", "x", "=", ",", "(", ")", "#", "200", "elapsed=", "Migration ",
	" has been executed successfully", " in 7 ms", "took 12.5ms", " after 3 s",
};

static const char *const bland[] = { "loaded ", "cache miss for ", " id ", "user=", "queued ", " of ", " ", "#", ", ", "abc" };
#define COUNT(list) (unsigned)(sizeof(list) / sizeof(list)[0])

static void draw(struct buf *out)
{
	unsigned n = 1 + below(7), telling = below(3) * 2;

	buf_clear(out);
	for (unsigned i = 0; i < n; i++) {
		unsigned digits = below(3) ? 0 : 1 + below(below(8) ? 4 : 20);

		buf_add(out, str_of(below(8) < telling ? pieces[below(COUNT(pieces))] : bland[below(COUNT(bland))]));
		while (digits-- > 0)
			buf_addc(out, (char)('0' + below(10)));
	}
}

static struct event event_of(struct str message)
{
	struct event e = EVENT_INIT;

	e.message = message;
	e.service = STR("shop");
	return e;
}

Test(message, what_is_remembered_of_a_skeleton_denies_nothing)
{
	enum { ROUNDS = 60000 };
	static struct message_memo memo;
	struct arena scratch;
	struct buf text;
	size_t denied = 0, kinds = 0, durations = 0;

	arena_init(&scratch);
	buf_init(&text, 4096);
	for (unsigned round = 0; round < ROUNDS; round++) {
		draw(&text);
		struct event e = event_of(buf_str(&text)), asked = e;
		unsigned tells = message_tells(&memo, &asked);
		double ms = 0;
		bool timed = duration_text(e.message, &ms);

		message_apply(&e, &scratch);
		cr_assert(e.kind == EV_LINE || (tells & MESSAGE_TELLS_KIND), "%.*s", STR_ARG(e.message));
		cr_assert(!timed || (tells & MESSAGE_TELLS_DURATION), "%.*s", STR_ARG(e.message));
		cr_assert(asked.message_key.of.ptr == e.message.ptr && asked.message_key.hash != 0);
		denied += tells == 0;
		kinds += e.kind != EV_LINE;
		durations += timed;
		arena_reset(&scratch);
	}
	cr_expect(denied > ROUNDS / 5 && kinds > ROUNDS / 50 && durations > ROUNDS / 100, "%zu %zu %zu", denied, kinds, durations);
	buf_release(&text);
	arena_release(&scratch);
}

Test(message, without_a_memory_or_a_skeleton_it_may_tell_anything)
{
	static struct message_memo memo;
	static char longer[4096];
	struct event e = event_of(STR("nothing of note"));

	cr_expect_eq(message_tells(NULL, &e), MESSAGE_TELLS_ANY);
	cr_expect_eq(message_tells(&memo, &e), 0);
	memset(longer, 'x', sizeof longer);
	e = event_of(str_make(longer, sizeof longer));
	cr_expect_eq(message_tells(&memo, &e), MESSAGE_TELLS_ANY);
	cr_expect_eq(e.message_key.hash, 0);
}
