/*
 * truth: what is known about a case (truth.json), and when an answer means the same thing.
 * The rules of naming are those findings.json is scored by elsewhere, so that figures can be
 * compared: an answer names the true thing when it has a telling word of it.
 */
#ifndef CLI_TRUTH_H
#define CLI_TRUTH_H

#include "core/arena.h"
#include "core/err.h"
#include "core/json.h"
#include "core/vocab.h"

enum { TRUTH_KINDS_MAX = 32 };

/* One true incident. Texts belong to the arena; empty when nothing was said. */
struct truth {
	struct json_value object;            /* the whole of it: red_herrings, must_mention */
	double onset_s, end_s, impact_s;     /* seconds since 1970; NAN unknown; end: recovery, else mitigation, else an hour later */
	struct str kind, service, entity;    /* kind by its plain name */
	struct str accepted[TRUTH_KINDS_MAX]; /* kinds that are right, the true one first */
	size_t n_accepted;
};

/* What a case holds: incidents in the file's order; none is a quiet day. */
struct truths {
	struct truth *at;
	size_t n, cap;
};

/* EXIT_NO_INPUT when the text is not a JSON object, or an incident has no onset. */
NODISCARD bool truths_read(struct str text, struct arena *a, struct truths *out, struct err *err);

/* The name findings have for a kind: "cert_expiry" is a certificate, "rollback" a deployment. */
struct str truth_plain_kind(struct str kind);
bool truth_accepts(const struct truth *t, enum cause_kind kind);
/* Seconds since 1970 to the microsecond, the nearest double: differences are then the same wherever they are computed. */
double truth_seconds(int64_t ns);
/* Does `said` name the true thing? By a telling word of it, or, when it has none, by its service. */
bool truth_named(struct str entity, struct str service, struct str said, struct arena *a);
/* Has a name no telling word? */
bool truth_is_nameless(struct str entity, struct arena *a);
/* Does `said` have the service's name, in whatever case? False for an empty one. */
bool truth_names_service(struct str service, struct str said, struct arena *a);

#endif
