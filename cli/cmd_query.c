/*
 * inquest query: SQL over a store. Rows go out as they come, but for the table, whose widths come from the first
 * rows: a query may give any number of them.
 */
#include <stdio.h>

#include "cli/command.h"
#include "core/json.h"
#include "store/catalog.h"
#include "store/query.h"

enum {
	OUT_MAX_BYTES = 64 << 20, /* no row is larger */
	FLUSH_BYTES = 64 * 1024,
	ROWS_AHEAD = 200,         /* rows of a table that its widths come from */
	AHEAD_MAX_BYTES = 4 << 20,
	WIDTH_MAX = 80,           /* of a column of a table; longer values stick out */
};

/* The words of --format in their order. */
enum query_format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON, FORMAT_MARKDOWN };

struct query_options {
	struct str store;
	unsigned format; /* enum query_format */
};

#define AT(field) offsetof(struct query_options, field)

static const struct option_row rows[] = {
	{ 's', "store", "STORE", "the store to ask", OPTION_REQUIRED, AT(store) },
	{ 'f', "format", "table|csv|json|markdown", "how to print the rows (default: table)", OPTION_CHOICE,
	  AT(format) },
	{ 0 },
};

/* Printing under way. */
struct printer {
	struct query *query;
	enum query_format format;
	size_t n;            /* columns */
	struct buf out;
	uint64_t printed;    /* rows */
	struct arena arena;  /* of a table: widths and the rows that are held back */
	size_t *widths;
	bool *numbers;       /* columns of nothing but numbers are set to the right */
	VEC(struct str) ahead;
};

static size_t width_of(struct str s)
{
	size_t width = 0;

	for (size_t i = 0; i < s.len; i++)
		width += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	return width;
}

/* Log text for a terminal: what could be an escape sequence becomes dots. */
static void add_clean(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len;) {
		size_t n = str_printable_at(s, i);

		buf_add(out, n ? str_make(s.ptr + i, n) : STR("."));
		i += n ? n : 1;
	}
}

static void add_blanks(struct buf *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addc(out, ' ');
}

/* One cell of a table; the last one is not filled up. */
static void add_cell(struct printer *p, size_t column, struct str text)
{
	size_t width = width_of(text), fill = p->widths[column] > width ? p->widths[column] - width : 0;

	if (p->numbers[column])
		add_blanks(&p->out, fill);
	add_clean(&p->out, text);
	if (column + 1 == p->n) {
		buf_addc(&p->out, '\n');
		return;
	}
	add_blanks(&p->out, (p->numbers[column] ? 0 : fill) + 2);
}

static void measure(struct printer *p, size_t column, struct str text)
{
	size_t width = width_of(text);

	width = width < WIDTH_MAX ? width : WIDTH_MAX;
	if (width > p->widths[column])
		p->widths[column] = width;
}

/* The head and the rows that were held back; later rows go out as they come. */
static void release_ahead(struct printer *p)
{
	for (size_t i = 0; i < p->n; i++)
		add_cell(p, i, query_column_name(p->query, i));
	for (size_t i = 0; i < p->n; i++) {
		for (size_t k = 0; k < p->widths[i]; k++)
			buf_addc(&p->out, '-');
		buf_addz(&p->out, i + 1 < p->n ? "  " : "\n");
	}
	for (size_t i = 0; p->n > 0 && i < p->ahead.n; i++)
		add_cell(p, i % p->n, p->ahead.at[i]);
	p->ahead.n = 0;
}

static bool holds_back(const struct printer *p)
{
	return p->printed < ROWS_AHEAD && p->arena.used_bytes < AHEAD_MAX_BYTES;
}

static void add_table_row(struct printer *p)
{
	bool hold = p->ahead.n == p->printed * p->n && holds_back(p);

	if (!hold && p->ahead.n > 0)
		release_ahead(p);
	for (size_t i = 0; i < p->n; i++) {
		struct query_value v = query_value(p->query, i);

		if (!hold) {
			add_cell(p, i, v.text);
			continue;
		}
		measure(p, i, v.text);
		p->numbers[i] = p->numbers[i] && v.type != QUERY_TEXT;
		*vec_push(&p->arena, &p->ahead) = arena_str(&p->arena, v.text);
	}
}

static void add_csv(struct buf *out, struct str s)
{
	bool quote = false;

	for (size_t i = 0; i < s.len && !quote; i++)
		quote = s.ptr[i] == ',' || s.ptr[i] == '"' || s.ptr[i] == '\n' || s.ptr[i] == '\r';
	if (!quote) {
		buf_add(out, s);
		return;
	}
	buf_addc(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, s.ptr[i]);
	}
	buf_addc(out, '"');
}

static void add_markdown(struct buf *out, struct str s)
{
	buf_addc(out, ' ');
	for (size_t i = 0; i < s.len;) {
		size_t n = str_printable_at(s, i);

		if (n == 1 && memchr("|\\<*_`", s.ptr[i], 6))
			buf_addc(out, '\\');
		buf_add(out, n ? str_make(s.ptr + i, n) : STR(" "));
		i += n ? n : 1;
	}
	buf_addz(out, " |");
}

/* One value of a row of csv or markdown, or of their heads. */
static void add_plain(struct printer *p, size_t column, struct str text)
{
	if (p->format == FORMAT_CSV) {
		add_csv(&p->out, text);
		buf_addc(&p->out, column + 1 < p->n ? ',' : '\n');
		return;
	}
	if (column == 0)
		buf_addc(&p->out, '|');
	add_markdown(&p->out, text);
	if (column + 1 == p->n)
		buf_addc(&p->out, '\n');
}

static void add_json_row(struct printer *p)
{
	struct jsonw w;

	buf_addz(&p->out, p->printed > 0 ? ",\n" : "[\n");
	jsonw_init(&w, &p->out, 0);
	jsonw_object(&w);
	for (size_t i = 0; i < p->n; i++) {
		struct query_value v = query_value(p->query, i);

		jsonw_key(&w, query_column_name(p->query, i).ptr);
		switch (v.type) {
		case QUERY_NULL:
			jsonw_null(&w);
			break;
		case QUERY_INTEGER:
			jsonw_i64(&w, v.integer);
			break;
		case QUERY_REAL:
			jsonw_exact(&w, v.real);
			break;
		case QUERY_TEXT:
			jsonw_str(&w, v.text);
			break;
		}
	}
	jsonw_object_end(&w);
}

static void add_head(struct printer *p)
{
	if (p->format == FORMAT_TABLE) {
		p->widths = arena_new_n(&p->arena, size_t, p->n);
		p->numbers = arena_new_n(&p->arena, bool, p->n);
	}
	for (size_t i = 0; i < p->n; i++) {
		struct str name = query_column_name(p->query, i);

		if (p->format == FORMAT_TABLE) {
			measure(p, i, name);
			p->numbers[i] = true;
		} else if (p->format != FORMAT_JSON) {
			add_plain(p, i, name);
		}
	}
	for (size_t i = 0; p->format == FORMAT_MARKDOWN && i < p->n; i++)
		buf_addz(&p->out, i == 0 ? p->n == 1 ? "| --- |\n" : "| --- |" : i + 1 < p->n ? " --- |" : " --- |\n");
}

static void add_row(struct printer *p)
{
	if (p->format == FORMAT_TABLE)
		add_table_row(p);
	else if (p->format == FORMAT_JSON)
		add_json_row(p);
	else
		for (size_t i = 0; i < p->n; i++)
			add_plain(p, i, query_value(p->query, i).text);
	p->printed++;
}

static void add_end(struct printer *p)
{
	if (p->format == FORMAT_TABLE && p->ahead.n == p->printed * p->n)
		release_ahead(p);
	else if (p->format == FORMAT_JSON)
		buf_addz(&p->out, p->printed > 0 ? "\n]\n" : "[]\n");
}

static bool flush_to_stdout(struct printer *p, struct err *err)
{
	if (p->out.full)
		return err_set(err, "a row is too large to print");
	bool good = fwrite(p->out.ptr, 1, p->out.len, stdout) == p->out.len;

	buf_clear(&p->out);
	return good || err_set_errno(err, "cannot write to standard output");
}

static bool print_rows(struct printer *p, struct err *err)
{
	bool any;

	p->n = query_columns(p->query);
	add_head(p);
	while (query_next(p->query, &any, err)) {
		if (!any) {
			add_end(p);
			return flush_to_stdout(p, err);
		}
		add_row(p);
		if (p->out.len >= FLUSH_BYTES && !flush_to_stdout(p, err))
			return false;
	}
	return false;
}

/* A word with a dot in front asks about the tables: what it stands for in SQL. */
static bool dot_command(struct invocation *in, struct str *sql, struct err *err)
{
	struct str name = in->args[0], what = str_word(&name);

	name = str_trim(in->n_args > 1 ? in->args[1] : name);
	if (str_eq(what, STR(".tables")) && name.len == 0) {
		*sql = STR("SELECT name, kind, row FROM inquest_tables");
		return true;
	}
	if (!str_eq(what, STR(".schema")))
		return err_set_status(err, EXIT_USAGE, "'%.*s': there are .tables and .schema [NAME]", STR_ARG(in->args[0]));
	if (name.len == 0) {
		*sql = STR("SELECT table_name, name AS column, type, holds FROM inquest_columns");
		return true;
	}
	const struct catalog_table *t = catalog_find(name);

	if (!t)
		return err_set_status(err, EXIT_USAGE, "there is no table '%.*s'; .tables lists them", STR_ARG(name));
	*sql = arena_printf(in->arena, "SELECT name AS column, type, holds FROM inquest_columns WHERE table_name = '%s'", t->name);
	return true;
}

static bool find_statement(struct invocation *in, struct str *sql, struct err *err)
{
	*sql = in->args[0];
	if (str_starts(*sql, STR(".")))
		return dot_command(in, sql, err);
	return in->n_args == 1 || err_set_status(err, EXIT_USAGE, "one statement at a time: put it into quotes");
}

static int run(struct invocation *in, struct err *err)
{
	const struct query_options *o = in->options;
	struct printer p = { .format = (enum query_format)o->format };
	struct store *store;
	struct str sql;

	if (!find_statement(in, &sql, err) || !store_open(o->store.ptr, &store, err))
		return EXIT_SYSTEM;
	arena_init(&p.arena);
	buf_init(&p.out, OUT_MAX_BYTES);
	bool good = query_open(store, sql, &p.query, err) && print_rows(&p, err);

	if (good && query_misses_analysis(p.query) && !in->common.quiet)
		fprintf(stderr, "The store was not analysed, so there are no findings in it: inquest analyze -s %s\n", o->store.ptr);
	query_close(p.query);
	store_close(store);
	buf_release(&p.out);
	arena_release(&p.arena);
	return good ? EXIT_DONE : EXIT_SYSTEM;
}

static const struct example examples[] = {
	{ "inquest query -s out/store.inquest 'SELECT status, count(*) FROM events GROUP BY status'",
	  "Requests by status." },
	{ "inquest query -s out/store.inquest -f csv \"SELECT substr(time, 1, 16) AS minute, count(*) AS failed "
	  "FROM events WHERE status >= 500 AND time BETWEEN '2026-01-29T22:00Z' AND '2026-01-29T23:00Z' GROUP BY minute\"",
	  "Failures by the minute, for a spreadsheet." },
	{ "inquest query -s out/store.inquest 'SELECT time, kind, service, text FROM changes'", "What was changed." },
	{ "inquest query -s out/store.inquest .schema series", "The columns of a table, and what they hold." },
	{ 0 },
};

const struct command command_query = {
	.name = "query",
	.rank = 8,
	.arguments = "-s STORE [-f FORMAT] SQL | .tables | .schema [NAME]",
	.help = "SQL over the events, counts, changes and findings of a store",
	.about = "Runs one statement of SQLite's SQL, which can only read. .tables lists the tables and views, .schema NAME the "
		 "columns of one with what they hold; docs/tables.md has them all.\n"
		 "events, requests, errors and queries have a row for each event. series and traffic have counts by 10 seconds "
		 "and answer at once however many events there were. incidents, causes and evidence are what the last analysis "
		 "found.\n"
		 "Times are UTC. They are compared as instants, however a time is written: '2026-01-29T22:05Z', "
		 "'2026-01-29 17:05:00 -0500', '2026-01-29'. What is not known is NULL.",
	.options = rows,
	.options_bytes = sizeof(struct query_options),
	.min_args = 1,
	.max_args = 2,
	.examples = examples,
	.run = run,
};
