/*
 * fields_plan: reading JSON objects by what was learned of those before. The objects of one log are of a few shapes: the
 * same keys in the same order, so that all between two values is the same text line by line. A plan is a tree of these
 * texts; at each of its steps it says of what kind the value behind the text is and what it means. An object that fits is
 * read by comparing text and stepping over values; of one that does not nothing is said, and the reader of any object
 * (ingest/fields_json.c) takes it and leaves a trace, of which the plan learns the new shape. What comes out is the same.
 */
#ifndef INGEST_FIELDS_PLAN_H
#define INGEST_FIELDS_PLAN_H

#include "ingest/scan.h"

/* Meaning of a key (ingest/fields.h). */
struct field_alias {
	uint8_t field; /* enum field */
	uint8_t rank;  /* lower is better */
	uint8_t unit;  /* enum field_unit */
};

/* How a value was found. */
struct field_how {
	uint8_t rank, unit; /* of its key */
	bool escaped;       /* JSON escapes to be resolved */
	bool bare;          /* not quoted: a number, bool or word */
};

enum {
	PLAN_STEPS = 768,        /* of all shapes; the first is none */
	PLAN_TEXT_BYTES = 8192,
	PLAN_OTHERS_MAX = 12,    /* texts that are tried in one place */
	PLAN_VALUES_MAX = 96,    /* of an object; those with more are not learned */
	PLAN_MISSES_MAX = 4096,  /* objects that there was no room for, after which a plan begins anew */
	PLAN_PAUSE_MAX = 63,     /* objects that are not tried where the last ones fitted nowhere */
};

/* Zeroed: knows nothing. */
struct field_plan {
	struct plan_step {
		uint16_t text;    /* what stands in front of the value: where in texts */
		uint8_t text_len;
		uint8_t kind;     /* enum plan_kind */
		uint8_t field;    /* enum field */
		struct field_how how; /* when it is as usual */
		uint32_t mask;    /* a bit for each of the text's first bytes */
		uint16_t other;   /* the step to try where this one's text does not stand, 0 none */
		uint16_t next;    /* the first of those behind the value, 0 none */
	} steps[PLAN_STEPS];
	uint16_t first;           /* the step an object begins with */
	uint16_t n_steps, n_text; /* taken */
	uint16_t misses;          /* objects there was no room for, and those not tried */
	uint8_t pause, wait;      /* objects that are not tried after one for which there was no room; how many are left of them */
	char texts[PLAN_TEXT_BYTES + SCAN_ROOM_BYTES];
};

/* The values of an object in their order, as the reader of any object found them. */
struct plan_trace {
	size_t n;
	bool unfit; /* has what no plan can say */
	struct plan_value {
		struct str text;  /* of a string: without the quotes */
		bool quoted;
		struct field_alias alias;
	} values[PLAN_VALUES_MAX];
};

struct fields;

/* Is this object not to be tried? Where keys are ids, shapes are without end. */
static inline bool plan_pauses(struct field_plan *p)
{
	return p->wait > 0 && p->wait-- > 0;
}
/* Collects the members of an object of a known shape. False: it is of none, and what was collected is good for nothing. */
bool plan_read(struct field_plan *p, struct fields *f, struct str object);
/* Learns the shape of an object that `end` is behind. */
void plan_learn(struct field_plan *p, struct str object, const char *end, const struct plan_trace *trace);

static inline void plan_note(struct plan_trace *trace, struct field_alias alias, struct str text, bool quoted)
{
	if (trace->n == PLAN_VALUES_MAX)
		trace->unfit = true;
	else
		trace->values[trace->n++] = (struct plan_value){ text, quoted, alias };
}

#endif
