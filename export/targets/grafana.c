/*
 * Grafana: annotations for incidents and changes, one JSON array of what POST /api/annotations takes one by one: `time`
 * and `timeEnd` in milliseconds since 1970, `tags`, `text`. They have no dashboard, so they are the organisation's, and
 * show wherever a dashboard asks for their tags. Grafana renders `text` as HTML: what could be markup is escaped.
 */
#include "core/json.h"
#include "core/timestamp.h"
#include "export/target.h"

static void add_escaped(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		switch (text.ptr[i]) {
		case '&':
			buf_addz(out, "&amp;");
			break;
		case '<':
			buf_addz(out, "&lt;");
			break;
		case '>':
			buf_addz(out, "&gt;");
			break;
		default:
			buf_addc(out, text.ptr[i]);
		}
	}
}

/* The text of a column as it may leave. */
static struct str column(struct export_job *job, size_t at)
{
	return export_text(job, query_value(job->query, at).text, true);
}

static void add_time(struct export_job *job, struct jsonw *w, const char *key, size_t at)
{
	struct str text = query_value(job->query, at).text;
	struct timestamp t;

	if (text.len == 0 || !timestamp_parse_iso(&text, &t))
		return;
	jsonw_key(w, key);
	jsonw_i64(w, t.ns / NS_PER_MS);
}

/* "kind:deployment"; none for what is not known. */
static void add_tag(struct export_job *job, struct jsonw *w, const char *prefix, size_t at)
{
	struct str value = column(job, at);

	if (value.len > 0)
		jsonw_str(w, arena_printf(&job->arena, "%s:%.*s", prefix, STR_ARG(value)));
}

/* Columns: 0 time, 1 its end, 2 kind, 3 service, 4 headline, 5 what else there is to say. */
static bool add_annotations(struct export_job *job, const char *what, struct str sql, bool *first, struct err *err)
{
	bool any;

	if (!query_again(job->query, sql, err))
		return false;
	while (query_next(job->query, &any, err)) {
		struct arena_mark mark = arena_mark(&job->arena);
		struct jsonw w;
		struct buf text;

		if (!any)
			return true;
		buf_addz(&job->out, *first ? "\n" : ",\n");
		*first = false;
		jsonw_init(&w, &job->out, 0);
		jsonw_object(&w);
		add_time(job, &w, "time", 0);
		add_time(job, &w, "timeEnd", 1);
		jsonw_key(&w, "tags");
		jsonw_array(&w);
		jsonw_str(&w, STR("inquest"));
		jsonw_str(&w, str_of(what));
		jsonw_str(&w, arena_printf(&job->arena, "store:%.*s", STR_ARG(job->options->name)));
		add_tag(job, &w, "kind", 2);
		add_tag(job, &w, "service", 3);
		jsonw_array_end(&w);
		buf_init(&text, 1 << 20);
		add_escaped(&text, column(job, 4));
		if (query_value(job->query, 5).text.len > 0) {
			buf_addc(&text, '\n');
			add_escaped(&text, column(job, 5));
		}
		jsonw_key(&w, "text");
		jsonw_str(&w, buf_str(&text));
		jsonw_object_end(&w);
		buf_release(&text);
		arena_rewind(&job->arena, mark);
		if (!export_flush(job, err))
			return false;
	}
	return false;
}

/* What has no time cannot be drawn. */
static bool write_all(struct export_job *job, struct err *err)
{
	struct str incidents = export_window(job, "i.onset", " AND"), changes = export_window(job, "time", " AND");
	bool first = true;

	if (!export_open(job, "annotations.json", err))
		return false;
	buf_addc(&job->out, '[');
	bool good = add_annotations(job, "incident",
				    arena_printf(&job->arena,
						 "SELECT i.onset, i.recovered, c.kind, c.service, i.title, c.statement FROM incidents i "
						 "LEFT JOIN causes c ON c.incident = i.incident AND c.rank = 1 WHERE i.onset IS NOT NULL%.*s "
						 "ORDER BY i.incident", STR_ARG(incidents)),
				    &first, err) &&
		    add_annotations(job, "change",
				    arena_printf(&job->arena, "SELECT time, until, kind, service, coalesce(text, kind), NULL FROM changes "
							      "WHERE time IS NOT NULL%.*s", STR_ARG(changes)),
				    &first, err);
	if (!good)
		return false;
	buf_addz(&job->out, first ? "]\n" : "\n]\n");
	return export_close(job, err);
}

const struct export_target export_grafana = {
	.name = "grafana",
	.help = "Grafana: annotations for incidents and changes, as its HTTP interface takes them",
	.write = write_all,
};
