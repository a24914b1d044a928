/* Lines read by the definitions of own_format.c. */
#include "ingest/fields.h"
#include "ingest/jsonshape.h"
#include "ingest/own_format.h"

/* One open file. */
struct own_state {
	bool checked, other_path;  /* the definition is for files of other names */
	pcre2_general_context *memory;
	pcre2_match_context *limits;
	pcre2_match_data *data;
};

size_t own_state_bytes(void)
{
	return sizeof(struct own_state);
}

/* PCRE2's memory comes out of an arena and goes with it. */
static void *take(PCRE2_SIZE bytes, void *arena)
{
	return arena_alloc(arena, bytes ? bytes : 1, _Alignof(max_align_t));
}

static void give_back(void *memory, void *arena)
{
	(void)memory;
	(void)arena;
}

static void state_begin(struct own_state *s, const struct own_format *o, const struct decode_ctx *ctx)
{
	enum { GROUPS_MAX = 64 };

	s->checked = true;
	s->memory = pcre2_general_context_create(take, give_back, ctx->file);
	s->limits = pcre2_match_context_create(s->memory);
	pcre2_set_match_limit(s->limits, OWN_MATCH_LIMIT);
	pcre2_set_depth_limit(s->limits, OWN_MATCH_LIMIT);
	s->data = pcre2_match_data_create(GROUPS_MAX, s->memory);
	s->other_path = o->file_pattern && !own_match(o->file_pattern, ctx->path, NULL, ctx->file);
}

bool own_match(const pcre2_code *code, struct str s, pcre2_match_data *data, struct arena *a)
{
	pcre2_general_context *memory = pcre2_general_context_create(take, give_back, a);
	pcre2_match_context *limits = pcre2_match_context_create(memory);

	pcre2_set_match_limit(limits, OWN_MATCH_LIMIT);
	if (!data)
		data = pcre2_match_data_create(1, memory);
	return pcre2_match(code, (PCRE2_SPTR)s.ptr, s.len, 0, 0, data, limits) >= 0;
}

/* The first pattern that fits the line; its groups are in s->data then. */
static const pcre2_code *pattern_of(const struct own_format *o, struct own_state *s, struct str line)
{
	for (size_t i = 0; i < o->n_patterns; i++)
		if (pcre2_match(o->patterns[i], (PCRE2_SPTR)line.ptr, line.len, 0, 0, s->data, s->limits) >= 0)
			return o->patterns[i];
	return NULL;
}

enum line_class own_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	const struct own_format *o = ctx->format->self;
	struct own_state *s = ctx->state;

	if (!s->checked)
		state_begin(s, o, ctx);
	if (s->other_path)
		return LINE_ALIEN;
	if (o->json) {
		enum line_class c = json_shape_classify(line, record);

		/* an object on one line shows at once whether it is one of these */
		if (c == LINE_START && line.len > 1 && line.ptr[line.len - 1] == '}' &&
		    json_get(json_value_at(line, NULL), o->time).type == JSON_END)
			return LINE_ALIEN;
		return c;
	}
	if (line.len == 0)
		return record.len ? LINE_CONTINUES : LINE_SKIP;
	if (pattern_of(o, s, line))
		return LINE_START;
	return record.len ? LINE_CONTINUES : LINE_ALIEN;
}

static bool read_time(const struct own_format *o, struct str text, struct event *e)
{
	for (size_t i = 0; i < o->n_time_patterns && !e->has_time; i++)
		e->has_time = timestamp_parse_pattern(text, o->time_patterns[i], &e->time);
	if (!e->has_time)
		e->has_time = field_time(text, &e->time);
	return e->has_time;
}

static enum severity read_level(const struct own_format *o, struct str text, struct arena *a)
{
	int64_t number;

	for (size_t i = 0; i < o->n_levels; i++) {
		const struct own_level *l = &o->levels[i];

		if (l->code ? own_match(l->code, text, NULL, a) : str_to_i64(text, &number) && number == l->number)
			return l->is;
	}
	return field_level(text);
}

/* What the definition says itself of a field, beside what its name says. */
struct said {
	struct str time, level, body;
};

/* Takes one group or key. */
static void take_field(const struct own_format *o, struct fields *f, struct said *said, struct str name,
		       struct str text, bool escaped)
{
	for (size_t i = 0; i < o->n_fields; i++) {
		if (!str_eq(o->fields[i].from, name))
			continue;
		fields_put(f, NULL, o->fields[i].to, text, escaped, true);
		return;
	}
	if (str_eq(name, o->time))
		said->time = text;
	else if (str_eq(name, o->level))
		said->level = text;
	else if (str_eq(name, o->body))
		said->body = text;
	else if (str_eq(name, o->id))
		fields_put(f, NULL, STR("request_id"), text, escaped, true);
	else if (!o->json)
		fields_put(f, NULL, name, text, escaped, true);
}

static bool take_groups(const struct own_format *o, struct own_state *s, struct str line, struct fields *f,
			struct said *said)
{
	const pcre2_code *code = pattern_of(o, s, line);
	PCRE2_SPTR table;
	uint32_t n = 0, width = 0;

	if (!code)
		return false;
	pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &n);
	pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &width);
	pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(s->data);
	for (uint32_t i = 0; i < n; i++, table += width) {
		uint32_t group = (uint32_t)(table[0] << 8 | table[1]);
		struct str name = str_of((const char *)table + 2);

		if (group >= pcre2_get_ovector_count(s->data) || at[2 * group] == PCRE2_UNSET ||
		    at[2 * group + 1] <= at[2 * group])
			continue;
		take_field(o, f, said, name, str_make(line.ptr + at[2 * group], at[2 * group + 1] - at[2 * group]),
			   false);
	}
	return true;
}

static bool take_member(const struct own_format *o, struct fields *f, struct said *said, struct json_value object,
			struct str key, struct arena *a)
{
	struct json_value v = json_get(object, key);

	if (key.len == 0 || v.type == JSON_END || v.type == JSON_ERROR || v.type == JSON_NULL)
		return false;
	take_field(o, f, said, key, json_text(v, a), false);
	return true;
}

static bool take_object(const struct own_format *o, struct str record, struct fields *f, struct said *said,
			struct arena *a)
{
	struct str text = json_shape_object(record);
	struct json_value object = json_value_at(text, NULL);

	if (object.type != JSON_OBJECT || !take_member(o, f, said, object, o->time, a))
		return false;
	for (size_t i = 0; i < o->n_fields; i++)
		if (!str_eq(o->fields[i].from, o->time))
			take_member(o, f, said, object, o->fields[i].from, a);
	take_member(o, f, said, object, o->level, a);
	take_member(o, f, said, object, o->body, a);
	take_member(o, f, said, object, o->id, a);
	return fields_put_json(f, text);
}

bool own_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	const struct own_format *o = ctx->format->self;
	struct own_state *s = ctx->state;
	struct str more = STR_NONE, line = o->json ? record : str_cut(record, '\n', &more);
	struct said said = { STR_NONE, STR_NONE, STR_NONE };
	struct fields f;

	if (!s->checked)
		state_begin(s, o, ctx);
	fields_init(&f, NULL, ctx->scratch);
	if (o->json ? !take_object(o, record, &f, &said, ctx->scratch) : !take_groups(o, s, line, &f, &said))
		return false;
	fields_finish(&f, e, UNIT_NONE);
	if (said.time.len > 0) {
		e->has_time = false;
		read_time(o, said.time, e);
	}
	if (said.level.len > 0 && read_level(o, said.level, ctx->scratch) != SEV_NONE)
		e->severity = read_level(o, said.level, ctx->scratch);
	if (said.body.len > 0)
		e->message = str_trim(said.body);
	if (e->message.len == 0)
		e->message = line;
	if (e->detail.len == 0)
		e->detail = str_trim(more);
	return true;
}

struct str own_event_field(const struct event *e, struct str name, struct arena *a)
{
	const struct { const char *name; struct str text; } texts[] = {
		{ "severity", str_of(severity_name(e->severity)) }, { "message", e->message },
		{ "service", e->service }, { "host", e->host }, { "method", e->method }, { "path", e->path },
		{ "client", e->client }, { "user", e->user }, { "db", e->db }, { "query", e->query },
		{ "request_id", e->request_id }, { "error", e->error }, { "logger", e->logger },
		{ "version", e->version }, { "kind", str_of(event_kind_name(e->kind)) },
	};
	const struct { const char *name; int64_t value; } numbers[] = {
		{ "status", e->status }, { "bytes", e->bytes }, { "pid", e->pid }, { "rows", e->rows },
	};
	char time[TIME_TEXT_BYTES];

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (str_eq(name, str_of(texts[i].name)))
			return texts[i].text;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (str_eq(name, str_of(numbers[i].name)) && numbers[i].value >= 0)
			return arena_printf(a, "%lld", (long long)numbers[i].value);
	if (str_eq(name, STR("duration_ms")) && !isnan(e->duration_ms))
		return arena_printf(a, "%.10g", e->duration_ms);
	if (str_eq(name, STR("time")) && e->has_time)
		return arena_str(a, str_of(time_format(e->time.ns, e->time.digits, time)));
	return STR_NONE;
}
