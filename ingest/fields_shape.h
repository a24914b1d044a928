/*
 * fields_shape: from the values of an object whose shape is known straight to the members of an event. What fields_finish
 * (ingest/fields.h) finds out of each record, which of several values for a field is the best, whether "name" is a service, in
 * which unit a duration is, follows from the keys of most shapes and is found out once. Shapes whose keys leave it to the
 * values are none of these, and of an object with an unusual value nothing is said: fields_finish takes both. What comes out is
 * the same.
 */
#ifndef INGEST_FIELDS_SHAPE_H
#define INGEST_FIELDS_SHAPE_H

#include "core/event.h"
#include "ingest/fields_plan.h"

struct field_cache;

/* Meaning of a value of an object, and whether it is one in quotes. */
struct shape_value {
	struct field_alias alias;
	bool quoted;
};

/*
 * What to do with the objects of a shape with these values, in their order; those that mean nothing are not counted. Leaves it
 * without acts when the shape is none that can be known.
 */
void shape_make(struct field_shape *shape, const struct shape_value *values, size_t n);
/*
 * Fills in an event that is nothing yet. False when the values are not as usual: *e is to be cleared then, and cache has lost
 * nothing.
 */
bool shape_apply(const struct field_shape *shape, const struct plan_found *values, struct field_cache *cache, struct event *e);

#endif
