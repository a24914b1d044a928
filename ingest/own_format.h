/*
 * own_format: formats that users bring in files, without compiling: patterns with named groups (PCRE2) or JSON keys,
 * what they mean, and samples that are tested when the file is read. The files have the shape of lnav's format
 * definitions, which are read as they are; docs/own-formats.md describes them.
 *
 * A pattern meets hostile lines: matching is bounded, and a line on which it gives up is none of the format's.
 */
#ifndef INGEST_OWN_FORMAT_H
#define INGEST_OWN_FORMAT_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/err.h"
#include "ingest/format.h"

enum {
	OWN_FORMATS_MAX = 256,
	OWN_FILE_BYTES_MAX = 4 << 20,
	OWN_MATCH_LIMIT = 200000,   /* steps of one match */
	OWN_PATTERN_BYTES_MAX = 64 << 10,
};

/* "field of the line" → a name of the fields of `inquest events`. */
struct own_field { struct str from, to; };

/* A level's name, and what the level's field must look like to mean it. */
struct own_level {
	enum severity is;
	pcre2_code *code; /* NULL: the number */
	int64_t number;
};

/* What a definition says. */
struct own_format {
	struct format format;       /* as the reader sees it; its self points back here */
	bool json;                  /* records are JSON objects; else lines that fit a pattern */
	pcre2_code **patterns;
	size_t n_patterns;
	pcre2_code *file_pattern;   /* of the path; NULL any */
	struct own_field *fields;
	size_t n_fields;
	struct own_level *levels;
	size_t n_levels;
	struct str time, level, body, id; /* names of groups or keys */
	struct str *time_patterns;
	size_t n_time_patterns;
};

struct own_formats {
	struct arena *arena;        /* of everything here; not ours */
	VEC(const struct format *) list; /* ends with NULL once loaded */
	VEC(struct own_format *) all;
};

/*
 * Reads a definition file, or all files *.json of a folder and the folders in it. False with a message that
 * names file and line when anything in them is wrong, a sample that is not read as it says included. Release in any case.
 */
NODISCARD bool own_formats_load(struct own_formats *o, struct str path, struct arena *a, struct err *err);
void own_formats_release(struct own_formats *o);

/* classify and decode of all of them. */
enum line_class own_classify(struct str line, struct str record, const struct decode_ctx *ctx);
bool own_decode(struct str record, struct decode_ctx *ctx, struct event *e);
size_t own_state_bytes(void);
/* Searches code in s within OWN_MATCH_LIMIT; data NULL: made for the call, in the arena. */
bool own_match(const pcre2_code *code, struct str s, pcre2_match_data *data, struct arena *a);
/* A field of an event by its name in `inquest events`, as text; empty when it is not set or there is no such name. */
struct str own_event_field(const struct event *e, struct str name, struct arena *a);

#endif
