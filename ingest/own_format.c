#include "ingest/own_format.h"

#include <stdio.h>

#include "ingest/fields.h"
#include "ingest/find.h"

/* A file that is being read. */
struct loader {
	struct own_formats *out;
	struct str path, text;
	struct str name;        /* of the format */
	struct err *err;
};

static size_t line_of(const struct loader *l, const char *at)
{
	size_t line = 1;

	for (const char *p = l->text.ptr; at >= l->text.ptr && p < at && p < l->text.ptr + l->text.len; p++)
		line += *p == '\n';
	return line;
}

#define WRONG(l, at, ...) wrong((l), (at), arena_printf((l)->out->arena, __VA_ARGS__))

/* What is wrong, with file and line; false. */
static bool wrong(const struct loader *l, const char *at, struct str what)
{
	return err_set_status(l->err, EXIT_USAGE, "%.*s:%zu: %.*s%s%.*s", STR_ARG(l->path), line_of(l, at),
			      STR_ARG(l->name), l->name.len > 0 ? ": " : "", STR_ARG(what));
}

static struct str text_of(const struct loader *l, struct json_value v)
{
	return v.type == JSON_END || v.type == JSON_NULL ? STR_NONE : json_text(v, l->out->arena);
}

static bool compile(struct loader *l, struct json_value v, const char *what, pcre2_code **out)
{
	struct str pattern = text_of(l, v);
	PCRE2_UCHAR message[160] = "";
	PCRE2_SIZE at = 0;
	int code = 0;

	*out = NULL;
	if (v.type != JSON_STRING || pattern.len == 0 || pattern.len > OWN_PATTERN_BYTES_MAX)
		return WRONG(l, v.raw.ptr, "%s must be a text with a pattern", what);
	*out = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len,
			     PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
	if (!*out) {
		pcre2_get_error_message(code, message, sizeof message);
		return WRONG(l, v.raw.ptr, "%s is wrong at its byte %zu: %s", what, at + 1,
			     (const char *)message);
	}
	pcre2_jit_compile(*out, PCRE2_JIT_COMPLETE);
	return true;
}

/* "regex": {"name": {"pattern": "..."}}, or "pattern": "..." for one. */
static bool read_patterns(struct loader *l, struct own_format *o, struct json_value def)
{
	VEC(pcre2_code *) list = { 0 };
	struct json_value one = json_get(def, STR("pattern")), many = json_get(def, STR("regex")), v;
	struct json_iter it;
	struct str key;
	bool good = true;

	if (one.type != JSON_END)
		good = compile(l, one, "\"pattern\"", vec_push(l->out->arena, &list));
	if (good && json_iter_init(&it, many))
		while (good && json_iter_next(&it, &key, &v))
			good = compile(l, v.type == JSON_STRING ? v : json_get(v, STR("pattern")), "\"regex\"",
				       vec_push(l->out->arena, &list));
	o->patterns = list.at;
	o->n_patterns = list.n;
	return good;
}

static bool is_target(struct str name)
{
	return field_lookup(STR_NONE, name).field != FIELD_NONE;
}

static bool read_fields(struct loader *l, struct own_format *o, struct json_value def)
{
	VEC(struct own_field) list = { 0 };
	struct json_value v;
	struct json_iter it;
	struct str key;

	if (json_iter_init(&it, json_get(def, STR("fields")))) {
		while (json_iter_next(&it, &key, &v)) {
			struct own_field f = { arena_str(l->out->arena, key), text_of(l, v) };

			if (!is_target(f.to))
				return WRONG(l, v.raw.ptr, "\"fields\": there is no field \"%.*s\"", STR_ARG(f.to));
			*vec_push(l->out->arena, &list) = f;
		}
	}
	o->fields = list.at;
	o->n_fields = list.n;
	return true;
}

/* lnav's "level": {"error": "ERROR|FATAL", "warning": 40}. */
static bool read_levels(struct loader *l, struct own_format *o, struct json_value def)
{
	VEC(struct own_level) list = { 0 };
	struct json_value v;
	struct json_iter it;
	struct str key;

	if (json_iter_init(&it, json_get(def, STR("level")))) {
		while (json_iter_next(&it, &key, &v)) {
			struct own_level level = { .is = severity_parse(key) };

			if (level.is == SEV_NONE)
				continue; /* lnav's "stats" and the like */
			if (v.type == JSON_STRING ? !compile(l, v, "\"level\"", &level.code)
						  : !json_i64(v, &level.number))
				return WRONG(l, v.raw.ptr, "\"level\": neither a pattern nor a number");
			*vec_push(l->out->arena, &list) = level;
		}
	}
	o->levels = list.at;
	o->n_levels = list.n;
	return true;
}

static bool read_time_patterns(struct loader *l, struct own_format *o, struct json_value def)
{
	VEC(struct str) list = { 0 };
	struct json_value v = json_get(def, STR("timestamp-format"));
	struct json_iter it;
	struct str key;

	if (v.type == JSON_STRING)
		*vec_push(l->out->arena, &list) = text_of(l, v);
	else if (json_iter_init(&it, v))
		while (json_iter_next(&it, &key, &v))
			*vec_push(l->out->arena, &list) = text_of(l, v);
	o->time_patterns = list.at;
	o->n_time_patterns = list.n;
	return true;
}

static bool read_role(struct loader *l, struct own_format *o, struct json_value def)
{
	static const struct { const char *name; enum format_role role; } roles[] = {
		{ "access", ROLE_ACCESS }, { "server", ROLE_SERVER }, { "database", ROLE_DATABASE },
		{ "application", ROLE_APP }, { "system", ROLE_SYSTEM }, { "change", ROLE_CHANGE },
	};
	struct json_value v = json_get(def, STR("role"));
	struct str name = text_of(l, v);

	o->format.role = ROLE_APP;
	if (name.len == 0)
		return true;
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		if (str_eq(name, str_of(roles[i].name))) {
			o->format.role = roles[i].role;
			return true;
		}
	}
	return WRONG(l, v.raw.ptr, "\"role\" is none of access, server, database, application, system, change");
}

/* Feeds a sample's lines as the reader would. False when it is not one record of the format. */
static bool decode_sample(const struct own_format *o, struct str text, struct arena *scratch, struct event *e)
{
	struct decode_ctx ctx = { .scratch = scratch, .file = scratch, .format = &o->format };
	struct str rest = text, line;
	bool first = true;

	ctx.state = arena_alloc(scratch, own_state_bytes(), _Alignof(max_align_t));
	while (rest.len > 0) {
		struct str record = first ? STR_NONE : str_head(text, (size_t)(rest.ptr - text.ptr) - 1);

		line = str_cut(rest, '\n', &rest);
		if (own_classify(line, record, &ctx) != (first ? LINE_START : LINE_CONTINUES))
			return false;
		first = false;
	}
	return !first && own_decode(text, &ctx, e);
}

static bool test_sample(struct loader *l, const struct own_format *o, struct json_value sample, struct arena *scratch)
{
	struct json_value line = json_get(sample, STR("line")), v;
	struct str text = str_trim(text_of(l, line)), level = text_of(l, json_get(sample, STR("level"))), key;
	struct event e = EVENT_INIT;
	struct own_format any_path = *o;
	struct json_iter it;

	any_path.file_pattern = NULL;
	any_path.format.self = &any_path;
	if (text.len == 0)
		return WRONG(l, sample.raw.ptr, "a sample has no \"line\"");
	if (!decode_sample(&any_path, text, scratch, &e))
		return WRONG(l, line.raw.ptr, "the sample is not read by this format: %.*s",
			     STR_ARG(str_head(text, 80)));
	if (!e.has_time && o->time.len > 0 && json_get(sample, STR("expect")).type == JSON_END)
		return WRONG(l, line.raw.ptr, "no time is found in the sample: %.*s", STR_ARG(str_head(text, 80)));
	if (level.len > 0 && severity_parse(level) != SEV_NONE && severity_parse(level) != e.severity)
		return WRONG(l, line.raw.ptr, "the sample's level is read as \"%s\", not \"%.*s\"",
			     severity_name(e.severity), STR_ARG(level));
	if (json_iter_init(&it, json_get(sample, STR("expect")))) {
		while (json_iter_next(&it, &key, &v)) {
			struct str got = own_event_field(&e, key, scratch), want = text_of(l, v);

			if (!str_eq(got, want))
				return WRONG(l, v.raw.ptr, "the sample's %.*s is read as \"%.*s\", not \"%.*s\"",
					     STR_ARG(key), STR_ARG(got), STR_ARG(want));
		}
	}
	return true;
}

static bool test_samples(struct loader *l, const struct own_format *o, struct json_value def)
{
	struct json_value samples = json_get(def, STR("sample")), v;
	struct arena scratch;
	struct json_iter it;
	struct str key;
	bool good = true;
	size_t n = 0;

	arena_init(&scratch);
	if (json_iter_init(&it, samples))
		for (; good && json_iter_next(&it, &key, &v); n++)
			good = test_sample(l, o, v, &scratch);
	arena_release(&scratch);
	if (good && n == 0 && !o->json)
		return WRONG(l, def.raw.ptr, "there is no \"sample\"");
	return good;
}

static struct str word_or(const struct loader *l, struct json_value def, struct str key, struct str otherwise)
{
	struct json_value v = json_get(def, key);

	return v.type == JSON_STRING ? text_of(l, v) : otherwise;
}

static bool read_definition(struct loader *l, struct str name, struct json_value def)
{
	struct own_format *o = arena_new(l->out->arena, struct own_format);
	struct json_value file_pattern = json_get(def, STR("file-pattern"));
	struct str title = text_of(l, json_get(def, STR("title"))), service = text_of(l, json_get(def, STR("service")));
	int64_t specificity = 70;

	l->name = name;
	*vec_push(l->out->arena, &l->out->all) = o;
	if (l->out->all.n > OWN_FORMATS_MAX)
		return WRONG(l, def.raw.ptr, "more than %d formats", OWN_FORMATS_MAX);
	if (format_find(l->out->list.at, name))
		return WRONG(l, def.raw.ptr, "there is another format of this name");
	o->format = (struct format){ .id = arena_str(l->out->arena, name).ptr, .title = "defined by you",
				     .classify = own_classify, .decode = own_decode,
				     .state_bytes = own_state_bytes(), .self = o };
	if (title.len > 0)
		o->format.title = arena_str(l->out->arena, title).ptr;
	if (service.len > 0)
		o->format.service = arena_str(l->out->arena, service).ptr;
	json_i64(json_get(def, STR("specificity")), &specificity);
	o->format.specificity = specificity >= 0 && specificity <= UINT8_MAX ? (uint8_t)specificity : 70;
	o->json = str_eq(json_get(def, STR("json")).raw, STR("true")) ||
		  str_eq(text_of(l, json_get(def, STR("file-type"))), STR("json"));
	o->time = word_or(l, def, STR("timestamp-field"), STR("timestamp"));
	o->level = word_or(l, def, STR("level-field"), STR("level"));
	o->body = word_or(l, def, STR("body-field"), STR("body"));
	o->id = word_or(l, def, STR("opid-field"), STR_NONE);
	if (!read_role(l, o, def) || !read_patterns(l, o, def) || !read_fields(l, o, def) || !read_levels(l, o, def) ||
	    !read_time_patterns(l, o, def) ||
	    (file_pattern.type != JSON_END && !compile(l, file_pattern, "\"file-pattern\"", &o->file_pattern)))
		return false;
	if (!o->json && o->n_patterns == 0)
		return WRONG(l, def.raw.ptr, "there is no \"pattern\" and no \"regex\"");
	if (!test_samples(l, o, def))
		return false;
	l->out->list.n -= l->out->list.n > 0; /* the NULL at the end */
	*vec_push(l->out->arena, &l->out->list) = &o->format;
	*vec_push(l->out->arena, &l->out->list) = NULL;
	return true;
}

/* The whole file, in the arena. */
static bool read_file(struct loader *l, const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text;
	size_t n;

	if (!f)
		return err_set_errno(l->err, "%s", path);
	text = arena_alloc(l->out->arena, OWN_FILE_BYTES_MAX + 1, 1);
	n = fread(text, 1, OWN_FILE_BYTES_MAX + 1, f);
	bool good = !ferror(f);
	fclose(f);
	if (!good)
		return err_set_errno(l->err, "%s", path);
	if (n > OWN_FILE_BYTES_MAX)
		return err_set_status(l->err, EXIT_USAGE, "%s: is too large for a definition of formats", path);
	l->text = str_make(text, n);
	if (str_starts(l->text, STR("\xef\xbb\xbf")))
		l->text = str_from(l->text, 3);
	return true;
}

/* Up to where the text is well-formed, roughly: the last member that could be read. */
static bool malformed(struct loader *l, const char *at)
{
	l->name = STR_NONE;
	return WRONG(l, at, "is not well-formed JSON from here on");
}

static bool load_file(struct own_formats *out, struct str path, struct err *err)
{
	struct loader l = { .out = out, .path = path, .err = err };
	struct json_value v;
	struct json_iter it;
	struct str key;
	const char *at;

	if (!read_file(&l, path.ptr))
		return false;
	at = l.text.ptr;
	if (str_trim(l.text).len == 0 || str_trim(l.text).ptr[0] != '{' || !json_iter_open(&it, str_trim(l.text)))
		return malformed(&l, at);
	while (json_iter_next(&it, &key, &v)) {
		at = it.at;
		if (key.len > 0 && key.ptr[0] == '$')
			continue;
		if (v.type != JSON_OBJECT)
			return WRONG(&l, v.raw.ptr, "\"%.*s\" is not the definition of a format", STR_ARG(key));
		if (!read_definition(&l, arena_str(out->arena, key), v))
			return false;
	}
	return !it.failed || malformed(&l, at);
}

bool own_formats_load(struct own_formats *o, struct str path, struct arena *a, struct err *err)
{
	struct found found = { 0 };
	size_t n = 0;

	*o = (struct own_formats){ .arena = a };
	find_files(&path, 1, a, &found);
	for (size_t i = 0; i < found.files.n; i++) {
		const struct found_file *f = &found.files.at[i];

		if (found.files.n > 1 && !str_ends(f->path, STR(".json")))
			continue;
		if (!load_file(o, f->path, err))
			return false;
		n++;
	}
	if (n == 0)
		return err_set_status(err, EXIT_USAGE, "%.*s: there is no definition of a format", STR_ARG(path));
	return true;
}

void own_formats_release(struct own_formats *o)
{
	for (size_t i = 0; i < o->all.n; i++) {
		struct own_format *f = o->all.at[i];

		for (size_t k = 0; k < f->n_patterns; k++)
			pcre2_code_free(f->patterns[k]);
		for (size_t k = 0; k < f->n_levels; k++)
			pcre2_code_free(f->levels[k].code);
		pcre2_code_free(f->file_pattern);
	}
	o->all.n = 0;
}
