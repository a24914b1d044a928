/*
 * OpenMetrics: the figures of a store as gauges, for the textfile collector of Prometheus' node_exporter, which reads
 * its own, older format: so there is nothing here but what both understand (gauges without a time, TYPE before HELP,
 * UNIT and EOF, which are comments there). All samples of a metric have the same labels.
 *
 * Syntax: OpenMetrics 1.0, "Text Format".
 */
#include "export/target.h"

/* A metric and the statement that gives its samples: first the value, then the labels, called like their columns. */
struct metric {
	const char *name;
	const char *unit; /* what the name ends with; NULL none */
	const char *help;
	const char *sql;
	const char *timed; /* column that the times of the options hold for, behind a WHERE in `sql`; NULL none */
	const char *group; /* behind that */
};

#define UNIX(column) "(julianday(" column ") - 2440587.5) * 86400.0"
#define CAUSED " FROM incidents i LEFT JOIN causes c ON c.incident = i.incident AND c.rank = 1"
#define LABELS "i.incident AS incident, c.kind AS cause, c.service AS service"

static const struct metric metrics[] = {
	{ "inquest_incidents", NULL, "Incidents that the last analysis found.", "SELECT count(*) FROM incidents", NULL, "" },
	{ "inquest_incident_onset_timestamp_seconds", "seconds", "When an incident began.",
	  "SELECT round(" UNIX("i.onset") ", 3), " LABELS CAUSED " WHERE i.onset IS NOT NULL", NULL, "" },
	{ "inquest_incident_duration_seconds", "seconds", "How long an incident took, to the end of the logs if it was not over.",
	  "SELECT i.duration_s, " LABELS CAUSED " WHERE i.duration_s IS NOT NULL", NULL, "" },
	{ "inquest_incident_requests", NULL, "Requests in the time of an incident.", "SELECT i.requests, " LABELS CAUSED, NULL, "" },
	{ "inquest_incident_requests_failed", NULL, "How many of these failed.", "SELECT i.failed, " LABELS CAUSED, NULL, "" },
	{ "inquest_incident_users_affected", NULL, "Distinct users that met a failure.", "SELECT i.users_affected, " LABELS CAUSED, NULL, "" },
	{ "inquest_incident_cause_probability_ratio", "ratio", "Probability of the cause that is blamed.",
	  "SELECT c.probability, " LABELS CAUSED " WHERE c.probability IS NOT NULL", NULL, "" },
	{ "inquest_requests", NULL, "Requests, by whose log has them: access logs and applications may have the same ones.",
	  "SELECT sum(count), service, role FROM series WHERE step = 600 AND kind = 'http'", "time", " GROUP BY service, role" },
	{ "inquest_requests_failed", NULL, "How many of these failed.",
	  "SELECT sum(failed), service, role FROM series WHERE step = 600 AND kind = 'http'", "time", " GROUP BY service, role" },
	{ "inquest_requests_time_seconds", "seconds", "How long those took together that say it.",
	  "SELECT round(sum(total_ms) / 1000, 3), service, role FROM series WHERE step = 600 AND kind = 'http' AND timed > 0", "time",
	  " GROUP BY service, role" },
	{ "inquest_requests_timed", NULL, "How many say how long they took.",
	  "SELECT sum(timed), service, role FROM series WHERE step = 600 AND kind = 'http' AND timed > 0", "time", " GROUP BY service, role" },
	{ "inquest_log_events", NULL, "Lines of logs other than requests and statements, by severity.",
	  "SELECT sum(count), service, code AS severity FROM series WHERE step = 600 AND kind = 'line'", "time", " GROUP BY service, severity" },
	{ "inquest_statements_time_seconds", "seconds", "How long the statements of a database took together.",
	  "SELECT round(sum(total_ms) / 1000, 3), service FROM series WHERE step = 600 AND kind = 'query' AND timed > 0", "time",
	  " GROUP BY service" },
	{ "inquest_connections_refused", NULL, "Connections refused.", "SELECT sum(refused), service FROM connections WHERE 1", "time",
	  " GROUP BY service HAVING sum(refused) > 0" },
	{ "inquest_changes", NULL, "Changes that were recorded.", "SELECT count(*), kind, service FROM changes WHERE 1", "time",
	  " GROUP BY kind, service" },
	{ "inquest_log_lines_read", NULL, "Lines that were read of a log.", "SELECT sum(lines), log FROM sources", NULL, " GROUP BY log" },
	{ "inquest_log_lines_rejected", NULL, "How many of these were not understood.", "SELECT sum(rejected), log FROM sources", NULL,
	  " GROUP BY log" },
	{ "inquest_log_last_event_timestamp_seconds", "seconds", "When a log last had something to say.",
	  "SELECT round(max(" UNIX("last") "), 3), log FROM sources WHERE last IS NOT NULL", NULL, " GROUP BY log" },
};

/* A label's value: backslash, quote and line feed are escaped. */
static void add_label(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		switch (text.ptr[i]) {
		case '\\':
		case '"':
			buf_addc(out, '\\');
			buf_addc(out, text.ptr[i]);
			break;
		case '\n':
			buf_addz(out, "\\n");
			break;
		default:
			buf_addc(out, text.ptr[i]);
		}
	}
}

static void add_sample(struct export_job *job, const struct metric *m)
{
	struct arena_mark mark = arena_mark(&job->arena);

	buf_addf(&job->out, "%s{store=\"%.*s\"", m->name, STR_ARG(job->options->name));
	for (size_t i = 1; i < query_columns(job->query); i++) {
		buf_addf(&job->out, ",%s=\"", query_column_name(job->query, i).ptr);
		add_label(&job->out, export_text(job, query_value(job->query, i).text, true));
		buf_addc(&job->out, '"');
	}
	buf_addf(&job->out, "} %.*s\n", STR_ARG(query_value(job->query, 0).text));
	arena_rewind(&job->arena, mark);
}

static bool add_metric(struct export_job *job, const struct metric *m, struct err *err)
{
	struct str window = m->timed ? export_window(job, m->timed, " AND") : STR("");
	bool any, first = true;

	if (!query_again(job->query, arena_printf(&job->arena, "%s%.*s%s", m->sql, STR_ARG(window), m->group), err))
		return false;
	while (query_next(job->query, &any, err)) {
		if (!any)
			return true;
		if (query_value(job->query, 0).type == QUERY_NULL)
			continue;
		if (first) {
			buf_addf(&job->out, "# TYPE %s gauge\n", m->name);
			if (m->unit)
				buf_addf(&job->out, "# UNIT %s %s\n", m->name, m->unit);
			buf_addf(&job->out, "# HELP %s %s\n", m->name, m->help);
		}
		first = false;
		add_sample(job, m);
		if (!export_flush(job, err))
			return false;
	}
	return false;
}

static bool write_all(struct export_job *job, struct err *err)
{
	if (!export_open(job, "inquest.prom", err))
		return false;
	for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
		if (!add_metric(job, &metrics[i], err))
			return false;
	buf_addz(&job->out, "# EOF\n");
	return export_close(job, err);
}

const struct export_target export_openmetrics = {
	.name = "openmetrics",
	.help = "OpenMetrics: the figures as gauges, for the textfile collector of node_exporter",
	.write = write_all,
};
