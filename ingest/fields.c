#include "ingest/fields.h"

#include "core/digits.h"
#include "ingest/access.h"
#include "ingest/fields_value.h"
#include "ingest/request_text.h"
#include "ingest/words.h"

enum { RANK_WEAK = 3, SLOTS_LOOKED_AT = 8 };

void fields_init(struct fields *f, struct field_cache *cache, struct arena *scratch)
{
	f->cache = cache;
	f->scratch = scratch;
	f->slot = 0;
	fields_clear(f);
}

uint16_t field_prefix_hash(struct str prefix)
{
	uint32_t h = prefix.len ? 5381 : 0;
	for (size_t i = 0; i < prefix.len; i++)
		h = h * 33 + (unsigned char)prefix.ptr[i];
	return (uint16_t)(h ^ (h >> 16));
}

static inline bool slot_is(const struct field_slot *slot, struct str key, size_t prefix_len, uint16_t hash)
{
	return slot->len == key.len && slot->prefix_len == prefix_len && slot->prefix_hash == hash &&
	       same_bytes(slot->key, key.ptr, key.len);
}

static struct field_alias find_alias(const struct field_scope *scope, struct str key)
{
	struct str full = scope ? scope->full : STR_NONE;
	struct field_alias alias = field_lookup(full, key);
	if (scope && alias.field == FIELD_NONE && scope->bare.len != full.len) {
		alias = field_lookup(scope->bare, key);
		alias.rank = (uint8_t)(alias.rank + scope->rank_add);
	}
	return alias;
}

/* The slot of a key that none of those is that came behind the key before. Slot 0 is that of no key. */
static uint8_t other_slot(struct field_cache *c, const struct field_scope *scope, struct str key, uint8_t before)
{
	size_t prefix_len = scope ? scope->full.len : 0;
	uint16_t hash = scope ? scope->full_hash : 0;
	unsigned from = field_prefix_hash(key) * 31u + hash, step = 0;
	uint8_t at = 0;
	for (; step < SLOTS_LOOKED_AT; step++) {
		at = (uint8_t)(1 + (from + step) % (FIELD_CACHE_SLOTS - 1));
		if (c->slots[at].len == 0 || slot_is(&c->slots[at], key, prefix_len, hash))
			break;
	}
	struct field_slot *slot = &c->slots[at];
	if (step == SLOTS_LOOKED_AT || slot->len == 0) {
		*slot = (struct field_slot){ .len = (uint8_t)key.len, .prefix_len = (uint8_t)prefix_len,
			                     .prefix_hash = hash, .alias = find_alias(scope, key) };
		memcpy(slot->key, key.ptr, key.len);
	}
	c->slots[before].next[1] = c->slots[before].next[0];
	c->slots[before].next[0] = at;
	return at;
}

struct field_alias fields_meaning(struct fields *f, const struct field_scope *scope, struct str key)
{
	struct field_cache *c = f->cache;
	size_t prefix_len = scope ? scope->full.len : 0;
	uint16_t hash = scope ? scope->full_hash : 0;
	if (!c || key.len == 0 || key.len > FIELD_KEY_BYTES)
		return find_alias(scope, key);
	const uint8_t *next = c->slots[f->slot].next;
	uint8_t at = next[0];
	if (!slot_is(&c->slots[at], key, prefix_len, hash)) {
		at = next[1];
		if (!slot_is(&c->slots[at], key, prefix_len, hash))
			at = other_slot(c, scope, key, f->slot);
	}
	f->slot = at;
	return c->slots[at].alias;
}

enum field fields_put(struct fields *f, const struct field_scope *scope, struct str key, struct str text,
		      bool escaped, bool bare)
{
	struct field_alias alias = fields_meaning(f, scope, key);
	fields_keep(f, alias.field, text, &(struct field_how){ alias.rank, alias.unit, escaped, bare });
	return (enum field)alias.field;
}

struct str fields_unescaped(const struct fields *f, enum field k)
{
	return json_text((struct json_value){ .type = JSON_STRING, .raw = f->value[k].text, .has_escape = true }, f->scratch);
}

/* What a field says; empty when it says nothing. Most fields are not there, and most are asked for. */
static inline __attribute__((always_inline)) struct str known_text(const struct fields *f, enum field k)
{
	if (!fields_has(f, k))
		return STR_NONE;
	return f->value[k].how.escaped ? value_text_of_odd(fields_unescaped(f, k)) : value_text(f->value[k].text);
}

/* A field that is a whole number. */
static inline bool known_number(const struct fields *f, enum field k, int64_t *n)
{
	uint64_t plain;
	if (!fields_has(f, k))
		return false;
	struct str text = f->value[k].text;
	if (text.len > 16 || !digits_number(text.ptr, text.len, &plain))
		return str_to_i64(known_text(f, k), n);
	*n = (int64_t)plain;
	return true;
}

static void finish_time(struct fields *f, struct event *e)
{
	if (fields_has(f, FIELD_TIME)) {
		struct str text = fields_text(f, FIELD_TIME);
		e->has_time = f->cache ? value_time(&f->cache->time, text, &e->time) : field_time(text, &e->time);
		if (e->has_time && !e->time.has_date && fields_has(f, FIELD_DATE)) {
			struct str date = fields_text(f, FIELD_DATE);
			e->has_time = field_time(
				arena_printf(f->scratch, "%.*s %.*s", STR_ARG(date), STR_ARG(text)),
				&e->time);
		}
	}
	if (!e->has_time && fields_has(f, FIELD_DATE))
		e->has_time = field_time(fields_text(f, FIELD_DATE), &e->time);
	/* "requestTime" is how long it took at some, and when it was at others (AWS API Gateway). */
	if (!e->has_time && fields_has(f, FIELD_DURATION) && fields_text(f, FIELD_DURATION).len >= sizeof "2026-01-29T17:43" - 1)
		e->has_time = field_time(fields_text(f, FIELD_DURATION), &e->time) && e->time.has_date;
	if (!e->has_time && fields_has(f, FIELD_EPOCH_S)) {
		int64_t nano = 0;
		e->has_time = timestamp_parse_epoch(fields_text(f, FIELD_EPOCH_S), &e->time);
		if (e->has_time && str_to_i64(fields_text(f, FIELD_EPOCH_NANO), &nano) && nano >= 0 &&
		    nano < NS_PER_S) {
			e->time.ns += nano;
			e->time.digits = 9;
		}
	}
}

static void finish_level(struct fields *f, struct event *e)
{
	if (fields_has(f, FIELD_LEVEL))
		e->severity = value_level(f->cache, fields_text(f, FIELD_LEVEL));
	int64_t n;
	if (e->severity == SEV_NONE && fields_has(f, FIELD_LEVEL_PYTHON) &&
	    str_to_i64(fields_text(f, FIELD_LEVEL_PYTHON), &n) && n >= 10 && n <= 50)
		e->severity = severity_from_pino(n + 10);
	if (e->severity == SEV_NONE && fields_has(f, FIELD_STATUS) &&
	    !value_is_number(fields_text(f, FIELD_STATUS)))
		e->severity =
			severity_parse(fields_text(f, FIELD_STATUS)); /* Datadog's name for the level */
}

/* `bare`: the unit of a number that says none. */
static void finish_duration(const struct fields *f, enum field k, enum field_unit bare, double *ms)
{
	const struct field_how *how = &f->value[k].how;
	struct str epoch = STR_NONE;
	if (!fields_has(f, k))
		return;
	if (fields_has(f, FIELD_TIME) && f->value[FIELD_TIME].how.bare)
		epoch = f->value[FIELD_TIME].text;
	value_duration(known_text(f, k), how->unit == UNIT_NONE ? bare : (enum field_unit)how->unit, epoch, ms);
}

static void finish_request(struct fields *f, struct event *e, enum field_unit bare)
{
	int64_t n;
	struct str text;
	if (known_number(f, FIELD_STATUS, &n) && n >= 100 && n <= 999)
		e->status = (int)n;
	if (fields_has(f, FIELD_METHOD)) {
		text = known_text(f, FIELD_METHOD);
		if (request_method_is(text))
			e->method = text;
		else if (text.len && (text.ptr[0] == '/' || e->status >= 0))
			e->path = text.ptr[0] == '/' ? text : STR_NONE; /* gRPC: "/package.Service/Method" */
	}
	text = known_text(f, FIELD_REQUEST);
	if (text.len && !request_line_parse(text, e) && text.ptr[0] == '/')
		e->path = text;
	text = known_text(f, FIELD_PATH);
	if (!text.len && !e->path.len && e->method.len)
		text = known_text(f, FIELD_ROUTE);
	if (text.len && !e->path.len && (e->method.len || e->status >= 0))
		e->path = value_path(text);
	text = known_text(f, FIELD_QUERY_STRING);
	if (text.len && e->path.len && str_chr(e->path, '?') < 0)
		e->path = arena_printf(f->scratch, "%.*s?%.*s", STR_ARG(e->path), STR_ARG(text));
	if (e->status < 0 && e->method.len && known_number(f, FIELD_CODE, &n) && n >= 100 && n <= 599)
		e->status = (int)n;
	if (known_number(f, FIELD_BYTES, &n) && n >= 0)
		e->bytes = n;
	finish_duration(f, FIELD_DURATION, bare, &e->duration_ms);
	finish_duration(f, FIELD_UPSTREAM_TIME, bare, &e->upstream_ms);
	if (fields_has(f, FIELD_CLIENT)) {
		text = address_of_endpoint(known_text(f, FIELD_CLIENT));
		if (text.len)
			e->client = text;
	}
	if (fields_has(f, FIELD_FORWARDED)) {
		text = client_of_list(known_text(f, FIELD_FORWARDED));
		if (text.len && (!e->client.len || address_is_private(e->client)))
			e->client = text;
	}
	e->user = known_text(f, FIELD_USER);
	e->agent = known_text(f, FIELD_AGENT);
	e->referrer = known_text(f, FIELD_REFERRER);
	e->request_id = known_text(f, FIELD_REQUEST_ID);
	if (fields_has(f, FIELD_UPSTREAM))
		e->upstream = upstream_of_list(url_authority(known_text(f, FIELD_UPSTREAM)));
	if (!e->upstream.len && fields_has(f, FIELD_PEER)) {
		struct str peer = known_text(f, FIELD_PEER), port = known_text(f, FIELD_PEER_PORT);
		e->upstream = peer.len && port.len && !endpoint_is(peer)
				      ? arena_printf(f->scratch, "%.*s:%.*s", STR_ARG(peer), STR_ARG(port))
				      : peer;
	}
}

static void finish_names(struct fields *f, struct event *e)
{
	int64_t n;
	e->service = known_text(f, FIELD_SERVICE);
	double ms;
	if (e->service.len && is_digit(e->service.ptr[0]) && duration_parse_ms(e->service, &ms)) {
		/* Heroku's router: the time the service took */
		if (isnan(e->duration_ms))
			e->duration_ms = ms;
		e->service = STR_NONE;
	}
	e->host = known_text(f, FIELD_HOST);
	e->logger = known_text(f, FIELD_LOGGER);
	struct str text = known_text(f, FIELD_NAME);
	/* pino and bunyan: "name" beside "hostname" and a level in numbers is the application */
	bool numeric_level = fields_has(f, FIELD_LEVEL) && f->value[FIELD_LEVEL].how.bare;
	if (text.len && numeric_level && !e->service.len)
		e->service = text;
	else if (text.len && (!e->logger.len || fields_rank(f, FIELD_LOGGER) > 0))
		e->logger = text;
	/*
	 * beside level and message "host" is the machine; in a bare access record it is what the client
	 * asked for
	 */
	bool machine = e->status < 0 || (fields_has(f, FIELD_LEVEL) && fields_has(f, FIELD_MESSAGE));
	if (machine && fields_rank(f, FIELD_VHOST_OR_HOST) < fields_rank(f, FIELD_HOST))
		e->host = known_text(f, FIELD_VHOST_OR_HOST);
	text = known_text(f, FIELD_VERSION);
	if (value_is_version(text))
		e->version = text;
	if (known_number(f, FIELD_PID, &n) && n >= 0)
		e->pid = n;
	text = known_text(f, FIELD_DB);
	if (!value_is_number(text)) /* lograge's "db" is a time */
		e->db = text;
	text = known_text(f, FIELD_QUERY);
	if (str_chr(text, ' ') > 0)
		e->query = text;
	if (known_number(f, FIELD_ROWS, &n) && n >= 0)
		e->rows = n;
	finish_duration(f, FIELD_LOCK_TIME, UNIT_MS, &e->lock_ms);
}

/* The line of a trace that says what was thrown: the last of Python's, the first of the others'. */
static struct str thrown_line(struct str stack)
{
	struct str rest;
	struct str first = str_cut(stack, '\n', &rest);
	if (!str_starts(first, STR("Traceback")))
		return str_trim(first);
	struct str trimmed = str_trim(stack);
	ptrdiff_t at = str_rchr(trimmed, '\n');
	return str_trim(str_from(trimmed, (size_t)(at + 1)));
}

static void finish_texts(struct fields *f, struct event *e)
{
	e->message = str_trim(fields_text(f, FIELD_MESSAGE));
	struct str error = known_text(f, FIELD_ERROR);
	bool flag = fields_has(f, FIELD_ERROR) && f->value[FIELD_ERROR].how.bare && !value_is_number(error);
	bool weak = fields_rank(f, FIELD_ERROR) >= RANK_WEAK && e->severity < SEV_WARN;
	if (!(flag && (str_eq(error, STR("true")) || str_eq(error, STR("false")))) && !weak)
		e->error = error;
	e->detail = known_text(f, FIELD_STACK);
	if (!e->error.len)
		e->error = e->detail.len ? thrown_line(e->detail) : known_text(f, FIELD_ERROR_TYPE);
	struct str rest;
	struct str *texts[] = { &e->message, &e->error };
	for (size_t i = 0; i < 2; i++) {
		if (!texts[i]->len)
			continue;
		struct str head = str_cut(*texts[i], '\n', &rest);
		if (!rest.len)
			continue;
		if (!e->detail.len)
			e->detail = rest;
		*texts[i] = str_trim(i == 1 ? thrown_line(*texts[i]) : head);
	}
	e->sqlstate = known_text(f, FIELD_SQLSTATE);
	struct str code = known_text(f, FIELD_CODE);
	if (!e->sqlstate.len && e->error.len && code.len <= 40)
		e->sqlstate = code;
	if (!e->message.len && e->error.len)
		e->message = e->error;
	if (!e->message.len && e->path.len)
		e->message = e->method.len ? arena_printf(f->scratch, "%.*s %.*s", STR_ARG(e->method),
							  STR_ARG(e->path))
					   : e->path;
}

/*
 * "feature flag updated" with the flag and its value beside it: each process that takes a flag or
 * setting over says so, which is the only record of the change where flags live in a service of their own.
 */
static void finish_change(struct fields *f, struct event *e)
{
	static const char *const verbs[] = { "updated", "changed",  "enabled", "disabled",
					     "toggled", "switched", NULL };
	struct str flag = known_text(f, FIELD_FLAG), setting = known_text(f, FIELD_SETTING);
	bool of_flag = flag.len > 0 && (str_find_nocase(e->message, STR("flag")) >= 0 ||
					str_find_nocase(e->message, STR("toggle")) >= 0);
	bool of_setting = setting.len > 0 && (str_find_nocase(e->message, STR("setting")) >= 0 ||
					      str_find_nocase(e->message, STR("config")) >= 0);
	bool changed = false;
	for (size_t i = 0; verbs[i] && !changed; i++)
		changed = str_find_nocase(e->message, str_of(verbs[i])) >= 0;
	if (!(of_flag || of_setting) || !changed || e->severity > SEV_NOTICE ||
	    !fields_has(f, FIELD_NEW_VALUE))
		return;
	struct change *c = arena_new(f->scratch, struct change);
	*c = (struct change){ .kind = of_flag ? CHANGE_FLAG : CHANGE_CONFIG,
			      .service = e->service,
			      .actor = e->user,
			      .key = of_flag ? flag : setting,
			      .old_value = known_text(f, FIELD_OLD_VALUE),
			      .new_value = known_text(f, FIELD_NEW_VALUE),
			      .text = e->message,
			      .end_ns = TIME_NONE };
	e->kind = EV_CHANGE;
	e->change = c;
}

void fields_finish(struct fields *f, struct event *e, enum field_unit bare)
{
	finish_time(f, e);
	finish_level(f, e);
	finish_request(f, e, bare);
	finish_names(f, e);
	finish_texts(f, e);
	unsigned told = MESSAGE_TELLS_ANY;
	if (value_request(e))
		return;
	if (e->query.len && !isnan(e->duration_ms)) {
		e->kind = EV_QUERY;
	} else if (e->upstream.len && e->severity >= SEV_WARN) {
		e->kind = EV_UPSTREAM;
	} else {
		told = message_tells(f->cache ? &f->cache->messages : NULL, e);
		if (told & MESSAGE_TELLS_KIND)
			message_apply(e, f->scratch);
		if (e->kind == EV_LINE && (fields_has(f, FIELD_FLAG) || fields_has(f, FIELD_SETTING)))
			finish_change(f, e);
	}
	if (e->kind == EV_LINE && isnan(e->duration_ms) && (told & MESSAGE_TELLS_DURATION))
		duration_text(e->message, &e->duration_ms);
}
