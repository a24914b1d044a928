/*
 * casefile: what an analysis found, as plain data: the contract of findings.json, and
 * the only thing renderers see. Filled by analyze/, kept in the store as bytes
 * (casefile_encode), rendered by report/. All memory belongs to the arena it was made in.
 * Instants are UTC nanoseconds, TIME_NONE when not known. Lists are in the order in which
 * they are to be shown.
 */
#ifndef CORE_CASEFILE_H
#define CORE_CASEFILE_H

#include "core/buf.h"
#include "core/timestamp.h"
#include "core/vocab.h"

/* A line of evidence. */
struct ref {
	struct str source; /* path of the file inside the archive */
	uint64_t line;     /* 1-based */
	uint64_t offset;   /* bytes, uncompressed */
	struct str text;   /* the line */
};
struct refs { struct ref *at; size_t n, cap; };

struct quality_source {
	struct str path, format, service, host, zone; /* zone: "+00:00", "inferred -05:00", "assumed UTC", ... */
	uint64_t lines, events, continuation, rejected;
	int64_t first_ns, last_ns;
	struct str *notes;
	size_t n_notes;
};

struct symptom {
	enum symptom_kind kind;
	struct str service, route;  /* route empty: all */
	double baseline, peak;      /* share of requests (log_errors: of lines), 0..1; volume_loss: per second */
	int64_t from_ns, to_ns;
	struct refs refs;
};

struct impact_route { struct str route; uint64_t requests, failed; };
struct impact {
	uint64_t requests_total, requests_failed, requests_slow; /* in the incident's window */
	double peak_error_rate;     /* share of failed requests in the worst minute with at least 20 */
	uint64_t users_active, users_affected; /* distinct users where known, else client addresses */
	bool users_are_clients;     /* counted by client address */
	struct impact_route *routes;
	size_t n_routes;
};

struct term { struct str name; double log_odds; struct str text; struct refs refs; };
struct link { enum cause_kind kind; struct str service, entity; int64_t time_ns; struct str text; struct refs refs; };

struct cause {
	enum cause_kind kind;
	struct str service, entity;
	int64_t time_ns;
	double probability;         /* posterior among all candidates, "none of these" included */
	struct str confidence;      /* "highly likely", "moderately supported", "speculative" */
	struct str statement;       /* one sentence for the postmortem */
	struct term *terms;  size_t n_terms;
	struct link *chain;  size_t n_chain; /* root first; empty when the cause stands alone */
};

struct ruled_out {
	enum cause_kind kind;
	struct str service, entity;
	int64_t time_ns;
	struct str term;            /* name of the deciding term */
	struct str reason;          /* words a postmortem can take over */
	struct refs refs;
};

struct service_score { struct str service; double score; };

/* Kinds: "change", "onset", "symptom", "peak", "mitigation", "ineffective", "relief", "recovered", "alert", "lifecycle", "evidence" */
struct timeline_entry { int64_t time_ns; struct str kind, service, text; struct refs refs; };

/*
 * A series for a renderer to draw: values at from_ns + i * step_ns; NAN = no data. Those that are to be drawn
 * over each other stand in a row with the same panel; the first plot is the symptom that leads.
 */
struct plot { struct str panel, name, unit; int64_t from_ns, step_ns; double *values; size_t n; };

/* Instants [from_ns, to_ns). */
struct span { int64_t from_ns, to_ns; };

/* A normalised statement in the bad time; usual_: what the quiet time would give for as long. */
struct statement { struct str service, text; double calls, usual_calls, total_s, usual_s, max_ms; };

/*
 * What is different in the bad window: one value of one field. Shares are of what `of` names: how much of it in the bad
 * window had this value, and how much before. Kinds: "category" (a value of a field), "number" (a range of a figure,
 * above or below what was usual), "text" (a line: new, gone, more or fewer), "key" (a word that failing lines share).
 */
struct contrast {
	struct str kind;            /* "category", "number", "text", "key" */
	struct str of;              /* "failed requests", "slow requests", "requests", "statements", "lines", "failing lines" */
	struct str service;         /* in whose log; empty: all */
	struct str field, value;
	double share_bad, share_good;
	double lift;                /* how many times as frequent as before; below 1: rarer. Finite: half an event is added */
	double log10_p;             /* of a difference as large by chance, after overdispersion */
	struct refs refs;
};

/* A candidate with all its terms, whatever became of it: what --explain shows. */
struct contender {
	enum cause_kind kind;
	struct str service, entity;
	int64_t time_ns;
	struct str what;            /* noun phrase: "the deployment of catalog 3.7.5" */
	struct str outcome;         /* "blamed", "follows", "possible", "ruled out", "less likely" (not in the logs), "excluded" */
	struct str follows;         /* from what, as a noun phrase; empty: from nothing */
	double score;               /* sum of the terms: log-odds */
	double probability;         /* 0 for what is excluded */
	struct term *terms; size_t n_terms;
};

struct incident {
	struct str id, title;
	int64_t onset_from_ns, onset_best_ns, onset_to_ns;
	int64_t peak_ns, mitigated_ns, recovered_ns;
	double duration_s;          /* onset to recovery (or to the end of the data) */
	double degraded_s;          /* time in which symptoms were really there */
	struct symptom *symptoms;   size_t n_symptoms;
	struct impact impact;
	struct cause *causes;       size_t n_causes;   /* rank = index + 1 */
	struct ruled_out *ruled_out; size_t n_ruled_out;
	struct service_score *services; size_t n_services;
	struct timeline_entry *timeline; size_t n_timeline;
	struct plot *plots;         size_t n_plots;
	struct contrast *contrasts; size_t n_contrasts; /* by log10_p */
	struct span *degraded;      size_t n_degraded;   /* when symptoms were really there, ascending */
	struct statement *statements; size_t n_statements; /* most additional time first */
	struct contender *contenders; size_t n_contenders; /* by probability, the excluded last */
};

/*
 * What stood in the archive around a quoted line: whole lines without the last line's end, empty when there are none. `after` is what
 * follows the last line of the record.
 */
struct passage { struct str source; uint64_t line; struct str before, after; };

struct casefile {
	int64_t from_ns, to_ns;     /* window of the data */
	struct quality_source *sources; size_t n_sources;
	struct str *notes;          size_t n_notes;
	struct incident *incidents; size_t n_incidents;
	struct passage *passages;   size_t n_passages; /* of the lines that are quoted; at most one a line */
	struct str passages_note;   /* a sentence: why some lines have none; empty when all do */
};

/*
 * The lines that the findings rest on, each once, in the order of findings.json, at most `max` of them. Those of
 * candidates that are shown on demand only are left out. They belong to the case file, the list to the arena.
 */
const struct ref **casefile_quoted(const struct casefile *c, struct arena *a, size_t max, size_t *n);

/*
 * The case file as JSON. `contract` true: exactly the keys of findings.json in their order (what only our own
 * renderers show left out); false: everything, which is what the store keeps and casefile_decode reads back without loss.
 */
void casefile_encode(const struct casefile *c, bool contract, struct buf *out);
/*
 * The contract with the program's version in "tool", as findings.json has it. `explain`: each incident ends with
 * "candidates", its contenders.
 */
void casefile_findings(const struct casefile *c, struct str version, bool explain, struct buf *out);
NODISCARD bool casefile_decode(struct str json, struct arena *a, struct casefile *out, struct err *err);

/*
 * A copy in which every text that may quote a log or a person (not paths, services, formats) went
 * through `map`; shares what did not change with the original, so it lives no longer than that.
 */
typedef struct str casefile_map_fn(void *self, struct str text);
struct casefile casefile_map(const struct casefile *c, struct arena *a, casefile_map_fn *map, void *self);

#endif
