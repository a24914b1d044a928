#include "core/shape_rows.h"

#define REFS(s) LIST(s, refs.at, refs.n, "refs", shape_ref)

static const struct field ref_fields[] = {
	TEXT(ref, source, "source"),
	COUNT(ref, line, "line"),
	COUNT(ref, offset, "offset"),
	SAID_TEXT(ref, text, "text"),
};
const struct shape shape_ref = { ref_fields, sizeof(ref_fields) / sizeof(ref_fields[0]), sizeof(struct ref) };

static const struct field passage_fields[] = {
	TEXT(passage, source, "source"),
	COUNT(passage, line, "line"),
	SAID_TEXT(passage, before, "before"),
	SAID_TEXT(passage, after, "after"),
};
SHAPE(shape_passage, passage, passage_fields);

static const struct field source_fields[] = {
	TEXT(quality_source, path, "path"),
	NAME(quality_source, format, "format"),
	NAME(quality_source, service, "service"),
	NAME(quality_source, host, "host"),
	NAME(quality_source, zone, "zone"),
	COUNT(quality_source, lines, "lines"),
	COUNT(quality_source, events, "events"),
	STORED_COUNT(quality_source, continuation, "continuation"),
	COUNT(quality_source, rejected, "rejected"),
	TIME(quality_source, first_ns, "first"),
	TIME(quality_source, last_ns, "last"),
	TEXTS(quality_source, notes, n_notes, "notes"),
};
SHAPE(shape_source, quality_source, source_fields);

static const struct field symptom_fields[] = {
	{ .key = "kind", .type = FIELD_SYMPTOM, .offset = offsetof(struct symptom, kind) },
	NAME(symptom, service, "service"),
	SAID_NAME(symptom, route, "route"),
	NUMBER(symptom, baseline, "baseline", 6),
	NUMBER(symptom, peak, "peak", 6),
	TIME(symptom, from_ns, "from"),
	TIME(symptom, to_ns, "to"),
	REFS(symptom),
};
SHAPE(shape_symptom, symptom, symptom_fields);

static const struct field route_fields[] = {
	SAID_TEXT(impact_route, route, "route"),
	COUNT(impact_route, requests, "requests"),
	COUNT(impact_route, failed, "failed"),
};
SHAPE(shape_route, impact_route, route_fields);

static const struct field impact_fields[] = {
	COUNT(impact, requests_total, "requests_total"),
	COUNT(impact, requests_failed, "requests_failed"),
	COUNT(impact, requests_slow, "requests_slow"),
	NUMBER(impact, peak_error_rate, "peak_error_rate", 6),
	COUNT(impact, users_active, "users_active"),
	COUNT(impact, users_affected, "users_affected"),
	STORED_BOOL(impact, users_are_clients, "users_are_clients"),
	LIST(impact, routes, n_routes, "routes", shape_route),
};
SHAPE(shape_impact, impact, impact_fields);

static const struct field term_fields[] = {
	TEXT(term, name, "name"),
	NUMBER(term, log_odds, "log_odds", 3),
	SAID_TEXT(term, text, "text"),
	REFS(term),
};
SHAPE(shape_term, term, term_fields);

static const struct field link_fields[] = {
	CAUSE(link, kind, "kind"),
	NAME(link, service, "service"),
	SAID_NAME(link, entity, "entity"),
	TIME(link, time_ns, "time"),
	SAID_TEXT(link, text, "text"),
	REFS(link),
};
SHAPE(shape_link, link, link_fields);

static const struct field cause_fields[] = {
	{ .key = "rank", .type = FIELD_RANK },
	CAUSE(cause, kind, "kind"),
	NAME(cause, service, "service"),
	SAID_NAME(cause, entity, "entity"),
	TIME(cause, time_ns, "time"),
	NUMBER(cause, probability, "probability", 4),
	TEXT(cause, confidence, "confidence"),
	SAID_TEXT(cause, statement, "statement"),
	LIST(cause, terms, n_terms, "terms", shape_term),
	LIST(cause, chain, n_chain, "chain", shape_link),
};
SHAPE(shape_cause, cause, cause_fields);

static const struct field ruled_out_fields[] = {
	CAUSE(ruled_out, kind, "kind"),
	NAME(ruled_out, service, "service"),
	SAID_NAME(ruled_out, entity, "entity"),
	TIME(ruled_out, time_ns, "time"),
	TEXT(ruled_out, term, "term"),
	SAID_TEXT(ruled_out, reason, "reason"),
	REFS(ruled_out),
};
SHAPE(shape_ruled_out, ruled_out, ruled_out_fields);

static const struct field score_fields[] = {
	TEXT(service_score, service, "service"),
	NUMBER(service_score, score, "score", 4),
};
SHAPE(shape_score, service_score, score_fields);

static const struct field timeline_fields[] = {
	TIME(timeline_entry, time_ns, "time"),
	TEXT(timeline_entry, kind, "kind"),
	NAME(timeline_entry, service, "service"),
	SAID_TEXT(timeline_entry, text, "text"),
	REFS(timeline_entry),
};
SHAPE(shape_timeline, timeline_entry, timeline_fields);

static const struct field plot_fields[] = {
	TEXT(plot, panel, "panel"),
	SAID_TEXT(plot, name, "name"),
	TEXT(plot, unit, "unit"),
	TIME(plot, from_ns, "from"),
	/* A width, but kept as exactly as an instant. */
	TIME(plot, step_ns, "step"),
	{ .key = "values", .type = FIELD_DOUBLES, .offset = offsetof(struct plot, values),
	  .count_offset = offsetof(struct plot, n) },
};
SHAPE(shape_plot, plot, plot_fields);

static const struct field contrast_fields[] = {
	TEXT(contrast, kind, "kind"),
	TEXT(contrast, of, "of"),
	NAME(contrast, service, "service"),
	TEXT(contrast, field, "field"),
	SAID_TEXT(contrast, value, "value"),
	NUMBER(contrast, share_bad, "share_bad", 4),
	NUMBER(contrast, share_good, "share_good", 4),
	NUMBER(contrast, lift, "lift", 3),
	NUMBER(contrast, log10_p, "log10_p", 2),
	REFS(contrast),
};
SHAPE(shape_contrast, contrast, contrast_fields);

static const struct field span_fields[] = {
	TIME(span, from_ns, "from"),
	TIME(span, to_ns, "to"),
};
SHAPE(shape_span, span, span_fields);

static const struct field statement_fields[] = {
	TEXT(statement, service, "service"),
	SAID_TEXT(statement, text, "text"),
	NUMBER(statement, calls, "calls", 0),
	NUMBER(statement, usual_calls, "usual_calls", 1),
	NUMBER(statement, total_s, "total_s", 3),
	NUMBER(statement, usual_s, "usual_s", 3),
	NUMBER(statement, max_ms, "max_ms", 3),
};
SHAPE(shape_statement, statement, statement_fields);

static const struct field contender_fields[] = {
	CAUSE(contender, kind, "kind"),
	NAME(contender, service, "service"),
	SAID_NAME(contender, entity, "entity"),
	TIME(contender, time_ns, "time"),
	SAID_TEXT(contender, what, "what"),
	TEXT(contender, outcome, "outcome"),
	SAID_NAME(contender, follows, "follows"),
	NUMBER(contender, score, "score", 3),
	NUMBER(contender, probability, "probability", 4),
	LIST(contender, terms, n_terms, "terms", shape_term),
};
SHAPE(shape_contender, contender, contender_fields);

static const struct field onset_fields[] = {
	TIME(incident, onset_from_ns, "from"),
	TIME(incident, onset_best_ns, "best"),
	TIME(incident, onset_to_ns, "to"),
};
SHAPE(shape_onset, incident, onset_fields);

static const struct field incident_fields[] = {
	TEXT(incident, id, "id"),
	SAID_TEXT(incident, title, "title"),
	GROUP("onset", shape_onset),
	TIME(incident, peak_ns, "peak"),
	TIME(incident, mitigated_ns, "mitigated"),
	TIME(incident, recovered_ns, "recovered"),
	NUMBER(incident, duration_s, "duration_s", 3),
	NUMBER(incident, degraded_s, "degraded_s", 3),
	LIST(incident, symptoms, n_symptoms, "symptoms", shape_symptom),
	{ .key = "impact", .type = FIELD_OBJECT, .offset = offsetof(struct incident, impact),
	  .of = &shape_impact },
	LIST(incident, causes, n_causes, "causes", shape_cause),
	LIST(incident, ruled_out, n_ruled_out, "ruled_out", shape_ruled_out),
	LIST(incident, services, n_services, "services", shape_score),
	LIST(incident, timeline, n_timeline, "timeline", shape_timeline),
	STORED_LIST(incident, plots, n_plots, "plots", shape_plot),
	LIST(incident, contrasts, n_contrasts, "contrasts", shape_contrast),
	STORED_LIST(incident, degraded, n_degraded, "degraded", shape_span),
	STORED_LIST(incident, statements, n_statements, "statements", shape_statement),
	DEMAND_LIST(incident, contenders, n_contenders, "candidates", shape_contender),
};
SHAPE(shape_incident, incident, incident_fields);

static const struct field window_fields[] = {
	TIME(casefile, from_ns, "from"),
	TIME(casefile, to_ns, "to"),
};
SHAPE(shape_window, casefile, window_fields);

static const struct field quality_fields[] = {
	LIST(casefile, sources, n_sources, "sources", shape_source),
	TEXTS(casefile, notes, n_notes, "notes"),
};
SHAPE(shape_quality, casefile, quality_fields);

static const struct field casefile_fields[] = {
	GROUP("window", shape_window),
	GROUP("quality", shape_quality),
	LIST(casefile, incidents, n_incidents, "incidents", shape_incident),
	STORED_LIST(casefile, passages, n_passages, "passages", shape_passage),
	STORED_SAID_TEXT(casefile, passages_note, "passages_note"),
};
const struct shape shape_casefile = { casefile_fields, sizeof(casefile_fields) / sizeof(casefile_fields[0]),
	                              sizeof(struct casefile) };
