#include "ingest/fields_shape.h"

#include "core/digits.h"
#include "ingest/access.h"
#include "ingest/fields_value.h"
#include "ingest/request_text.h"

/* What an act does with its value. But for SHAPE_TEXT, an empty value is not as usual. */
enum shape_does {
	SHAPE_TEXT,      /* a text, which may be empty */
	SHAPE_TEXT_FULL, /* one that is not */
	SHAPE_TEXT_SAID, /* nor one that says nothing, as "-" */
	SHAPE_SERVICE,
	SHAPE_TIME,
	SHAPE_LEVEL,
	SHAPE_STATUS,
	SHAPE_METHOD,
	SHAPE_PATH,
	SHAPE_NUMBER,
	SHAPE_DURATION,
	SHAPE_CLIENT,
	SHAPE_VERSION,
	SHAPE_DB,
	SHAPE_MESSAGE,
};

#define BIT(field) (UINT64_C(1) << FIELD_##field)
/* Fields that alone say what they mean, or do so beside others of these. */
static const uint64_t clear_fields =
	BIT(TIME) | BIT(LEVEL) | BIT(MESSAGE) | BIT(SERVICE) | BIT(NAME) | BIT(HOST) | BIT(VHOST_OR_HOST) | BIT(LOGGER) | BIT(VERSION) |
	BIT(PID) | BIT(METHOD) | BIT(PATH) | BIT(ROUTE) | BIT(STATUS) | BIT(BYTES) | BIT(DURATION) | BIT(UPSTREAM_TIME) | BIT(CLIENT) |
	BIT(USER) | BIT(AGENT) | BIT(REFERRER) | BIT(REQUEST_ID) | BIT(DB) | BIT(ROWS) | BIT(SQLSTATE) | BIT(CODE) | BIT(OLD_VALUE) |
	BIT(NEW_VALUE) | BIT(GROUP);

/* The best value for each field. */
struct chosen {
	const struct shape_value *values;
	uint64_t has, rivals;       /* fields with a value, with more than one */
	uint8_t value[FIELD_COUNT]; /* which one, of those that mean something */
	uint8_t rank[FIELD_COUNT], unit[FIELD_COUNT];
	bool quoted[FIELD_COUNT];
};

static bool has(const struct chosen *c, enum field k)
{
	return c->has >> k & 1;
}

static void choose(struct chosen *c, const struct shape_value *values, size_t n)
{
	uint8_t number = 0;
	*c = (struct chosen){ .values = values };
	for (size_t i = 0; i < n; i++) {
		const struct field_alias *is = &values[i].alias;
		uint64_t bit = UINT64_C(1) << is->field;
		if (is->field == FIELD_NONE)
			continue;
		c->rivals |= c->has & bit;
		if (!(c->has & bit) || is->rank < c->rank[is->field]) {
			c->value[is->field] = number;
			c->rank[is->field] = is->rank;
			c->unit[is->field] = is->unit;
			c->quoted[is->field] = values[i].quoted;
		}
		c->has |= bit;
		number++;
	}
}

/* Do its keys alone say what the values mean? */
static bool is_clear(const struct chosen *c)
{
	if ((c->has & ~clear_fields) || !has(c, FIELD_MESSAGE))
		return false;
	/* What stands in for what is missing is left to fields_finish. */
	return !has(c, FIELD_METHOD) || !((has(c, FIELD_ROUTE) && !has(c, FIELD_PATH)) || has(c, FIELD_CODE));
}

static void add(struct field_shape *shape, const struct chosen *c, enum field k, enum shape_does act, size_t member)
{
	if (!has(c, k))
		return;
	if (act == SHAPE_TEXT && (c->rivals >> k & 1))
		act = SHAPE_TEXT_FULL;
	if (shape->n < SHAPE_ACTS_MAX)
		shape->acts[shape->n] = (struct shape_act){ (uint8_t)act, c->value[k], c->unit[k], (uint8_t)(member / 8) };
	shape->n++;
}

#define MEMBER(name) offsetof(struct event, name)
_Static_assert(sizeof(struct event) / 8 <= UINT8_MAX, "members have a number of eight bits");

/* "name" is the application, or what logs in it; see finish_names. */
static void add_names(struct field_shape *shape, const struct chosen *c)
{
	bool numeric_level = has(c, FIELD_LEVEL) && !c->quoted[FIELD_LEVEL];
	bool to_service = has(c, FIELD_NAME) && numeric_level && !has(c, FIELD_SERVICE);
	bool to_logger = has(c, FIELD_NAME) && !to_service && (!has(c, FIELD_LOGGER) || c->rank[FIELD_LOGGER] > 0);
	add(shape, c, FIELD_SERVICE, SHAPE_SERVICE, 0);
	if (to_service)
		add(shape, c, FIELD_NAME, SHAPE_TEXT, MEMBER(service));
	if (to_logger)
		add(shape, c, FIELD_NAME, has(c, FIELD_LOGGER) ? SHAPE_TEXT_SAID : SHAPE_TEXT, MEMBER(logger));
	else
		add(shape, c, FIELD_LOGGER, has(c, FIELD_NAME) && !to_service ? SHAPE_TEXT_SAID : SHAPE_TEXT, MEMBER(logger));
}

/* The machine, or what the client asked for; see finish_names. */
static void add_host(struct field_shape *shape, const struct chosen *c)
{
	bool both = has(c, FIELD_HOST) && has(c, FIELD_VHOST_OR_HOST);
	bool machine = !has(c, FIELD_STATUS) || has(c, FIELD_LEVEL); /* there is a message */
	bool other = has(c, FIELD_VHOST_OR_HOST) && machine &&
		     (!has(c, FIELD_HOST) || c->rank[FIELD_VHOST_OR_HOST] < c->rank[FIELD_HOST]);
	add(shape, c, other ? FIELD_VHOST_OR_HOST : FIELD_HOST, both ? SHAPE_TEXT_FULL : SHAPE_TEXT, MEMBER(host));
}

void shape_make(struct field_shape *shape, const struct shape_value *values, size_t n)
{
	struct chosen c;
	choose(&c, values, n);
	shape->n = 0;
	if (!is_clear(&c))
		return;
	shape->epoch = has(&c, FIELD_TIME) && !c.quoted[FIELD_TIME] ? (uint8_t)(c.value[FIELD_TIME] + 1) : 0;
	/* Of these the later ones build on the ones before. */
	add(shape, &c, FIELD_TIME, SHAPE_TIME, 0);
	add(shape, &c, FIELD_LEVEL, SHAPE_LEVEL, 0);
	add(shape, &c, FIELD_STATUS, SHAPE_STATUS, 0);
	add(shape, &c, FIELD_METHOD, SHAPE_METHOD, 0);
	add(shape, &c, FIELD_PATH, SHAPE_PATH, 0);
	add(shape, &c, FIELD_BYTES, SHAPE_NUMBER, MEMBER(bytes));
	add(shape, &c, FIELD_DURATION, SHAPE_DURATION, MEMBER(duration_ms));
	add(shape, &c, FIELD_UPSTREAM_TIME, SHAPE_DURATION, MEMBER(upstream_ms));
	add(shape, &c, FIELD_CLIENT, SHAPE_CLIENT, 0);
	add(shape, &c, FIELD_USER, SHAPE_TEXT, MEMBER(user));
	add(shape, &c, FIELD_AGENT, SHAPE_TEXT, MEMBER(agent));
	add(shape, &c, FIELD_REFERRER, SHAPE_TEXT, MEMBER(referrer));
	add(shape, &c, FIELD_REQUEST_ID, SHAPE_TEXT, MEMBER(request_id));
	add_names(shape, &c);
	add_host(shape, &c);
	add(shape, &c, FIELD_VERSION, SHAPE_VERSION, 0);
	add(shape, &c, FIELD_PID, SHAPE_NUMBER, MEMBER(pid));
	add(shape, &c, FIELD_DB, SHAPE_DB, 0);
	add(shape, &c, FIELD_ROWS, SHAPE_NUMBER, MEMBER(rows));
	add(shape, &c, FIELD_SQLSTATE, SHAPE_TEXT, MEMBER(sqlstate));
	add(shape, &c, FIELD_MESSAGE, SHAPE_MESSAGE, 0);
	if (shape->n > SHAPE_ACTS_MAX)
		shape->n = 0;
}

/* Text of a member, which is a struct str. */
static inline struct str *text_member(struct event *e, const struct shape_act *act)
{
	return (struct str *)(void *)((char *)e + (size_t)act->member * 8);
}

static inline __attribute__((always_inline)) bool is_number(struct str s, uint64_t *n)
{
	return s.len <= 16 && digits_number(s.ptr, s.len, n);
}

/*
 * One act; false when its value is not as usual. *epoch: the time, where it is a bare number that could say what unit a duration
 * has.
 */
static inline bool perform(const struct shape_act *act, struct str s, struct str *epoch, struct field_cache *cache, struct event *e)
{
	uint64_t n;
	if (s.len == 0)
		return act->act == SHAPE_TEXT;
	switch ((enum shape_does)act->act) {
	case SHAPE_TEXT:
	case SHAPE_TEXT_FULL: *text_member(e, act) = value_text(s); return true;
	case SHAPE_TEXT_SAID: *text_member(e, act) = value_text(s); return text_member(e, act)->len > 0;
	case SHAPE_SERVICE: e->service = value_text(s); return e->service.len > 0 && !is_digit(e->service.ptr[0]);
	case SHAPE_TIME:
		e->has_time = timestamp_parse_epoch_ms(s, &e->time);
		if (e->has_time)
			*epoch = STR_NONE; /* no fraction in it */
		else
			e->has_time = value_time(&cache->time, s, &e->time);
		return true;
	case SHAPE_LEVEL: e->severity = value_level(cache, s); return true;
	case SHAPE_STATUS:
		if (!is_number(s, &n) || n < 100 || n > 999)
			return false;
		e->status = (int)n;
		return true;
	case SHAPE_METHOD: e->method = s; return request_method_is(s);
	case SHAPE_PATH:
		s = value_text(s);
		if (s.len && (e->method.len || e->status >= 0))
			e->path = value_path(s);
		return s.len > 0;
	case SHAPE_NUMBER:
		if (!is_number(s, &n))
			return false;
		*(int64_t *)(void *)((char *)e + (size_t)act->member * 8) = (int64_t)n;
		return true;
	case SHAPE_DURATION:
		value_duration(value_text(s), (enum field_unit)act->unit, *epoch, (double *)(void *)((char *)e + (size_t)act->member * 8));
		return true;
	case SHAPE_CLIENT: e->client = address_of_endpoint(value_text(s)); return true;
	case SHAPE_VERSION:
		s = value_text(s);
		if (value_is_version(s))
			e->version = s;
		return true;
	case SHAPE_DB:
		s = value_text(s);
		if (!value_is_number(s))
			e->db = s;
		return true;
	case SHAPE_MESSAGE:
		e->message = str_trim(s);
		return e->message.len > 0 && !memchr(e->message.ptr, '\n', e->message.len);
	}
	return false;
}

bool shape_apply(const struct field_shape *shape, const struct plan_found *values, struct field_cache *cache, struct event *e)
{
	struct str epoch = shape->epoch ? values[shape->epoch - 1].text : STR_NONE;
	unsigned told;
	for (const struct shape_act *act = shape->acts, *end = act + shape->n; act < end; act++)
		if (!perform(act, values[act->value].text, &epoch, cache, e))
			return false;
	told = message_tells(&cache->messages, e);
	if (value_request(e))
		return true;
	if (told & MESSAGE_TELLS_KIND)
		return false;
	if ((told & MESSAGE_TELLS_DURATION) && isnan(e->duration_ms))
		duration_text(e->message, &e->duration_ms);
	return true;
}
