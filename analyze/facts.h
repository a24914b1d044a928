/*
 * facts: everything the analysis takes from the store, loaded once and indexed: series,
 * changes joined into acts, templates with their error families, kept lines, sources. Only
 * the number of series and buckets counts here, never the bytes of the archive.
 */
#ifndef ANALYZE_FACTS_H
#define ANALYZE_FACTS_H

#include "analyze/families.h"
#include "store/reader.h"

/* Time grid of the analysis: `n` steps of `width` 10-second buckets, the first beginning at bucket `first`. */
struct grid {
	int32_t first;
	int32_t width;
	size_t n;
};

static inline int64_t grid_ns(const struct grid *g, size_t step)
{
	return ((int64_t)g->first + (int64_t)step * g->width) * BUCKET_S * NS_PER_S;
}

static inline int64_t grid_step_ns(const struct grid *g)
{
	return (int64_t)g->width * BUCKET_S * NS_PER_S;
}

/* Step that holds an instant, clamped into the grid. */
size_t grid_step(const struct grid *g, int64_t ns);

/* A change as one act: the "started" and "succeeded" records of one deployment are one. */
struct act {
	enum change_kind kind;
	struct str service;      /* as the record names it; empty when it names none */
	struct str entity;       /* "catalog 3.7.5", "timeouts.auth_ms 3000 -> 15", "search_ranking_v2" */
	struct str version, previous, key, old_value, new_value, actor, id, text, host;
	int64_t begin_ns, end_ns; /* end = begin when only one record is there */
	struct str server;       /* the service whose own lines show it, where the record names it otherwise ("main-db") */
	bool end_only;            /* the record says when it was done, and none says when it began */
	bool failed;              /* the record says that it did not succeed */
	bool derived;             /* read off a server's own lines, no change record */
	bool shared;              /* several services report it; `service` is empty then */
	ptrdiff_t undone_by;      /* index of the act that takes it back, -1 none */
	ptrdiff_t undoes;         /* index of the act that it takes back, -1 none */
	struct refs refs;
};

struct service {
	struct str name;
	bool has_http;     /* it logs requests */
	bool access;       /* it logs them as a server in front (role access) */
	bool database, cache;
	uint64_t requests; /* over the whole archive */
	uint64_t lines;
};

/* A template in one service, with its lines over time: the smallest thing that can emerge or vanish. */
struct voice {
	size_t service;          /* index into services */
	uint64_t template_id, group;
	struct str text;
	enum severity severity;
	const struct family *family; /* NULL: no family */
	uint64_t total;
	const struct series **parts; /* one per host and severity */
	size_t n_parts;
};

struct facts {
	struct arena *arena;
	struct store *store;
	const struct families *families;
	struct grid grid;
	int64_t from_ns, to_ns;
	struct series *series; size_t n_series;
	struct store_template *templates; size_t n_templates;
	struct act *acts; size_t n_acts;
	struct kept_line *kept; size_t n_kept;     /* ascending time */
	struct store_source *sources; size_t n_sources;
	struct service *services; size_t n_services;
	struct voice *voices; size_t n_voices;
	VEC(struct str) skew_notes;                /* change logs whose clock was corrected, a sentence each */
	ptrdiff_t edge;                            /* the service users talk to, -1 when nothing logs requests */
};

/* since/until: TIME_NONE for no limit. */
NODISCARD bool facts_load(struct facts *f, struct store *s, const struct families *families, struct arena *a, int64_t since_ns, int64_t until_ns, struct err *err);

/* Index of a service by name, -1 when no log is its own. Instances ("web-1") find their service ("web"). */
ptrdiff_t facts_service(const struct facts *f, struct str name);

/* Text of a template, empty when unknown. */
struct str facts_template(const struct facts *f, uint64_t template_id);

/* Is a kept line one of a voice's? */
bool voice_says(const struct voice *v, const struct kept_line *line);

/* First kept line of a template (in a service, or any when -1) in [from, to), NULL when none. */
const struct kept_line *facts_line(const struct facts *f, ptrdiff_t service, uint64_t template_id, int64_t from_ns, int64_t to_ns);

#endif
