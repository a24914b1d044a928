/*
 * change: from the parts of a change record to struct change. Deployment tools, flag services, migration
 * runners and people's own scripts all say the same few things (what was done, to what, from which value to
 * which, by whom, how it went) under different names. A draft collects what the record offers, by field name
 * (JSON, CSV, key=value) or by its place in a sentence, and is resolved at the end, when everything is known:
 * whether "from" is a version or a setting's old value depends on what kind of change it turns out to be.
 */
#ifndef INGEST_CHANGE_H
#define INGEST_CHANGE_H

#include "core/arena.h"
#include "core/event.h"

enum change_part {
	PART_NONE,
	PART_TIME,
	PART_END,
	PART_KIND, /* action, event, type: a verb or kind word */
	PART_SERVICE,
	PART_SERVICE_WEAK, /* project, repository, name: a service when nothing better is there */
	PART_VERSION,
	PART_REVISION, /* commit, tag, image: a version when there is none */
	PART_PREVIOUS,
	PART_ACTOR,
	PART_KEY,
	PART_FLAG,      /* a key that makes it a feature flag */
	PART_MIGRATION, /* a key that makes it a schema migration */
	PART_WORKFLOW,  /* name of a pipeline: a sentence that may tell what it does */
	PART_OLD,
	PART_NEW,
	PART_STATUS,
	PART_ID,
	PART_TEXT,
	PART_ENVIRONMENT,
	PART_HOST,
	PART_LEVEL,
	PART_COUNT,
};

/* What a field of this name holds; case, blanks and punctuation do not matter ("deployedBy", "deployed_by").
 */
enum change_part change_part_parse(struct str name);

enum change_strength {
	CHANGE_UNSURE, /* no verb, or one that means something only together with a noun: "update", "start" */
	CHANGE_SURE,   /* a verb that only deployments and the like use */
};

/* What a verb's form says ("deploying": a deployment, surely, started). */
struct change_word {
	enum change_kind kind;
	enum change_strength strength;
	const char *tense; /* a status, empty when the form says nothing */
};
bool change_word_find(struct str word, struct change_word *out);

struct change_draft {
	struct str part[PART_COUNT]; /* first value seen for each */
	enum change_kind kind;
	bool has_kind;
	enum change_strength strength;
	struct str verb;        /* the word that decided the kind */
	bool named;             /* the verb stood in a field of its own: "action=deploy" */
	struct str left, right; /* around an arrow, or behind "from" and "to" */
	struct str tense;       /* "started", "succeeded": what the verb's form says */
	bool tool;              /* the sentence is a command of a deployment tool */
	bool object;            /* it names its object by kind: "deployment/web" */
	unsigned pairs;         /* name=value pairs with a known name */
};

/* Keeps the first value; '-', "null", "none" and the empty text are no value. */
void change_set(struct change_draft *d, enum change_part f, struct str value);
/* A verb or kind word: "deploy", "flag.updated", "rolled_back", "feature-environment-enabled". False when it
 * says nothing. */
bool change_verb(struct change_draft *d, struct str word);
/* Reads a sentence ("deploy auth 2.3.1 -> 2.4.0 by ci: started (change=SHOP-1501)"). */
void change_sentence(struct change_draft *d, struct str text);
/*
 * Decides kind and status and fills *e (kind EV_CHANGE, change, severity, user, version, message; times are
 * the caller's). False when the draft is no change: nothing says what was done, or not to what.
 */
bool change_resolve(const struct change_draft *d, struct str text, struct arena *scratch, struct event *e);
/* "succeeded", "failed", "started" for the many words tools use ("done", "success", "in_progress"); empty
 * when unknown. */
struct str change_status(struct str word);
bool change_looks_like_version(struct str s);

#endif
