#include "ingest/fields.h"
#include "ingest/fields_shape.h"

enum plan_kind {
	PLAN_QUOTED, /* a string, whose opening quote ends the text */
	PLAN_BARE,   /* a number, true, false, null or an array */
	PLAN_END,    /* no value: the object ends with the text */
};

/* The usual number: digits, perhaps a point in them, up to a comma or brace. NULL when it is anything else. */
static inline const char *plain_number(const char *p, const char *end)
{
	const char *q = scan_behind_digits(p, end);
	if (q == p || (*p == '0' && q - p > 1))
		return NULL;
	if (q < end && *q == '.') {
		const char *point = q++;
		q = scan_behind_digits(q, end);
		if (q == point + 1)
			return NULL;
	}
	return q < end && (*q == ',' || *q == '}') ? q : NULL;
}

/*
 * A value that is not as usual, at p: what is to be kept of it, and what is behind it; NULL when it is of another kind.
 * What has no text is not kept.
 */
static const char *other_value(const char *p, const char *end, enum plan_kind kind, struct json_value *v)
{
	struct str rest;
	*v = json_value_at(str_make(p, (size_t)(end - p)), &rest);
	if (v->type == JSON_STRING)
		return kind == PLAN_QUOTED ? rest.ptr - 1 : NULL;
	if (kind == PLAN_QUOTED || v->type == JSON_OBJECT || v->type == JSON_ERROR || v->type == JSON_END)
		return NULL;
	if (v->type == JSON_ARRAY)
		*v = field_first_string(*v);
	else if (v->type == JSON_NULL)
		v->raw = STR_NONE;
	return rest.ptr;
}

bool plan_read(struct field_plan *plan, struct str object, struct plan_object *found)
{
	const char *p = object.ptr, *end = p + object.len;
	unsigned at = plan->first;
	struct plan_found *to;
	found->unusual = false;
	to = found->values;
	while (at) {
		const struct plan_step *s = &plan->steps[at];
		const char *value = p + s->text_len, *behind;
		at = s->other;
		if (!scan_is_at(p, end, plan->texts + s->text, s->text_len, s->mask))
			continue;
		if (s->kind == PLAN_QUOTED) {
			behind = scan_quote_or_escape(value, end);
			if (behind == end)
				continue;
			if (*behind == '\\')
				behind = NULL;
		} else if (s->kind == PLAN_BARE) {
			behind = plain_number(value, end);
		} else {
			plan->pause = 0;
			found->end = value;
			found->n = (size_t)(to - found->values);
			found->shape = s->next;
			return true;
		}
		if (behind) {
			to->text = str_make(value, (size_t)(behind - value));
			to->unusual = false;
		} else {
			struct json_value v;
			behind = other_value(value - (s->kind == PLAN_QUOTED), end, (enum plan_kind)s->kind, &v);
			if (!behind)
				continue;
			to->text = v.raw;
			to->how = (struct field_how){ s->how.rank, s->how.unit, v.has_escape, v.type != JSON_STRING };
			to->unusual = true;
			found->unusual |= s->counts;
		}
		to->step = s;
		to += s->counts;
		p = behind;
		at = s->next;
	}
	return false;
}

/* Where the text stands in texts, put there if need be; false when there is no room. */
static bool place_text(struct field_plan *plan, struct str text, uint16_t *at)
{
	ptrdiff_t known = str_find(str_make(plan->texts, plan->n_text), text);
	if (known < 0) {
		if (text.len > (size_t)PLAN_TEXT_BYTES - plan->n_text)
			return false;
		known = plan->n_text;
		memcpy(plan->texts + plan->n_text, text.ptr, text.len);
		plan->n_text = (uint16_t)(plan->n_text + text.len);
	}
	*at = (uint16_t)known;
	return true;
}

/* The step for a text and a kind of value among those that begin at *link, a new one if need be; 0: no room. */
static uint16_t place_step(struct field_plan *plan, uint16_t *link, struct str text, enum plan_kind kind,
			   struct field_alias alias)
{
	unsigned others = 0;
	uint16_t at = 0;
	for (; *link; link = &plan->steps[*link].other) {
		const struct plan_step *s = &plan->steps[*link];
		if (s->kind == (uint8_t)kind && str_eq(str_make(plan->texts + s->text, s->text_len), text))
			return *link;
		if (++others == PLAN_OTHERS_MAX)
			return 0;
	}
	if (text.len > UINT8_MAX || plan->n_steps + 1 >= PLAN_STEPS || !place_text(plan, text, &at))
		return 0;
	*link = ++plan->n_steps;
	plan->steps[*link] = (struct plan_step){ .text = at, .text_len = (uint8_t)text.len, .kind = (uint8_t)kind,
		                                 .field = alias.field, .counts = alias.field != FIELD_NONE, .how = { alias.rank, alias.unit, false, kind == PLAN_BARE },
		                                 .mask = scan_mask(text.len) };
	return *link;
}

/* What to do with the objects that end with a step, if there is room. */
static void place_shape(struct field_plan *plan, struct plan_step *end, const struct plan_trace *trace)
{
	struct shape_value values[PLAN_VALUES_MAX];
	if (end->next || plan->n_shapes + 1 >= PLAN_SHAPES)
		return;
	for (size_t i = 0; i < trace->n; i++)
		values[i] = (struct shape_value){ trace->values[i].alias, trace->values[i].quoted };
	end->next = ++plan->n_shapes;
	shape_make(&plan->shapes[end->next], values, trace->n);
}

/* False when there is no room for all of it. */
static bool place(struct field_plan *plan, struct str object, const char *end, const struct plan_trace *trace)
{
	uint16_t *link = &plan->first;
	const char *from = object.ptr;
	for (size_t i = 0; i < trace->n; i++) {
		const struct plan_value *v = &trace->values[i];
		uint16_t at = place_step(plan, link, str_make(from, (size_t)(v->text.ptr - from)),
					 v->quoted ? PLAN_QUOTED : PLAN_BARE, v->alias);
		if (!at)
			return false;
		link = &plan->steps[at].next;
		from = v->text.ptr + v->text.len;
	}
	uint16_t last = place_step(plan, link, str_make(from, (size_t)(end - from)), PLAN_END, (struct field_alias){ 0 });
	if (last)
		place_shape(plan, &plan->steps[last], trace);
	return last != 0;
}

void plan_learn(struct field_plan *plan, struct str object, const char *end, const struct plan_trace *trace)
{
	if (trace->unfit || place(plan, object, end, trace))
		return;
	plan->pause = plan->pause < PLAN_PAUSE_MAX ? (uint8_t)(plan->pause * 2 + 1) : PLAN_PAUSE_MAX;
	plan->wait = plan->pause;
	plan->misses = (uint16_t)(plan->misses + 1 + plan->pause);
	if (plan->misses >= PLAN_MISSES_MAX)
		plan->first = plan->n_steps = plan->n_text = plan->n_shapes = plan->misses = 0;
}
