#include "export/csv.h"

void csv_text(struct buf *out, struct str text)
{
	buf_addc(out, '"');
	if (text.len > 0 && memchr("=+-@\t", text.ptr[0], 5))
		buf_addc(out, '\'');
	for (size_t i = 0; i < text.len; i++) {
		bool ends_data = i > 0 && text.ptr[i - 1] == '\n' && text.ptr[i] == '\\' && i + 2 < text.len && text.ptr[i + 1] == '.' &&
				 text.ptr[i + 2] == '\n';

		if (text.ptr[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, text.ptr[i]);
		if (ends_data) {
			buf_addz(out, ". ");
			i++;
		}
	}
	buf_addc(out, '"');
}

static void add_time(struct buf *out, struct str time, bool plain)
{
	ptrdiff_t t = str_chr(time, 'T');

	if (!plain || t < 0) {
		buf_add(out, time);
		return;
	}
	buf_add(out, str_head(time, (size_t)t));
	buf_addc(out, ' ');
	buf_add(out, str_head(str_from(time, (size_t)t + 1), time.len - (size_t)t - 2));
}

/* Texts come again and again, and redacting one takes longer than all else: that of the row above is kept. */
struct last_text {
	uint64_t hash; /* of the text as it is in the store; 0 none */
	struct buf out;
};

/* `key`: the name of the setting whose value the text is; empty: it is none. */
static void add_text(struct export_job *job, struct str text, struct str key, bool said, struct last_text *last)
{
	uint64_t hash = hash64_mix(hash64(text), hash64(key));

	if (hash != last->hash) {
		struct arena_mark mark = arena_mark(&job->arena);
		/* A value alone does not say that it is a secret; its name does. */
		struct str whole = key.len > 0 ? arena_printf(&job->arena, "%.*s=%.*s", STR_ARG(key), STR_ARG(text)) : text;

		last->hash = hash;
		buf_clear(&last->out);
		whole = export_text(job, whole, said);
		csv_text(&last->out, key.len > 0 ? str_from(whole, (size_t)str_chr(whole, '=') + 1) : whole);
		arena_rewind(&job->arena, mark);
	}
	buf_add(&job->out, buf_str(&last->out));
}

static void add_value(struct export_job *job, const struct catalog_column *c, struct query_value v, struct str key,
		      const struct csv_style *style, struct last_text *last)
{
	bool text = c->type == SQL_TEXT;

	if (v.type == QUERY_NULL)
		buf_addz(&job->out, text ? style->null_text : style->null_number);
	else if (text)
		add_text(job, v.text, key, c->flags & SQL_SAID, last);
	else if (c->type == SQL_TIME)
		add_time(&job->out, v.text, style->plain_times);
	else
		buf_add(&job->out, v.text);
}

/* Of the value of a setting: its name, from another column of the row. */
static struct str key_of(struct export_job *job, const struct catalog_table *t, size_t column)
{
	if (!str_ends(str_of(t->columns[column].name), STR("_value")))
		return STR_NONE;
	for (size_t i = 0; t->columns[i].name; i++)
		if (strcmp(t->columns[i].name, "key") == 0)
			return query_value(job->query, i).text;
	return STR_NONE;
}

enum { TEXT_MAX_BYTES = 16 << 20 };

static bool add_rows(struct export_job *job, const struct catalog_table *t, const struct csv_style *style, struct last_text *last,
		     struct err *err)
{
	size_t width = catalog_width(t);
	bool any;

	buf_addz(&job->out, "store");
	for (size_t i = 0; i < width; i++)
		buf_addf(&job->out, ",%s", t->columns[i].name);
	buf_addc(&job->out, '\n');
	while (query_next(job->query, &any, err)) {
		if (!any)
			return true;
		csv_text(&job->out, job->options->name);
		for (size_t i = 0; i < width; i++) {
			buf_addc(&job->out, ',');
			add_value(job, &t->columns[i], query_value(job->query, i), key_of(job, t, i), style, &last[i]);
		}
		buf_addc(&job->out, '\n');
		if (!export_flush(job, err))
			return false;
	}
	return false;
}

bool csv_export(struct export_job *job, const struct catalog_table *t, const struct csv_style *style, struct err *err)
{
	size_t width = catalog_width(t);
	struct last_text *last = arena_new_n(&job->arena, struct last_text, width);

	for (size_t i = 0; i < width; i++)
		buf_init(&last[i].out, TEXT_MAX_BYTES);
	bool good = export_open(job, arena_printf(&job->arena, "%s.csv", t->name).ptr, err) &&
		    query_again(job->query, export_select(job, t), err) && add_rows(job, t, style, last, err) && export_close(job, err);

	for (size_t i = 0; i < width; i++)
		buf_release(&last[i].out);
	return good;
}
