/*
 * Tables with a header that names their columns: what consoles export (CSV of log viewers: "@timestamp,level,message"),
 * what programs write with tabs, semicolons or bars between, and Zeek's own logs, whose header is "#fields". Column
 * names mean what keys of JSON do (ingest/fields.h). The header is what makes it such a table: a column of time, and one
 * that only a log has. https://docs.zeek.org/en/master/log-formats.html
 */
#include "core/ascii.h"
#include "ingest/csv.h"
#include "ingest/fields.h"

enum { NAME_BYTES_MAX = 48, LINE_BYTES_MAX = 65536 };

struct table {
	struct str name[CSV_FIELDS]; /* of the columns, in the file's memory */
	size_t columns;              /* 0: no header was seen */
	size_t time;                 /* column */
	char separator;
	bool zeek;
	struct csv_quotes quotes;
};

/* Do these names make a log? */
static bool names_of_log(const struct csv_record *csv, size_t *time)
{
	bool has[FIELD_COUNT] = { false };
	size_t known = 0;

	*time = csv->n;
	for (size_t i = 0; i < csv->n; i++) {
		struct str name = str_trim(csv->field[i]);
		struct field_alias alias = field_lookup(STR_NONE, name);

		if (name.len == 0 || name.len > NAME_BYTES_MAX || is_digit(name.ptr[0]))
			return false;
		if (alias.field == FIELD_NONE || (alias.field == FIELD_MESSAGE && alias.rank > 2))
			continue;
		if (alias.field == FIELD_TIME && !has[FIELD_TIME])
			*time = i;
		has[alias.field] = true;
		known++;
	}
	return has[FIELD_TIME] && known >= 2 &&
	       (has[FIELD_MESSAGE] || has[FIELD_LEVEL] || has[FIELD_STATUS] || has[FIELD_DURATION] || has[FIELD_QUERY] ||
		(has[FIELD_METHOD] && has[FIELD_PATH]));
}

static void keep_names(struct table *t, const struct csv_record *csv, char separator, struct arena *a)
{
	t->columns = csv->n;
	t->separator = separator;
	for (size_t i = 0; i < csv->n; i++)
		t->name[i] = arena_str(a, str_trim(csv->field[i]));
}

/* Reads a header into *t; into none, when t is NULL, only to know one. */
static bool read_header(struct str line, struct table *t, struct arena *a)
{
	static const char separators[] = { ',', ';', '\t', '|' };
	struct csv_record csv;
	size_t time;

	if (str_starts(line, STR("#fields\t"))) {
		csv_read(str_from(line, 8), '\t', NULL, &csv);
		for (time = 0; time < csv.n && !str_eq(csv.field[time], STR("ts")); time++)
			;
		if (time == csv.n)
			return false;
		if (t) {
			keep_names(t, &csv, '\t', a);
			t->time = time;
			t->zeek = true;
		}
		return true;
	}
	for (size_t s = 0; s < sizeof separators; s++) {
		csv_read(line, separators[s], NULL, &csv);
		if (csv.n < 2 || csv.open || !names_of_log(&csv, &time))
			continue;
		if (t) {
			keep_names(t, &csv, separators[s], a);
			t->time = time;
		}
		return true;
	}
	return false;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct table *t = ctx->state;
	struct csv_record csv;
	struct timestamp time;

	if (!t || line.len > LINE_BYTES_MAX)
		return LINE_ALIEN;
	if (record.len && t->columns && csv_quotes_open(&t->quotes, record))
		return LINE_CONTINUES;
	if (line.len == 0)
		return LINE_SKIP;
	if (line.ptr[0] == '#') {
		static const char *const zeek[] = { "#separator", "#set_separator", "#empty_field", "#unset_field",
						    "#path",	  "#open",	    "#close",	    "#types" };

		if (read_header(line, t, ctx->file))
			return LINE_SKIP;
		for (size_t i = 0; i < sizeof zeek / sizeof zeek[0]; i++)
			if (str_starts(line, str_of(zeek[i])))
				return LINE_SKIP;
		return LINE_ALIEN;
	}
	if (t->columns == 0)
		return line.ptr[0] != '{' && read_header(line, t, ctx->file) ? LINE_SKIP : LINE_ALIEN;
	csv_read(line, t->separator, NULL, &csv);
	if (t->time < csv.n && field_time(str_trim(csv.field[t->time]), &time)) {
		t->quotes = (struct csv_quotes){ 0, false };
		return LINE_START;
	}
	return read_header(line, NULL, NULL) ? LINE_SKIP : LINE_ALIEN; /* tables joined by cat */
}

static bool is_number(struct str s)
{
	double v;

	return str_to_double(s, &v);
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	const struct table *t = ctx->state;
	struct csv_record csv;
	struct fields f;
	struct str rest;

	if (!t || t->columns == 0)
		return false;
	csv_read(record, t->separator, ctx->scratch, &csv);
	fields_init(&f, NULL, ctx->scratch);
	for (size_t i = 0; i < csv.n && i < t->columns; i++) {
		struct str value = str_trim(csv.field[i]);

		if (str_eq(value, STR("-")) || str_eq(value, STR("(empty)")))
			continue;
		fields_put(&f, NULL, t->name[i], value, false, is_number(value));
	}
	fields_finish(&f, e, t->zeek ? UNIT_S : UNIT_NONE);
	if (!e->has_time)
		return false;
	if (!e->message.len)
		e->message = str_cut(record, '\n', &rest);
	else if (e->kind == EV_LINE && e->message.ptr[0] == '{')
		e->payload = e->message; /* what a viewer exported may be a program's own JSON */
	return true;
}

static const struct format_sample samples[] = {
	{ "timestamp,level,service,message\n2026-01-29T22:35:00.074Z,ERROR,cart,\"no stock, \"\"A7\"\"\"",
	  "time=2026-01-29T22:35:00.074Z severity=error service=cart message='no stock, \"A7\"'" },
	{ "@timestamp;status;method;path;duration_ms\n2026-01-29 22:35:00;503;GET;/pay;812",
	  "time=2026-01-29T22:35:00Z kind=http severity=error status=503 method=GET path=/pay duration_ms=812" },
	{ "#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.resp_p\tproto\tduration\n"
	  "1769726100.481978\tCu00My\t198.51.100.7\t443\ttcp\t2.5",
	  "time=2026-01-29T22:35:00.481978Z client=198.51.100.7 duration_ms=2500" },
	{ NULL, NULL },
};

const struct format format_table = {
	.id = "table",
	.title = "Table with a header: CSV, TSV, exports of log viewers, Zeek",
	.role = ROLE_APP,
	.specificity = 45,
	.state_bytes = sizeof(struct table),
	.headed = true,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
