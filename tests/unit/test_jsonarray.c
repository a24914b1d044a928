/* Arrays of objects with several on a line: every object is an event. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "ingest/lines.h"
#include "tests/unit/log_folder.h"

Test(jsonarray, is_told_from_other_texts)
{
	static const struct { const char *text; bool array; } rows[] = {
		{ "[{\"a\":1},{\"b\":2}]", true },
		{ "[{\"a\":1}]", true },
		{ "[{\"a\":1}]\n", true },
		{ "[{\"a\":1}]\n[{\"b\":1}]\n", true },
		{ " \n[ \n {\"a\":\"}\\\"]{\"} , {\"b\":2},\n", true },
		{ "[{\"a\":1},{\"b\":", true },
		{ "[{\"a\":1},\n{\"b\":2}]", false }, /* one on a line: lines as they are */
		{ "[\n{\"a\":1},\n{\"b\":2}\n]\n", false },
		{ "[{\n\"a\":1},{\"b\":2}]", false }, /* pretty-printed */
		{ "[{\"a\":1", false },
		{ "[1,2]", false },
		{ "[error] {\"a\":1} [x]", false },
		{ "{\"a\":1},{\"b\":2}", false },
		{ "[", false },
		{ "", false },
		{ "{\"Records\":[{\"a\":1},{\"b\":2}]}", true },
		{ " {\"kind\": \"List\", \"n\": 3, \"of\": {\"x\": \"]}\\\"\"}, \"items\" : [ {\"a\":1} ] }\n", true },
		{ "{\"records\":[{\"a\":1}]}\n{\"records\":[{\"b\":2}]}\n", true },
		{ "{\"items\":[{\"a\":1}]}\n{\"items\":[{\"b\":2}]}\n", false }, /* records with a list in them */
		{ "{\"filters\":[\"a]\",1],\"logEvents\":[{\"a\":1},{\"b\":2}]}\n{\"logEvents\":[{\"c\":3}]}\n", true },
		{ "{\"filters\":[[1]],\"logEvents\":[{\"a\":1}]}", false },
		{ "{\"filters\":[\"a", false },
		{ "{\"time\":1,\"items\":[{\"a\":1}]}", false },
		{ "{\"order\":[{\"a\":1}]}", false },
		{ "{\"items\":[1]}", false },
		{ "{\"items\":[\n{\"a\":1},\n{\"b\":2}\n]}", false },
		{ "{\n\"items\":[{\"a\":1},{\"b\":2}]}", false },
		{ "{\"items", false },
		{ "{", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq(json_array_begins(str_of(rows[i].text)), rows[i].array, "%s", rows[i].text);
}

struct source { struct str rest; size_t chunk; };

static size_t give(void *self, char *out, size_t cap)
{
	struct source *s = self;
	size_t n = s->chunk < cap ? s->chunk : cap;

	n = n < s->rest.len ? n : s->rest.len;
	memcpy(out, s->rest.ptr, n);
	s->rest = str_from(s->rest, n);
	return n;
}

/* The lines of a text read in chunks, as "line@offset text|" each. */
static void read_lines(struct str text, size_t chunk, size_t max_line, struct buf *out)
{
	struct source s = { text, chunk };
	struct lines l;

	lines_init(&l, give, &s, max_line);
	while (lines_next(&l)) {
		buf_addf(out, "%llu@%llu%s %.*s|", (unsigned long long)l.number, (unsigned long long)l.offset,
			 l.cut ? " cut" : l.unfinished ? " unfinished" : "", STR_ARG(l.text));
		cr_expect_eq(memcmp(l.text.ptr, text.ptr + l.offset, l.text.len), 0);
		lines_begin(&l);
	}
	lines_release(&l);
}

Test(jsonarray, objects_are_lines_however_they_are_read)
{
	static const struct { const char *text; size_t max_line; const char *lines; } rows[] = {
		{ "[{\"a\":1},{\"b\":2}]", 0, "1@1 {\"a\":1}|1@9 {\"b\":2}|" },
		{ "\n[{\"a\":\"}{\\\"\"}, {\"b\":[{},{\"c\":{}}]} ,\n\n{\"d\":3}]\n", 0,
		  "2@2 {\"a\":\"}{\\\"\"}|2@16 {\"b\":[{},{\"c\":{}}]}|4@39 {\"d\":3}|" },
		{ "[{\"a\":1}]\n[{\"b\":2},{\"c\":3}]\n", 0, "1@1 {\"a\":1}|2@11 {\"b\":2}|2@19 {\"c\":3}|" },
		{ "[{\"a\":1}{\"b\":2}]", 0, "1@0 unfinished [{\"a\":1}{\"b\":2}]|" },
		{ "[{\"a\":1},{\"b\":\"0123456789012345\"},{\"c\":3}]", 10,
		  "1@1 {\"a\":1}|1@9 cut {\"b\":\"0123|1@34 {\"c\":3}|" },
		{ "[{\"a\":1},{\"b\":2", 0, "1@1 {\"a\":1}|1@9 unfinished {\"b\":2|" },
		{ "[{\"a\":1},garbage{\"b\":2}\n{\"c\":3}]", 0, "1@1 {\"a\":1}|1@9 garbage{\"b\":2}|2@24 {\"c\":3}|" },
		{ "[{\"a\":1},{\"b\":\n2},\n{\"c\":3}]", 0, "1@1 {\"a\":1}|1@9 {\"b\":\n2}|3@19 {\"c\":3}|" },
		{ "[{\"a\":1},{\"b\":2}]\n   \n]\n", 0, "1@1 {\"a\":1}|1@9 {\"b\":2}|" },
		{ "{\"k\":\"v\",\"items\":[{\"a\":1}, {\"b\":2}],\"next\":[{\"x\":1}]}\n", 0, "1@18 {\"a\":1}|1@27 {\"b\":2}|" },
		{ "{\"records\":[{\"a\":1}]}\n{\"records\":[{\"b\":2}]}", 0, "1@12 {\"a\":1}|2@34 {\"b\":2}|" },
		{ "{\"logEvents\":[{\"a\":1}]}{\"owner\":\"1\",\"logEvents\":[{\"b\":2}]}\n", 0, "1@14 {\"a\":1}|1@49 {\"b\":2}|" },
		{ "{\"logEvents\":[{\"a\":1}]}{\"owner\":\"1\"}\n{\"logEvents\":[{\"b\":2}]}\n", 0,
		  "1@14 {\"a\":1}|2@51 {\"b\":2}|" },
		{ "{\"records\":[{\"a\":1}]}\r\n\n {\"b\":2}\n", 0, "1@12 {\"a\":1}|3@25 {\"b\":2}|" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t chunk = 1; chunk < 60; chunk++) {
			struct buf b;

			buf_init(&b, 1 << 16);
			read_lines(str_of(rows[i].text), chunk, rows[i].max_line, &b);
			cr_expect(str_eq(buf_str(&b), str_of(rows[i].lines)), "%s in chunks of %zu: %.*s", rows[i].text, chunk,
				  STR_ARG(buf_str(&b)));
			buf_release(&b);
		}
	}
}

/* Larger than a line may be, by far; and by any JSON format. */
Test(jsonarray, every_object_is_an_event, .init = make_folder, .fini = remove_folder)
{
	enum { N = 40000 };
	struct ingest_report report;
	struct recorder r;
	struct buf b;

	buf_init(&b, 16 << 20);
	for (unsigned i = 0; i < N; i++)
		buf_addf(&b, "%s{\"time\":\"2026-01-29T22:%02u:%02uZ\",\"level\":\"info\",\"msg\":\"order %u took 5 ms\"}",
			 i ? "," : "[", i / 60 % 60, i % 60, i);
	buf_addz(&b, "]");
	cr_assert_gt(b.len, 2u << 20);
	write_file("one-line.json", buf_str(&b));
	buf_clear(&b);
	buf_addz(&b, "[");
	for (unsigned i = 0; i < 300; i++)
		buf_addf(&b, "%s{\"log\":\"2026-01-29 22:00:%02u ERROR it failed for the %uth time\\n\",\"stream\":\"stderr\","
			     "\"time\":\"2026-01-29T22:00:%02u.5Z\"}", i ? i % 7 ? ", " : ",\n" : "", i % 60, i, i % 60);
	buf_addz(&b, "]\n");
	write_gz("container.json.gz", buf_str(&b), 1 << 20);
	recorder_init(&r);
	report = ingest_all(&r, 1);
	cr_expect_eq(report.events, N + 300, "%llu", (unsigned long long)report.events);
	cr_expect_eq(report.rejected, 0);
	cr_expect_eq(count_events(&r, "json_lines svc="), N);
	cr_expect_eq(count_events(&r, " error it failed"), 300);
	cr_expect_eq(count_events(&r, " order 39999 took"), 1);
	recorder_release(&r);
	buf_release(&b);
}
