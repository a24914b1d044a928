/*
 * casefile_shape: what members the structs of a case file have, as tables. Encoding, decoding
 * and rewriting (redaction) walk the same rows, so a member cannot be written and then
 * forgotten when reading, or escape redaction.
 *
 * Rows stand in the order of findings.json. Nesting of the tables bounds the recursion of
 * everything that walks them, whatever a stored file contains. Private to core/casefile*.c and core/night*.c.
 */
#ifndef CORE_CASEFILE_SHAPE_H
#define CORE_CASEFILE_SHAPE_H

#include "core/casefile.h"

enum field_type {
	FIELD_NAME,     /* struct str; the contract writes null when empty */
	FIELD_TEXT,     /* struct str; always a string */
	FIELD_U64,      /* uint64_t */
	FIELD_BOOL,     /* bool */
	FIELD_DOUBLE,   /* double; NAN is null */
	FIELD_TIME,     /* int64_t instant; TIME_NONE is null */
	FIELD_CAUSE,    /* enum cause_kind */
	FIELD_SYMPTOM,  /* enum symptom_kind */
	FIELD_RANK,     /* no member: the item's place in its list, from 1; contract only */
	FIELD_TEXTS,    /* struct str *, counted */
	FIELD_DOUBLES,  /* double *, counted */
	FIELD_LIST,     /* struct *, counted */
	FIELD_OBJECT,   /* a struct within, or (offset 0) a group of members of the same one */
};

struct shape;

struct field {
	const char *key;         /* in JSON */
	enum field_type type;
	bool internal;           /* not part of the contract: only in the store's form */
	bool on_demand;          /* part of the contract only where an explanation is asked for */
	bool said;               /* may hold text of a log or of a person: goes through redaction */
	unsigned decimals;       /* of a FIELD_DOUBLE in the contract */
	size_t offset;           /* of the member in its struct */
	size_t count_offset;     /* of the size_t that counts a list */
	const struct shape *of;  /* items of a list, members of an object */
};

struct shape {
	const struct field *fields; /* n_fields of them */
	size_t n_fields;
	size_t size_bytes;          /* of the struct */
};

extern const struct shape shape_casefile, shape_ref;

struct jsonw;
struct json_value;
/* The members of a struct into an open object: in the form of the contract, or in that of the store. */
void shape_write(struct jsonw *w, const void *base, const struct shape *shape, bool contract);
/*
 * The members that an object has into a struct; the others are as when nothing is known. False and err where a value is not of its
 * type. Memory belongs to `a`.
 */
NODISCARD bool shape_read(struct str json, const struct shape *shape, struct arena *a, void *base, struct err *err);
/* Every text that is `said` rewritten, lists copied before. */
void shape_map(void *base, const struct shape *shape, struct arena *a, casefile_map_fn *map, void *self);

/* A counted list's items, whatever they point to: all object pointers have one form on POSIX. */
static inline const char *list_at(const char *base, const struct field *f)
{
	const char *items;

	memcpy(&items, base + f->offset, sizeof items);
	return items;
}

static inline size_t list_count(const char *base, const struct field *f)
{
	size_t n;

	memcpy(&n, base + f->count_offset, sizeof n);
	return n;
}

static inline void list_set(char *base, const struct field *f, void *items, size_t n)
{
	memcpy(base + f->offset, &items, sizeof items);
	memcpy(base + f->count_offset, &n, sizeof n);
}

/* Bytes of one item of a counted list. */
static inline size_t list_item_size(const struct field *f)
{
	if (f->type == FIELD_LIST)
		return f->of->size_bytes;
	return f->type == FIELD_TEXTS ? sizeof(struct str) : sizeof(double);
}

#endif
