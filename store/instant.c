#include "store/instant.h"

bool instant_of(struct str text, int64_t *ns)
{
	char day[] = "2026-01-29T00:00";
	struct timestamp t;

	if (text.len == sizeof "2026-01-29" - 1) {
		memcpy(day, text.ptr, text.len);
		text = str_of(day);
	}
	if (!timestamp_parse(&text, &t) || text.len > 0 || !t.has_date || !t.has_year)
		return false;
	*ns = t.ns;
	return true;
}

/* A total order: instants, then by their bytes all texts that are none. */
static int compare_instants(void *self, int a_bytes, const void *a, int b_bytes, const void *b)
{
	struct str x = str_make(a, (size_t)a_bytes), y = str_make(b, (size_t)b_bytes);
	int64_t x_ns = 0, y_ns = 0;

	(void)self;
	bool x_good = instant_of(x, &x_ns), y_good = instant_of(y, &y_ns);
	if (x_good != y_good)
		return x_good ? -1 : 1;
	return x_good ? (x_ns > y_ns) - (x_ns < y_ns) : str_cmp(x, y);
}

int instant_register(sqlite3 *db)
{
	return sqlite3_create_collation_v2(db, "instant", SQLITE_UTF8, NULL, compare_instants, NULL);
}

char instant_operator(sqlite3_index_info *info, int constraint)
{
	if (sqlite3_stricmp(sqlite3_vtab_collation(info, constraint), "instant") != 0)
		return 0;
	switch (info->aConstraint[constraint].op) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
		return '=';
	case SQLITE_INDEX_CONSTRAINT_GT:
	case SQLITE_INDEX_CONSTRAINT_GE:
		return '>';
	case SQLITE_INDEX_CONSTRAINT_LT:
	case SQLITE_INDEX_CONSTRAINT_LE:
		return '<';
	default:
		return 0;
	}
}

void instant_result(sqlite3_context *to, int64_t time_ns)
{
	char text[TIME_TEXT_BYTES];

	if (time_ns != TIME_NONE)
		sqlite3_result_text(to, time_format(time_ns, QUERY_TIME_DIGITS, text), -1, SQLITE_TRANSIENT);
}

void instant_narrow(struct instant_window *w, char op, sqlite3_value *value)
{
	const unsigned char *text = sqlite3_value_type(value) == SQLITE_TEXT ? sqlite3_value_text(value) : NULL;
	int64_t ns;

	/* No comparison is true of a time that is NULL. */
	if (w->from_ns == TIME_NONE)
		w->from_ns = TIME_NONE + 1;
	if (!text || !instant_of(str_make((const char *)text, (size_t)sqlite3_value_bytes(value)), &ns))
		return;
	if (op != '<' && ns > w->from_ns)
		w->from_ns = ns;
	/* The text of a time leaves out what is less than a microsecond. */
	if (op != '>' && ns + 1000 < w->to_ns)
		w->to_ns = ns + 1000;
}
