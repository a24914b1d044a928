#include "core/casefile.h"

#include "core/casefile_shape.h"
#include "core/json.h"

/*
 * Two forms of one document. The contract is for people and other programs: ISO times, fixed
 * precision, invalid UTF-8 replaced. The stored form is for us: instants as integers, numbers with
 * 17 digits, and text that is not UTF-8 as {"hex": "..."}, so that nothing is lost.
 */

enum { FINDINGS_INDENT = 2 };
enum form { FORM_STORED, FORM_CONTRACT, FORM_EXPLAINED /* the contract, and what is there on demand */ };

static void write_stored_text(struct jsonw *w, struct str s)
{
	static const char digits[] = "0123456789abcdef";

	if (str_is_utf8(s)) {
		jsonw_str(w, s);
		return;
	}
	struct buf hex;
	buf_init(&hex, s.len * 2);
	for (size_t i = 0; i < s.len; i++) {
		buf_addc(&hex, digits[(unsigned char)s.ptr[i] >> 4]);
		buf_addc(&hex, digits[(unsigned char)s.ptr[i] & 15]);
	}
	jsonw_object(w);
	jsonw_key(w, "hex");
	jsonw_str(w, buf_str(&hex));
	jsonw_object_end(w);
	buf_release(&hex);
}

static void write_text(struct jsonw *w, struct str s, bool contract)
{
	if (contract)
		jsonw_str(w, s);
	else
		write_stored_text(w, s);
}

static void write_time(struct jsonw *w, int64_t ns, bool contract)
{
	char text[TIME_TEXT_BYTES];

	if (ns == TIME_NONE)
		jsonw_null(w);
	else if (contract)
		jsonw_str(w, str_of(time_format(ns, 3, text)));
	else
		jsonw_i64(w, ns);
}

static void write_double(struct jsonw *w, double v, unsigned decimals, bool contract)
{
	if (contract)
		jsonw_fixed(w, v, decimals);
	else
		jsonw_exact(w, v);
}

static void write_members(struct jsonw *w, const char *base, const struct shape *shape, size_t rank,
                          enum form form);

static void write_list(struct jsonw *w, const char *base, const struct field *f, enum form form)
{
	const char *items = list_at(base, f);
	size_t n = list_count(base, f);

	jsonw_array(w);
	for (size_t i = 0; i < n; i++) {
		jsonw_object(w);
		write_members(w, items + i * f->of->size_bytes, f->of, i + 1, form);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

static void write_field(struct jsonw *w, const char *base, const struct field *f, size_t rank, enum form form)
{
	const char *at = base + f->offset;
	bool contract = form != FORM_STORED;
	struct str text;
	uint64_t count;
	int64_t ns;
	double number;
	enum cause_kind cause;
	enum symptom_kind symptom;
	bool yes;

	switch (f->type) {
	case FIELD_NAME:
		memcpy(&text, at, sizeof text);
		if (contract && text.len == 0)
			jsonw_null(w);
		else
			write_text(w, text, contract);
		break;
	case FIELD_TEXT:
		memcpy(&text, at, sizeof text);
		write_text(w, text, contract);
		break;
	case FIELD_U64:
		memcpy(&count, at, sizeof count);
		jsonw_u64(w, count);
		break;
	case FIELD_BOOL:
		memcpy(&yes, at, sizeof yes);
		jsonw_bool(w, yes);
		break;
	case FIELD_DOUBLE:
		memcpy(&number, at, sizeof number);
		write_double(w, number, f->decimals, contract);
		break;
	case FIELD_TIME:
		memcpy(&ns, at, sizeof ns);
		write_time(w, ns, contract);
		break;
	case FIELD_CAUSE:
		memcpy(&cause, at, sizeof cause);
		jsonw_str(w, str_of(cause_kind_name(cause)));
		break;
	case FIELD_SYMPTOM:
		memcpy(&symptom, at, sizeof symptom);
		jsonw_str(w, str_of(symptom_kind_name(symptom)));
		break;
	case FIELD_RANK:
		jsonw_u64(w, rank);
		break;
	case FIELD_TEXTS:
		jsonw_array(w);
		for (size_t i = 0; i < list_count(base, f); i++) {
			memcpy(&text, list_at(base, f) + i * sizeof text, sizeof text);
			write_text(w, text, contract);
		}
		jsonw_array_end(w);
		break;
	case FIELD_DOUBLES:
		jsonw_array(w);
		for (size_t i = 0; i < list_count(base, f); i++) {
			memcpy(&number, list_at(base, f) + i * sizeof number, sizeof number);
			write_double(w, number, f->decimals, contract);
		}
		jsonw_array_end(w);
		break;
	case FIELD_LIST:
		write_list(w, base, f, form);
		break;
	case FIELD_OBJECT:
		jsonw_object(w);
		write_members(w, at, f->of, 0, form);
		jsonw_object_end(w);
		break;
	}
}

static void write_members(struct jsonw *w, const char *base, const struct shape *shape, size_t rank,
                          enum form form)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct field *f = &shape->fields[i];

		if (form == FORM_STORED ? f->type == FIELD_RANK : f->internal || (f->on_demand && form != FORM_EXPLAINED))
			continue;
		jsonw_key(w, f->key);
		write_field(w, base, f, rank, form);
	}
}

void shape_write(struct jsonw *w, const void *base, const struct shape *shape, bool contract)
{
	write_members(w, base, shape, 0, contract ? FORM_CONTRACT : FORM_STORED);
}

void casefile_findings(const struct casefile *c, struct str version, bool explain, struct buf *out)
{
	struct jsonw w;

	jsonw_init(&w, out, FINDINGS_INDENT);
	jsonw_object(&w);
	jsonw_key(&w, "schema");
	jsonw_str(&w, STR("inquest-findings/1"));
	jsonw_key(&w, "tool");
	jsonw_object(&w);
	jsonw_key(&w, "name");
	jsonw_str(&w, STR("inquest"));
	jsonw_key(&w, "version");
	jsonw_str(&w, version);
	jsonw_object_end(&w);
	write_members(&w, (const char *)c, &shape_casefile, 0, explain ? FORM_EXPLAINED : FORM_CONTRACT);
	jsonw_object_end(&w);
	buf_addc(out, '\n');
}

void casefile_encode(const struct casefile *c, bool contract, struct buf *out)
{
	struct jsonw w;

	if (contract) {
		casefile_findings(c, STR_NONE, false, out);
		return;
	}
	jsonw_init(&w, out, 0);
	jsonw_object(&w);
	jsonw_key(&w, "schema");
	jsonw_str(&w, STR("inquest-casefile/1"));
	write_members(&w, (const char *)c, &shape_casefile, 0, FORM_STORED);
	jsonw_object_end(&w);
}

/* ---- rewrite ---- */

static void map_members(char *base, const struct shape *shape, struct arena *a, casefile_map_fn *map,
                        void *self);

static void map_text(char *at, casefile_map_fn *map, void *self)
{
	struct str text;

	memcpy(&text, at, sizeof text);
	text = map(self, text);
	memcpy(at, &text, sizeof text);
}

/* The list's own copy, with every text in it rewritten. */
static void map_list(char *base, const struct field *f, struct arena *a, casefile_map_fn *map, void *self)
{
	size_t n = list_count(base, f), size = list_item_size(f);

	if (n == 0)
		return;
	char *items = arena_alloc_n(a, n, size, _Alignof(max_align_t));
	memcpy(items, list_at(base, f), n * size);
	for (size_t i = 0; i < n; i++) {
		if (f->type == FIELD_LIST)
			map_members(items + i * size, f->of, a, map, self);
		else
			map_text(items + i * size, map, self);
	}
	list_set(base, f, items, n);
}

static void map_members(char *base, const struct shape *shape, struct arena *a, casefile_map_fn *map,
                        void *self)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct field *f = &shape->fields[i];

		if (f->type == FIELD_OBJECT)
			map_members(base + f->offset, f->of, a, map, self);
		else if (f->type == FIELD_LIST || (f->type == FIELD_TEXTS && f->said))
			map_list(base, f, a, map, self);
		else if (f->said)
			map_text(base + f->offset, map, self);
	}
}

void shape_map(void *base, const struct shape *shape, struct arena *a, casefile_map_fn *map, void *self)
{
	map_members(base, shape, a, map, self);
}

struct casefile casefile_map(const struct casefile *c, struct arena *a, casefile_map_fn *map, void *self)
{
	struct casefile copy = *c;

	map_members((char *)&copy, &shape_casefile, a, map, self);
	return copy;
}
