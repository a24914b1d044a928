/* The tables of a query about what the last analysis of a store found: empty until there was one. */
#include <math.h>

#include "store/catalog_tables.h"
#include "store/sql.h"

#define INCIDENT_ROW { "incident", SQL_INTEGER, SQL_ALWAYS, "number of the incident, from 1" }

/* Calls put for every incident. */
static bool each_incident(struct sql *sql, struct filling *f, void (*put)(struct filling *f, size_t number, const struct incident *in),
			  struct err *err)
{
	const struct casefile *c;

	if (!sql_casefile(sql, &c, err))
		return false;
	for (size_t i = 0; c && i < c->n_incidents; i++)
		put(f, i + 1, &c->incidents[i]);
	return true;
}

/* ---- incidents ---------------------------------------------------------------------------------------------------- */

static const struct catalog_column incident_columns[] = {
	INCIDENT_ROW,
	{ "title", SQL_TEXT, SQL_SAID, "what broke, in a line" },
	{ "onset", SQL_TIME, 0, "when it began, at best knowledge" },
	{ "onset_from", SQL_TIME, 0, "not before that" },
	{ "onset_to", SQL_TIME, 0, "and not after that" },
	{ "peak", SQL_TIME, 0, "when it was worst" },
	{ "mitigated", SQL_TIME, 0, "when it had become bearable" },
	{ "recovered", SQL_TIME, 0, "when it was over; NULL: not in these logs" },
	{ "duration_s", SQL_REAL, 0, "from onset to recovery, or to the end of the logs" },
	{ "degraded_s", SQL_REAL, 0, "how much of that was really bad" },
	{ "requests", SQL_INTEGER, SQL_ALWAYS, "requests in that time" },
	{ "failed", SQL_INTEGER, SQL_ALWAYS, "how many of them failed" },
	{ "slow", SQL_INTEGER, SQL_ALWAYS, "how many were slow" },
	{ "peak_error_rate", SQL_REAL, 0, "share of requests that failed when it was worst, 0 to 1" },
	{ "users_active", SQL_INTEGER, SQL_ALWAYS, "distinct users in that time" },
	{ "users_affected", SQL_INTEGER, SQL_ALWAYS, "how many of them met a failure" },
	{ "users_are", SQL_TEXT, SQL_ALWAYS, "what stands for a user: users, or client addresses where the logs have no users" },
	{ 0 },
};

static void put_incident(struct filling *f, size_t number, const struct incident *in)
{
	const int64_t times[] = { in->onset_best_ns, in->onset_from_ns, in->onset_to_ns,
				  in->peak_ns,       in->mitigated_ns,  in->recovered_ns };
	const struct impact *m = &in->impact;

	fill_number(f, number);
	fill_text(f, in->title);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		fill_time(f, times[i]);
	fill_real(f, in->duration_s);
	fill_real(f, in->degraded_s);
	fill_number(f, m->requests_total);
	fill_number(f, m->requests_failed);
	fill_number(f, m->requests_slow);
	fill_real(f, m->peak_error_rate);
	fill_number(f, m->users_active);
	fill_number(f, m->users_affected);
	fill_text(f, m->users_are_clients ? STR("client addresses") : STR("users"));
	fill_row(f);
}

static bool fill_incidents(struct sql *sql, struct filling *f, struct err *err)
{
	return each_incident(sql, f, put_incident, err);
}

const struct catalog_table table_incidents = {
	.name = "incidents",
	.help = "an incident that the last analysis found",
	.columns = incident_columns,
	.fill = fill_incidents,
};

/* ---- causes ------------------------------------------------------------------------------------------------------- */

static const struct catalog_column cause_columns[] = {
	INCIDENT_ROW,
	{ "rank", SQL_INTEGER, SQL_ALWAYS, "1: what is blamed" },
	{ "kind", SQL_TEXT, SQL_ALWAYS, "deployment, config_change, slow_query, traffic_surge, ..., unknown" },
	{ "service", SQL_TEXT, 0, "where it lies" },
	{ "entity", SQL_TEXT, SQL_SAID, "what it is: a version, a setting, a statement, a host" },
	{ "time", SQL_TIME, 0, "when it came up" },
	{ "probability", SQL_REAL, SQL_ALWAYS, "among all candidates and a cause that is not in these logs, 0 to 1" },
	{ "confidence", SQL_TEXT, 0, "that in words" },
	{ "statement", SQL_TEXT, SQL_SAID, "a sentence for the postmortem" },
	{ 0 },
};

static void put_causes(struct filling *f, size_t number, const struct incident *in)
{
	for (size_t i = 0; i < in->n_causes; i++) {
		const struct cause *c = &in->causes[i];

		fill_number(f, number);
		fill_number(f, i + 1);
		fill_text(f, str_of(cause_kind_name(c->kind)));
		fill_text(f, c->service);
		fill_text(f, c->entity);
		fill_time(f, c->time_ns);
		fill_real(f, isnan(c->probability) ? 0 : c->probability);
		fill_text(f, c->confidence);
		fill_text(f, c->statement);
		fill_row(f);
	}
}

static bool fill_causes(struct sql *sql, struct filling *f, struct err *err)
{
	return each_incident(sql, f, put_causes, err);
}

const struct catalog_table table_causes = {
	.name = "causes",
	.help = "a possible cause of an incident, the most probable first",
	.columns = cause_columns,
	.fill = fill_causes,
};

/* ---- evidence ----------------------------------------------------------------------------------------------------- */

static const struct catalog_column evidence_columns[] = {
	INCIDENT_ROW,
	{ "part", SQL_TEXT, SQL_ALWAYS, "of the findings: symptom, term, chain, ruled_out, timeline, contrast" },
	{ "rank", SQL_INTEGER, 0, "of a term and a chain: of the cause they belong to" },
	{ "name", SQL_TEXT, SQL_SAID, "name of the term, or kind of what it is" },
	{ "log_odds", SQL_REAL, 0, "of a term: how much it speaks for the cause, or against it" },
	{ "statement", SQL_TEXT, SQL_SAID, "what is stated" },
	{ "source", SQL_TEXT, 0, "path of the file that has a line it rests on; NULL: it rests on counts alone" },
	{ "line", SQL_INTEGER, 0, "number of that line, from 1" },
	{ "offset", SQL_INTEGER, 0, "of that line in the unpacked file, bytes" },
	{ "text", SQL_TEXT, SQL_SAID, "the line" },
	{ 0 },
};

/* What is stated somewhere in the findings. */
struct claim_row {
	size_t incident;
	struct str part;
	size_t rank;     /* 0 none */
	struct str name;
	double log_odds; /* NAN none */
	struct str statement;
};

/* A row for each line that it rests on, one without a line where there is none. */
static void put_claim(struct filling *f, const struct claim_row *c, const struct refs *refs)
{
	for (size_t i = 0; i < refs->n || i == 0; i++) {
		const struct ref *r = i < refs->n ? &refs->at[i] : NULL;

		fill_number(f, c->incident);
		fill_text(f, c->part);
		fill_count(f, c->rank ? (int64_t)c->rank : -1);
		fill_text(f, c->name);
		fill_real(f, c->log_odds);
		fill_text(f, c->statement);
		fill_text(f, r ? r->source : STR_NONE);
		fill_count(f, r ? (int64_t)r->line : -1);
		fill_count(f, r ? (int64_t)r->offset : -1);
		fill_text(f, r ? r->text : STR_NONE);
		fill_row(f);
	}
}

static void put_evidence(struct filling *f, size_t number, const struct incident *in)
{
	for (size_t i = 0; i < in->n_symptoms; i++) {
		const struct symptom *s = &in->symptoms[i];
		struct claim_row c = { number, STR("symptom"), 0, str_of(symptom_kind_name(s->kind)), NAN,
				       s->route.len ? s->route : s->service };

		put_claim(f, &c, &s->refs);
	}
	for (size_t i = 0; i < in->n_causes; i++) {
		const struct cause *cause = &in->causes[i];

		for (size_t k = 0; k < cause->n_terms; k++) {
			const struct term *t = &cause->terms[k];
			struct claim_row c = { number, STR("term"), i + 1, t->name, t->log_odds, t->text };

			put_claim(f, &c, &t->refs);
		}
		for (size_t k = 0; k < cause->n_chain; k++) {
			const struct link *l = &cause->chain[k];
			struct claim_row c = { number, STR("chain"), i + 1, str_of(cause_kind_name(l->kind)), NAN, l->text };

			put_claim(f, &c, &l->refs);
		}
	}
	for (size_t i = 0; i < in->n_ruled_out; i++) {
		const struct ruled_out *r = &in->ruled_out[i];
		struct claim_row c = { number, STR("ruled_out"), 0, r->term, NAN, r->reason };

		put_claim(f, &c, &r->refs);
	}
	for (size_t i = 0; i < in->n_timeline; i++) {
		const struct timeline_entry *t = &in->timeline[i];
		struct claim_row c = { number, STR("timeline"), 0, t->kind, NAN, t->text };

		put_claim(f, &c, &t->refs);
	}
	for (size_t i = 0; i < in->n_contrasts; i++) {
		const struct contrast *x = &in->contrasts[i];
		struct claim_row c = { number, STR("contrast"), 0, x->field, NAN, x->value };

		put_claim(f, &c, &x->refs);
	}
}

static bool fill_evidence(struct sql *sql, struct filling *f, struct err *err)
{
	return each_incident(sql, f, put_evidence, err);
}

const struct catalog_table table_evidence = {
	.name = "evidence",
	.help = "something the findings state, with a line it rests on",
	.columns = evidence_columns,
	.fill = fill_evidence,
};

/* ---- what was ruled out, symptoms, impact, timeline --------------------------------------------------------------- */

static const struct catalog_column ruled_out_columns[] = {
	INCIDENT_ROW,
	{ "kind", SQL_TEXT, SQL_ALWAYS, "deployment, config_change, scheduled_job, ..." },
	{ "service", SQL_TEXT, 0, "where it lies" },
	{ "entity", SQL_TEXT, SQL_SAID, "what it is" },
	{ "time", SQL_TIME, 0, "when it came up" },
	{ "term", SQL_TEXT, 0, "name of the term that decided" },
	{ "reason", SQL_TEXT, SQL_SAID, "why it is not the cause, in words" },
	{ 0 },
};

static void put_ruled_out(struct filling *f, size_t number, const struct incident *in)
{
	for (size_t i = 0; i < in->n_ruled_out; i++) {
		const struct ruled_out *r = &in->ruled_out[i];

		fill_number(f, number);
		fill_text(f, str_of(cause_kind_name(r->kind)));
		fill_text(f, r->service);
		fill_text(f, r->entity);
		fill_time(f, r->time_ns);
		fill_text(f, r->term);
		fill_text(f, r->reason);
		fill_row(f);
	}
}

static bool fill_ruled_out(struct sql *sql, struct filling *f, struct err *err)
{
	return each_incident(sql, f, put_ruled_out, err);
}

const struct catalog_table table_ruled_out = {
	.name = "ruled_out",
	.help = "what was suspected and is not the cause",
	.columns = ruled_out_columns,
	.fill = fill_ruled_out,
};

static const struct catalog_column symptom_columns[] = {
	INCIDENT_ROW,
	{ "kind", SQL_TEXT, SQL_ALWAYS, "errors, auth_failures, latency, volume_loss, log_errors, alert" },
	{ "service", SQL_TEXT, 0, "where it showed" },
	{ "route", SQL_TEXT, SQL_SAID, "on which route; NULL: all" },
	{ "baseline", SQL_REAL, 0, "what is usual: a share of requests (log_errors: of lines), or requests a second (volume_loss)" },
	{ "peak", SQL_REAL, 0, "the same when it was worst" },
	{ "first", SQL_TIME, 0, "since when" },
	{ "last", SQL_TIME, 0, "until when" },
	{ 0 },
};

static void put_symptoms(struct filling *f, size_t number, const struct incident *in)
{
	for (size_t i = 0; i < in->n_symptoms; i++) {
		const struct symptom *s = &in->symptoms[i];

		fill_number(f, number);
		fill_text(f, str_of(symptom_kind_name(s->kind)));
		fill_text(f, s->service);
		fill_text(f, s->route);
		fill_real(f, s->baseline);
		fill_real(f, s->peak);
		fill_time(f, s->from_ns);
		fill_time(f, s->to_ns);
		fill_row(f);
	}
}

static bool fill_symptoms(struct sql *sql, struct filling *f, struct err *err)
{
	return each_incident(sql, f, put_symptoms, err);
}

const struct catalog_table table_symptoms = {
	.name = "symptoms",
	.help = "what was not as usual in an incident",
	.columns = symptom_columns,
	.fill = fill_symptoms,
};

static const struct catalog_column impact_columns[] = {
	INCIDENT_ROW,
	{ "route", SQL_TEXT, SQL_ALWAYS | SQL_SAID, "method and path" },
	{ "requests", SQL_INTEGER, SQL_ALWAYS, "requests of it in the incident" },
	{ "failed", SQL_INTEGER, SQL_ALWAYS, "how many of them failed" },
	{ 0 },
};

static void put_impact(struct filling *f, size_t number, const struct incident *in)
{
	for (size_t i = 0; i < in->impact.n_routes; i++) {
		const struct impact_route *r = &in->impact.routes[i];

		fill_number(f, number);
		fill_text(f, r->route);
		fill_number(f, r->requests);
		fill_number(f, r->failed);
		fill_row(f);
	}
}

static bool fill_impact(struct sql *sql, struct filling *f, struct err *err)
{
	return each_incident(sql, f, put_impact, err);
}

const struct catalog_table table_impact = {
	.name = "impact",
	.help = "a route that was hit by an incident",
	.columns = impact_columns,
	.fill = fill_impact,
};

static const struct catalog_column timeline_columns[] = {
	INCIDENT_ROW,
	{ "time", SQL_TIME, 0, "when" },
	{ "kind", SQL_TEXT, SQL_ALWAYS, "change, onset, symptom, peak, mitigation, ineffective, relief, recovered, alert, lifecycle, evidence" },
	{ "service", SQL_TEXT, 0, "where" },
	{ "text", SQL_TEXT, SQL_SAID, "what happened" },
	{ 0 },
};

static void put_timeline(struct filling *f, size_t number, const struct incident *in)
{
	for (size_t i = 0; i < in->n_timeline; i++) {
		const struct timeline_entry *t = &in->timeline[i];

		fill_number(f, number);
		fill_time(f, t->time_ns);
		fill_text(f, t->kind);
		fill_text(f, t->service);
		fill_text(f, t->text);
		fill_row(f);
	}
}

static bool fill_timeline(struct sql *sql, struct filling *f, struct err *err)
{
	return each_incident(sql, f, put_timeline, err);
}

const struct catalog_table table_timeline = {
	.name = "timeline",
	.help = "a step in the course of an incident",
	.columns = timeline_columns,
	.fill = fill_timeline,
};
