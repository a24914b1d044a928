/*
 * Change records as a table with a header: any order of columns, any names of ingest/change.h's list,
 * separated by comma, semicolon, tab or bar. '-' stands for nothing. The header is what makes it a change
 * table: a time column and at least two that say what was done, to what or by whom.
 */
#include "ingest/change.h"
#include "ingest/csv.h"
#include "ingest/format.h"

struct table {
	bool known; /* a header was seen */
	char separator;
	uint8_t columns;
	uint8_t part[CSV_FIELDS]; /* enum change_part */
	struct csv_quotes quotes;
};

static bool read_header(struct str line, struct table *t)
{
	static const char separators[] = { ',', ';', '\t', '|' };
	struct csv_record csv;

	for (size_t s = 0; s < sizeof separators; s++) {
		bool seen[PART_COUNT] = { false };
		size_t told;

		csv_read(line, separators[s], NULL, &csv);
		if (csv.n < 3 || csv.open)
			continue;
		for (size_t i = 0; i < csv.n; i++) {
			enum change_part f = change_part_parse(str_trim(csv.field[i]));

			/* The first column of a name wins ("started_at" before "finished_at" is the time). */
			if (f == PART_TIME && seen[PART_TIME])
				f = PART_END;
			t->part[i] = (uint8_t)f;
			seen[f] = true;
		}
		told = (size_t)seen[PART_KIND] + seen[PART_SERVICE] + seen[PART_VERSION] +
		       seen[PART_REVISION] + seen[PART_FLAG] + seen[PART_PREVIOUS] + seen[PART_ACTOR] +
		       (seen[PART_KEY] && seen[PART_NEW]);
		if (!seen[PART_TIME] || told < 2 ||
		    !(seen[PART_KIND] || seen[PART_VERSION] || seen[PART_FLAG] || seen[PART_KEY]))
			continue;
		t->columns = (uint8_t)csv.n;
		t->separator = separators[s];
		t->known = true;
		return true;
	}
	return false;
}

static struct str time_of(const struct csv_record *csv, const struct table *t)
{
	for (size_t i = 0; i < csv->n && i < t->columns; i++)
		if (t->part[i] == PART_TIME)
			return str_trim(csv->field[i]);
	return STR_NONE;
}

static bool read_time(struct str text, struct timestamp *t)
{
	return text.len && (timestamp_parse(&text, t) || timestamp_parse_epoch(text, t));
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct table *t = ctx->state;
	struct csv_record csv;
	struct timestamp time;

	if (line.len == 0 || line.ptr[0] == '#')
		return LINE_SKIP;
	if (!t || line.len > 65536 || line.ptr[0] == '{')
		return LINE_ALIEN;
	if (!t->known)
		return read_header(line, t) ? LINE_SKIP : LINE_ALIEN;
	if (record.len && csv_quotes_open(&t->quotes, record))
		return LINE_CONTINUES;
	csv_read(line, t->separator, NULL, &csv);
	if (csv.n < 3 || !read_time(time_of(&csv, t), &time)) {
		struct table again = { 0 };

		return read_header(line, &again) ? LINE_SKIP : LINE_ALIEN; /* tables joined by cat */
	}
	t->quotes = (struct csv_quotes){ 0, false };
	return LINE_START;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	const struct table *t = ctx->state;
	struct change_draft d = { .kind = CHANGE_OPERATION };
	struct csv_record csv;
	struct timestamp end;
	struct change *c;
	struct str text;

	if (!t || !t->known)
		return false;
	csv_read(record, t->separator, ctx->scratch, &csv);
	e->has_time = read_time(time_of(&csv, t), &e->time);
	for (size_t i = 0; i < csv.n && i < t->columns; i++) {
		enum change_part f = t->part[i];
		struct str value = str_trim(csv.field[i]);

		if (f == PART_KIND)
			change_verb(&d, value);
		change_set(&d, f, value);
	}
	/* A free text says what the columns leave out: "time,who,what". */
	text = d.part[PART_TEXT];
	if (text.len && !d.has_kind)
		change_sentence(&d, text);
	if (!e->has_time)
		return false;
	if (!change_resolve(&d, text.len ? text : record, ctx->scratch, e)) {
		e->message = text.len ? text : record;
		return true;
	}
	c = arena_new(ctx->scratch, struct change);
	*c = *e->change;
	if (read_time(d.part[PART_END], &end) && end.has_zone)
		c->end_ns = end.ns;
	e->change = c;
	e->message = record;
	return true;
}

static const struct format_sample samples[] = {
	{ "deployed_at,environment,service,old_version,new_version,action,deployed_by,result,comment\n"
	  "2026-03-15 01:18:29,production,catalog,3.7.4,3.7.5,deploy,ci-bot,succeeded,",
	  "time=2026-03-15T01:18:29Z kind=change change.kind=deployment change.service=catalog "
	  "change.version=3.7.5 "
	  "change.previous=3.7.4 change.actor=ci-bot change.status=succeeded" },
	{ "time;kind;service;version;who;what\n2026-03-15T01:48:00Z;restart;postgresql;-;dba;kernel patch",
	  "time=2026-03-15T01:48:00Z change.kind=restart change.service=postgresql change.actor=dba "
	  "change.text='kernel patch'" },
	{ NULL, NULL },
};

const struct format format_change_csv = {
	.id = "change_csv",
	.title = "Table of changes (CSV with a header)",
	.role = ROLE_CHANGE,
	.specificity = 55,
	.state_bytes = sizeof(struct table),
	.headed = true,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
