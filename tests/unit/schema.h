/*
 * schema: holds JSON against a JSON Schema, for the keywords that docs/schema uses: type, properties, required,
 * additionalProperties (false), items, enum, const, minimum, maximum, pattern, and $ref into the schema's own $defs.
 * Any other keyword is an error, so that a schema cannot ask for what is not checked.
 */
#ifndef TESTS_UNIT_SCHEMA_H
#define TESTS_UNIT_SCHEMA_H

#include "core/arena.h"

/* True when `text` is what `schema` allows; else *why says what is wrong where, in the arena. */
bool schema_allows(struct str schema, struct str text, struct arena *a, struct str *why);

#endif
