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

/*
 * Is it as instant_result writes it? Such texts are ordered like their instants, and sorting a result compares little
 * else. Years that no log is of, and days and hours that need a calendar's look (29th, 24:00, :60), are
 * left to the parser.
 */
static bool is_plain(struct str s)
{
	static const char shape[] = "0000-00-00T00:00:00.000000Z";
	/* Exclusive of or with the shape leaves up to 9 of a digit and nothing of a sign: with these added, all else has its highest bit. */
	static const char spare[] = "vvvv\x7fvv\x7fvv\x7fvv\x7fvv\x7fvv\x7fvvvvvv\x7f"; /* 'v' is 0x80 - 10 */
	static const size_t words[] = { 0, 8, 16, sizeof shape - 1 - sizeof(uint64_t) };
	const uint64_t high = UINT64_C(0x8080808080808080);

	if (s.len != sizeof shape - 1)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		uint64_t text, same, add;

		memcpy(&text, s.ptr + words[i], sizeof text);
		memcpy(&same, shape + words[i], sizeof same);
		memcpy(&add, spare + words[i], sizeof add);
		text ^= same;
		if ((text | (text + add)) & high)
			return false;
	}
	const char *month = s.ptr + 5, *day = s.ptr + 8, *time = s.ptr + 11;

	return memcmp(s.ptr, "1900", 4) >= 0 && memcmp(s.ptr, "2200", 4) < 0 && memcmp(month, "01", 2) >= 0 && memcmp(month, "12", 2) <= 0 &&
	       memcmp(day, "01", 2) >= 0 && memcmp(day, "28", 2) <= 0 && memcmp(time, "23", 2) <= 0 && time[3] <= '5' && time[6] <= '5';
}

/* A total order: instants, then by their bytes all texts that are none. */
static int compare_instants(void *self, int a_bytes, const void *a, int b_bytes, const void *b)
{
	struct str x = str_make(a, (size_t)a_bytes), y = str_make(b, (size_t)b_bytes);
	int64_t x_ns = 0, y_ns = 0;

	(void)self;
	if (is_plain(x) && is_plain(y))
		return memcmp(x.ptr, y.ptr, x.len);
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
