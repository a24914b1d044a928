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
	PLAN_SHAPES = 96,        /* of which it is known what to do; the first is none */
	SHAPE_ACTS_MAX = 20,
};

/* What is to be done with the values of the objects of a shape (ingest/fields_shape.h). */
struct field_shape {
	uint8_t n;     /* 0: they are interpreted like those of any object */
	uint8_t epoch; /* 1 + which value is a time without quotes, 0 none */
	struct shape_act {
		uint8_t act;     /* enum shape_does */
		uint8_t value;   /* which one */
		uint8_t unit;    /* of a duration */
		uint8_t member;  /* of struct event, in eights of bytes */
	} acts[SHAPE_ACTS_MAX];
};

/* Zeroed: knows nothing. */
struct field_plan {
	struct plan_step {
		uint16_t text;    /* what stands in front of the value: where in texts */
		uint8_t text_len;
		uint8_t kind;     /* enum plan_kind */
		uint8_t field;    /* enum field */
		bool counts;      /* it means something */
		struct field_how how; /* when it is as usual */
		uint32_t mask;    /* a bit for each of the text's first bytes */
		uint16_t other;   /* the step to try where this one's text does not stand, 0 none */
		uint16_t next;    /* the first of those behind the value, 0 none; behind the end of an object its shape */
	} steps[PLAN_STEPS];
	uint16_t first;           /* the step an object begins with */
	uint16_t n_steps, n_text, n_shapes; /* taken */
	uint16_t misses;          /* objects there was no room for, and those not tried */
	uint8_t pause, wait;      /* objects that are not tried after one for which there was no room; how many are left of them */
	char texts[PLAN_TEXT_BYTES + SCAN_ROOM_BYTES];
	struct field_shape shapes[PLAN_SHAPES];
};

/* The values that mean something of an object that was read by a plan, in their order. */
struct plan_object {
	const char *end;    /* of the object */
	size_t n;
	uint16_t shape;
	bool unusual;       /* one has escapes, or is neither text nor number, or is empty */
	struct plan_found {
		struct str text;
		const struct plan_step *step; /* that of its key */
		struct field_how how;         /* where it is unusual */
		bool unusual;
	} values[PLAN_VALUES_MAX];
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

/* Is this object not to be tried? Where keys are ids, shapes are without end. */
static inline bool plan_pauses(struct field_plan *p)
{
	return p->wait > 0 && p->wait-- > 0;
}
/* Finds the values of an object of a known shape. False: it is of none. */
bool plan_read(struct field_plan *p, struct str object, struct plan_object *found);
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
