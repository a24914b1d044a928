/* Names of months and weekdays. */
#include "core/timestamp_parts.h"

struct month_name {
	const char *name; /* lower case; UTF-8 */
	uint8_t month;
};

/* English, French, German, Spanish; full names and the abbreviations glibc and Java write. */
static const struct month_name month_names[] = {
	{ "january", 1 },    { "janv", 1 },      { "janvier", 1 },         { "januar", 1 },
	{ "j\xc3\xa4n", 1 }, { "ene", 1 },       { "j\xc3\xa4nner", 1 },   { "enero", 1 },
	{ "february", 2 },   { "februar", 2 },   { "f\xc3\xa9v", 2 },      { "f\xc3\xa9vr", 2 },
	{ "fevr", 2 },       { "fevrier", 2 },   { "f\xc3\xa9vrier", 2 },  { "febrero", 2 },
	{ "march", 3 },      { "mars", 3 },      { "m\xc3\xa4r", 3 },      { "mrz", 3 },
	{ "m\xc3\xa4rz", 3 }, { "maerz", 3 },    { "marzo", 3 },           { "april", 4 },
	{ "avr", 4 },        { "avril", 4 },     { "abr", 4 },             { "abril", 4 },
	{ "mai", 5 },        { "mayo", 5 },      { "june", 6 },            { "juni", 6 },
	{ "juin", 6 },       { "junio", 6 },     { "july", 7 },            { "juli", 7 },
	{ "juil", 7 },       { "juillet", 7 },   { "julio", 7 },           { "august", 8 },
	{ "ao\xc3\xbbt", 8 }, { "aout", 8 },     { "ago", 8 },             { "agosto", 8 },
	{ "sept", 9 },       { "september", 9 }, { "septembre", 9 },       { "septiembre", 9 },
	{ "october", 10 },   { "okt", 10 },      { "oktober", 10 },        { "octobre", 10 },
	{ "octubre", 10 },   { "november", 11 }, { "novembre", 11 },       { "noviembre", 11 },
	{ "december", 12 },  { "dez", 12 },      { "dezember", 12 },       { "d\xc3\xa9" "c", 12 },
	{ "d\xc3\xa9" "cembre", 12 }, { "dic", 12 }, { "diciembre", 12 },
};

static const char *const weekday_names[] = {
	"mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun",
	"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
};

unsigned ts_month(struct str word)
{
	if (word.len < 3)
		return 0;
	unsigned month = word.len == 3 ? ts_month3(word.ptr) : 0;
	char first = (char)(word.ptr[0] | 0x20);
	for (size_t i = 0; !month && i < sizeof month_names / sizeof month_names[0]; i++)
		if (month_names[i].name[0] == first && str_eq_nocase(word, str_of(month_names[i].name)))
			month = month_names[i].month;
	return month;
}

bool ts_weekday(struct str word)
{
	if (word.len < 3 || word.len > 9)
		return false;
	char first = (char)(word.ptr[0] | 0x20);
	for (size_t i = 0; i < sizeof weekday_names / sizeof weekday_names[0]; i++)
		if (weekday_names[i][0] == first && str_eq_nocase(word, str_of(weekday_names[i])))
			return true;
	return false;
}
