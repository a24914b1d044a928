#include "core/night.h"

#include "core/json.h"
#include "core/shape_rows.h"

static const struct field incident_fields[] = {
	NAME(night_incident, id, "id"),
	SAID_TEXT(night_incident, title, "title"),
	CAUSE(night_incident, kind, "kind"),
	NAME(night_incident, service, "service"),
	SAID_NAME(night_incident, entity, "entity"),
	NUMBER(night_incident, probability, "probability", 3),
	TIME(night_incident, onset_ns, "onset"),
	TIME(night_incident, recovered_ns, "recovered"),
	NUMBER(night_incident, degraded_s, "degraded_s", 0),
	COUNT(night_incident, requests, "requests"),
	COUNT(night_incident, failed, "requests_failed"),
	COUNT(night_incident, slow, "requests_slow"),
	{ .key = "continues", .type = FIELD_BOOL, .offset = offsetof(struct night_incident, continues) },
};
SHAPE(shape_incident, night_incident, incident_fields);

static const struct field figure_fields[] = {
	NAME(night_figure, name, "name"),
	NUMBER(night_figure, value, "value", 6),
	NUMBER(night_figure, usual, "usual", 6),
	NUMBER(night_figure, log10_p, "log10_p", 2),
	{ .key = "unusual", .type = FIELD_BOOL, .offset = offsetof(struct night_figure, unusual) },
};
SHAPE(shape_figure, night_figure, figure_fields);

static const struct field hour_fields[] = {
	COUNT(night_hour, requests, "requests"),
	COUNT(night_hour, failed, "failed"),
	COUNT(night_hour, error_lines, "error_lines"),
	NUMBER(night_hour, p95_ms, "p95_ms", 3),
};
SHAPE(shape_hour, night_hour, hour_fields);

static const struct field line_fields[] = {
	NAME(night_line, service, "service"),
	NAME(night_line, severity, "severity"),
	SAID_TEXT(night_line, text, "text"),
	NAME(night_line, family, "family"),
	COUNT(night_line, count, "count"),
	NUMBER(night_line, log10_p, "log10_p", 2),
};
SHAPE(shape_line, night_line, line_fields);

static const struct field family_fields[] = {
	SAID_NAME(night_family, name, "name"),
	NAME(night_family, service, "service"),
	SAID_TEXT(night_family, text, "text"),
	COUNT(night_family, count, "count"),
	NUMBER(night_family, usual, "usual", 1),
	NUMBER(night_family, log10_p, "log10_p", 2),
	{ .key = "unusual", .type = FIELD_BOOL, .offset = offsetof(struct night_family, unusual) },
};
SHAPE(shape_family, night_family, family_fields);

static const struct field query_fields[] = {
	NAME(night_query, change, "change"),
	NAME(night_query, service, "service"),
	SAID_TEXT(night_query, text, "text"),
	COUNT(night_query, calls, "calls"),
	NUMBER(night_query, usual_calls, "usual_calls", 1),
	NUMBER(night_query, ms, "ms", 3),
	NUMBER(night_query, usual_ms, "usual_ms", 3),
	NUMBER(night_query, total_s, "total_s", 3),
	NUMBER(night_query, log10_p, "log10_p", 2),
};
SHAPE(shape_query, night_query, query_fields);

static const struct field source_fields[] = {
	NAME(night_source, service, "service"),
	NAME(night_source, host, "host"),
	NAME(night_source, log, "log"),
	NAME(night_source, state, "state"),
	COUNT(night_source, events, "events"),
	NUMBER(night_source, usual, "usual", 1),
	TIME(night_source, last_ns, "last"),
	NUMBER(night_source, log10_p, "log10_p", 2),
};
SHAPE(shape_source, night_source, source_fields);

static const struct field night_fields[] = {
	NAME(night, date, "date"),
	NAME(night, zone, "zone"),
	TIME(night, from_ns, "from"),
	TIME(night, to_ns, "to"),
	COUNT(night, known_days, "known_days"),
	COUNT(night, events, "events"),
	COUNT(night, requests, "requests"),
	COUNT(night, failed, "requests_failed"),
	COUNT(night, error_lines, "error_lines"),
	NUMBER(night, p50_ms, "p50_ms", 3),
	NUMBER(night, p95_ms, "p95_ms", 3),
	LIST(night, figures, n_figures, "figures", shape_figure),
	LIST(night, hours, n_hours, "hours", shape_hour),
	LIST(night, incidents, n_incidents, "incidents", shape_incident),
	LIST(night, lines, n_lines, "new_lines", shape_line),
	COUNT(night, more_lines, "more_new_lines"),
	LIST(night, families, n_families, "error_families", shape_family),
	LIST(night, queries, n_queries, "queries", shape_query),
	LIST(night, sources, n_sources, "sources", shape_source),
	COUNT(night, silent, "silent_sources"),
	TEXTS(night, notes, n_notes, "notes"),
};
SHAPE(shape_night, night, night_fields);

bool night_attention(const struct night *n)
{
	return n->n_incidents > 0 || n->silent > 0 || n->events == 0;
}

void night_encode(const struct night *n, struct buf *out)
{
	struct jsonw w;

	jsonw_init(&w, out, 0);
	jsonw_object(&w);
	jsonw_key(&w, "schema");
	jsonw_str(&w, STR("inquest-night/1"));
	shape_write(&w, n, &shape_night, false);
	jsonw_object_end(&w);
}

bool night_decode(struct str json, struct arena *a, struct night *out, struct err *err)
{
	*out = (struct night){ 0 };
	if (!str_eq(json_get(json_value_at(json, NULL), STR("schema")).raw, STR("inquest-night/1")))
		return err_set(err, "the store has the digest of a night in a form that this program does not know");
	return shape_read(json, &shape_night, a, out, err);
}

void night_document(const struct night *n, const struct casefile *c, struct str version, struct buf *out)
{
	enum { INDENT = 2 };
	struct jsonw w;
	struct buf findings;

	buf_init(&findings, out->max_bytes);
	casefile_findings(c, version, false, &findings);
	jsonw_init(&w, out, INDENT);
	jsonw_object(&w);
	jsonw_key(&w, "schema");
	jsonw_str(&w, STR("inquest-night/1"));
	jsonw_key(&w, "attention");
	jsonw_bool(&w, night_attention(n));
	shape_write(&w, n, &shape_night, true);
	jsonw_key(&w, "findings");
	jsonw_raw(&w, str_trim(buf_str(&findings)));
	jsonw_object_end(&w);
	buf_addc(out, '\n');
	out->full = out->full || findings.full;
	buf_release(&findings);
}

struct night night_map(const struct night *n, struct arena *a, casefile_map_fn *map, void *self)
{
	struct night copy = *n;

	shape_map(&copy, &shape_night, a, map, self);
	return copy;
}
