/*
 * fields: from the keys that applications use to the fields of an event, shared by every
 * structured format (JSON lines, logfmt, access logs in JSON, envelopes). A key is folded (ASCII
 * letters lowered, everything but letters and digits dropped: "http.response.status_code", "statusCode")
 * and looked up in one table of aliases; of several keys for one field the best ranked wins, then the
 * first. Values are collected first and interpreted at the end, because their meaning depends on each
 * other: "name" is a service beside a hostname and a logger otherwise, a bare "duration" has the unit
 * of the family of loggers. JSON objects of a shape that was there before are read by a plan (ingest/fields_plan.h); of
 * all others a cache of keys makes the usual case one comparison a key.
 */
#ifndef INGEST_FIELDS_H
#define INGEST_FIELDS_H

#include "core/json.h"
#include "ingest/fields_plan.h"
#include "ingest/format.h"
#include "ingest/message.h"

/* What a key can mean. */
enum field {
	FIELD_NONE,
	FIELD_TIME,
	FIELD_DATE,          /* the date alone, the time beside it */
	FIELD_EPOCH_S,       /* log4j 2's {"epochSecond", */
	FIELD_EPOCH_NANO,    /* "nanoOfSecond"} */
	FIELD_LEVEL,         /* word, pino's or syslog's number */
	FIELD_LEVEL_PYTHON,  /* 10..50 as Python counts */
	FIELD_MESSAGE,
	FIELD_ERROR,
	FIELD_ERROR_TYPE,
	FIELD_STACK,
	FIELD_CODE,          /* of an error, or a status at some */
	FIELD_SERVICE,
	FIELD_NAME,          /* service or logger */
	FIELD_HOST,
	FIELD_VHOST_OR_HOST, /* "host": the machine, or what the request asked for */
	FIELD_LOGGER,
	FIELD_VERSION,
	FIELD_PID,
	FIELD_METHOD,
	FIELD_PATH,
	FIELD_QUERY_STRING,
	FIELD_ROUTE,
	FIELD_REQUEST,       /* a request line, or a path */
	FIELD_STATUS,
	FIELD_BYTES,
	FIELD_DURATION,
	FIELD_UPSTREAM_TIME,
	FIELD_CLIENT,
	FIELD_FORWARDED,     /* X-Forwarded-For */
	FIELD_USER,
	FIELD_AGENT,
	FIELD_REFERRER,
	FIELD_UPSTREAM,
	FIELD_PEER,          /* address of the other side of a failed call */
	FIELD_PEER_PORT,
	FIELD_REQUEST_ID,
	FIELD_DB,
	FIELD_QUERY,
	FIELD_SQLSTATE,
	FIELD_ROWS,
	FIELD_LOCK_TIME,
	FIELD_FLAG,          /* a feature flag's name */
	FIELD_SETTING,       /* a setting's name */
	FIELD_OLD_VALUE,
	FIELD_NEW_VALUE,
	FIELD_GROUP,         /* a container whose members count as if they stood outside */
	FIELD_COUNT
};
_Static_assert(FIELD_COUNT <= 64, "struct fields has a bit for each");

/* Unit of a number. */
enum field_unit { UNIT_NONE, UNIT_NS, UNIT_US, UNIT_MS, UNIT_S };

enum { FIELD_KEY_BYTES = 48, FIELD_CACHE_SLOTS = 128, FIELD_DEPTH_MAX = 5 };

/* The meaning of a key, given the keys of the containers around it, already folded. */
struct field_alias field_lookup(struct str prefix, struct str key);
/* Tells the containers of one application apart; 0 of none. */
uint16_t field_prefix_hash(struct str prefix);
/* Folds a key into out, at most cap bytes; returns the length. */
size_t field_fold(struct str key, char *out, size_t cap);

/*
 * Keys with their meaning, by a hash, and which ones came behind each lately: an application has a few shapes of records, so
 * the next key is nearly always one of two. A format's `state` may begin with one.
 */
struct field_cache {
	struct field_slot {
		char key[FIELD_KEY_BYTES]; /* as written */
		uint8_t len;               /* 0 free */
		uint8_t prefix_len;        /* folded bytes of the containers around it */
		uint16_t prefix_hash;      /* and a hash of them */
		struct field_alias alias;
		uint8_t next[2];           /* slots; the one that came last is the first */
	} slots[FIELD_CACHE_SLOTS];
	char level[8];      /* the last level's text and what it means */
	uint8_t level_len;
	uint8_t severity;
	struct timestamp_last time;
	struct message_memo messages;
	struct field_plan plan; /* of JSON objects */
};

/* A value as found. */
struct field_value {
	struct str text; /* a string's inside, or the raw text */
	struct field_how how;
};

/*
 * Where a member stands: the folded keys of the containers around it, with and without those that are
 * mere groups.
 */
struct field_scope {
	struct str full, bare;
	uint16_t full_hash; /* field_prefix_hash(full) */
	uint8_t rank_add; /* members of a group rank behind those outside */
};

/* One record's fields while they are collected. */
struct fields {
	struct field_cache *cache; /* may be NULL */
	struct arena *scratch;
	uint64_t has;              /* bit per field that has a value */
	uint8_t slot;              /* of the cache: the key before; at first that of no key */
	struct field_value value[FIELD_COUNT];
};

void fields_init(struct fields *f, struct field_cache *cache, struct arena *scratch);
/* Forgets what was collected. */
static inline void fields_clear(struct fields *f)
{
	f->has = 0;
}
/* What a key means. */
struct field_alias fields_meaning(struct fields *f, const struct field_scope *scope, struct str key);
/* Keeps a value for a field, if it is better than the one there is. */
static inline void fields_keep(struct fields *f, unsigned field, struct str text, const struct field_how *how)
{
	uint64_t bit = UINT64_C(1) << field;
	struct field_value *v = &f->value[field];
	if (field == FIELD_NONE || text.len == 0 || ((f->has & bit) && v->how.rank <= how->rank))
		return;
	f->has |= bit;
	v->text = text;
	memcpy(&v->how, how, sizeof v->how); /* at once, and not member by member */
}
/*
 * Offers a value under its key; scope NULL: not in a container. escaped: JSON escapes are in the text;
 * bare: it stood without quotes. Returns what the key means.
 */
enum field fields_put(struct fields *f, const struct field_scope *scope, struct str key, struct str text,
		      bool escaped, bool bare);
/* Collects all members of a JSON object. False when it is not a well-formed one. */
bool fields_put_json(struct fields *f, struct str object);
/*
 * fields_put_json and fields_finish in one, in a shorter way where the shape of the object is known (ingest/fields_shape.h). *e is
 * nothing yet, and nothing has been collected.
 */
bool fields_read_json(struct fields *f, struct str object, struct event *e);
/* Of an array only a first item that is a string counts (header values: ["curl/8.5"]); else there is no text. */
struct json_value field_first_string(struct json_value array);
static inline bool fields_has(const struct fields *f, enum field k)
{
	return f->has >> k & 1;
}
/* The rank of the value that is there; UINT8_MAX when none is. */
static inline uint8_t fields_rank(const struct fields *f, enum field k)
{
	return fields_has(f, k) ? f->value[k].how.rank : UINT8_MAX;
}
/* A text in which there are escapes, without them. */
struct str fields_unescaped(const struct fields *f, enum field k);
/* The text kept for a field, escapes resolved; empty when none. */
static inline struct str fields_text(const struct fields *f, enum field k)
{
	if (!fields_has(f, k))
		return STR_NONE;
	return f->value[k].how.escaped ? fields_unescaped(f, k) : f->value[k].text;
}
/*
 * Interprets what was collected. `bare` is the unit of a duration whose key and text say none;
 * UNIT_NONE judges by the family: seconds beside an epoch with a fraction (zap), nanoseconds when of
 * ten million or more (slog), else ms.
 */
void fields_finish(struct fields *f, struct event *e, enum field_unit bare);

/* A timestamp as a value: any notation timestamp_parse knows, or an epoch. */
bool field_time(struct str text, struct timestamp *out);
/* A level as a value: a word, or a number of pino, bunyan, logback, syslog. SEV_NONE when it is none. */
enum severity field_level(struct str text);

#endif
