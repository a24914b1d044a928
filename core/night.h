/*
 * night: the digest of a day, as plain data: how it compares with the days before it. Made by analyze/nightly.h, kept in the store
 * (store/nights.h), rendered by report/night.h. All memory belongs to the arena it was made in. Counts are of the day alone; "usual"
 * is the median of the earlier days that are known, NAN when there are too few. log10_p is of a value as far from those by chance
 * (0: nothing to tell); lists hold what is left after control of false discoveries, the most surprising first, if not said otherwise.
 */
#ifndef CORE_NIGHT_H
#define CORE_NIGHT_H

#include "core/casefile.h"

/* An incident that reached into the day. */
struct night_incident {
	struct str id, title;
	enum cause_kind kind;            /* of the cause at rank 1; CAUSE_UNKNOWN: not in the logs */
	struct str service, entity;      /* of it */
	double probability;
	int64_t onset_ns, recovered_ns;  /* TIME_NONE: it goes on */
	double degraded_s;
	uint64_t requests, failed, slow; /* in its window */
	bool continues;                  /* it began before the day */
};

/* A figure of the day: "requests", "failed_share", "p95_ms", "error_lines", "events". */
struct night_figure { struct str name; double value, usual, log10_p; bool unusual; };

/* An hour of the day by the clock of its zone. */
struct night_hour { uint64_t requests, failed, error_lines; double p95_ms; };

/* A line (templates that differ in variables only are one) that no earlier day had. */
struct night_line { struct str service, severity, text, family; uint64_t count; double log10_p; };

/* What errors and warnings are about: an error family, or a line that belongs to none. By count. */
struct night_family { struct str name, service, text; uint64_t count; double usual, log10_p; bool unusual; };

/* A statement that is "new" or "slower". Durations are medians. */
struct night_query { struct str change, service, text; uint64_t calls; double usual_calls, ms, usual_ms, total_s, log10_p; };

/* Who logs: a service on a host; log: "access" for that log of a server in front, beside its other one. state: "", "new", "silent" (it fell silent in this day), "gone" (before). By events. */
struct night_source { struct str service, host, log, state; uint64_t events; double usual; int64_t last_ns; double log10_p; };

struct night {
	struct str date, zone;      /* "2026-01-29", "Europe/Berlin" */
	int64_t from_ns, to_ns;
	uint64_t known_days;        /* earlier days it is compared with */
	uint64_t events, requests, failed, error_lines;
	double p50_ms, p95_ms;      /* of the requests of the servers in front; NAN: none says */
	struct night_figure *figures;     size_t n_figures;
	struct night_hour *hours;         size_t n_hours;
	struct night_incident *incidents; size_t n_incidents;
	struct night_line *lines;         size_t n_lines;
	uint64_t more_lines;        /* new ones that the list has no room for */
	struct night_family *families;    size_t n_families;
	struct night_query *queries;      size_t n_queries;
	struct night_source *sources;     size_t n_sources;
	uint64_t silent;            /* sources that fell silent */
	struct str *notes;                size_t n_notes; /* what is wrong with the day's logs, a sentence each */
};

/* Is there something to look at: an incident, a source that fell silent, or no logs at all? */
bool night_attention(const struct night *n);

/* As the store keeps it, and back without loss. */
void night_encode(const struct night *n, struct buf *out);
NODISCARD bool night_decode(struct str json, struct arena *a, struct night *out, struct err *err);
/* The document for programs: the digest, and with it the findings of the day (inquest-findings/1) as one member. */
void night_document(const struct night *n, const struct casefile *c, struct str version, struct buf *out);
/* A copy with every text that may quote a log or a person through `map`. */
struct night night_map(const struct night *n, struct arena *a, casefile_map_fn *map, void *self);

#endif
