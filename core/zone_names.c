/*
 * Zone abbreviations. They are no standard and several have two or three meanings; a log is
 * read with the most widespread one: CST, CDT, EST, MST, PST are North American (not China's,
 * Australia's or the Philippines'), IST is India's (not Israel's or Ireland's), BST is British
 * Summer Time (not Bangladesh's), AST is Atlantic (not Arabia's), GST is the Gulf's, SST is Samoa's,
 * AMT is Amazon's. A source that means another one is given its zone by the user. Abbreviations that
 * are English words or names in capitals (ACT, BOT, GET, PET) are left out: taking a message's
 * first word for a zone is worse than missing a zone.
 */
#include "core/timestamp.h"

struct abbreviation {
	char name[6];
	int16_t minutes; /* east of UTC */
};

/* Sorted by name. */
static const struct abbreviation abbreviations[] = {
	{ "ACDT", 630 },  { "ACST", 570 },  { "ADT", -180 },  { "AEDT", 660 },  { "AEST", 600 },
	{ "AFT", 270 },   { "AKDT", -480 }, { "AKST", -540 }, { "AMT", -240 },  { "ART", -180 },
	{ "AST", -240 },  { "AWST", 480 },  { "BRST", -120 }, { "BRT", -180 },  { "BST", 60 },
	{ "CAT", 120 },   { "CDT", -300 },  { "CEST", 120 },  { "CET", 60 },    { "CLST", -180 },
	{ "CLT", -240 },  { "COT", -300 },  { "CST", -360 },  { "EAT", 180 },   { "EDT", -240 },
	{ "EEST", 180 },  { "EET", 120 },   { "EST", -300 },  { "GMT", 0 },     { "GST", 240 },
	{ "HKT", 480 },   { "HST", -600 },  { "ICT", 420 },   { "IDT", 180 },   { "IRST", 210 },
	{ "IST", 330 },   { "JST", 540 },   { "KST", 540 },   { "MDT", -360 },  { "MEST", 120 },
	{ "MESZ", 120 },  { "MET", 60 },    { "MEZ", 60 },    { "MSD", 240 },   { "MSK", 180 },
	{ "MST", -420 },  { "MYT", 480 },   { "NDT", -150 },  { "NPT", 345 },   { "NST", -210 },
	{ "NZDT", 780 },  { "NZST", 720 },  { "PDT", -420 },  { "PHT", 480 },   { "PKT", 300 },
	{ "PST", -480 },  { "SAST", 120 },  { "SGT", 480 },   { "SST", -660 },  { "TRT", 180 },
	{ "UT", 0 },      { "UTC", 0 },     { "UYT", -180 },  { "UZT", 300 },   { "VET", -240 },
	{ "WAT", 60 },    { "WEST", 60 },   { "WET", 0 },     { "WIB", 420 },   { "Z", 0 },
};

/* Zones by the names Java and Windows give them, without the "Time" at their end. */
static const struct {
	const char *name; /* lower case */
	int16_t minutes;
} long_names[] = {
	{ "alaskan daylight", -480 },            { "alaskan standard", -540 },
	{ "argentina standard", -180 },          { "atlantic daylight", -180 },
	{ "atlantic standard", -240 },           { "aus eastern daylight", 660 },
	{ "aus eastern standard", 600 },         { "australian eastern daylight", 660 },
	{ "australian eastern standard", 600 },  { "brasilia", -180 },
	{ "british summer", 60 },                { "central daylight", -300 },
	{ "central european", 60 },              { "central european summer", 120 },
	{ "central standard", -360 },            { "china standard", 480 },
	{ "coordinated universal", 0 },          { "e. south america standard", -180 },
	{ "eastern daylight", -240 },            { "eastern european", 120 },
	{ "eastern european summer", 180 },      { "eastern standard", -300 },
	{ "greenwich mean", 0 },                 { "gulf standard", 240 },
	{ "hong kong", 480 },                    { "india standard", 330 },
	{ "indochina", 420 },                    { "israel daylight", 180 },
	{ "israel standard", 120 },              { "japan standard", 540 },
	{ "korea standard", 540 },               { "moscow standard", 180 },
	{ "mountain daylight", -360 },           { "mountain standard", -420 },
	{ "new zealand daylight", 780 },         { "new zealand standard", 720 },
	{ "pacific daylight", -420 },            { "pacific standard", -480 },
	{ "pakistan standard", 300 },            { "romance daylight", 120 },
	{ "romance standard", 60 },              { "singapore", 480 },
	{ "singapore standard", 480 },           { "south africa standard", 120 },
	{ "tokyo standard", 540 },               { "turkey", 180 },
	{ "w. europe daylight", 120 },           { "w. europe standard", 60 },
	{ "western european", 0 },               { "western european summer", 60 },
};

bool zone_long_name(struct str name, int32_t *offset_s)
{
	static const struct str time = { " time", 5 };

	if (name.len <= time.len || !str_eq_nocase(str_from(name, name.len - time.len), time))
		return false;
	name.len -= time.len;
	for (size_t i = 0; i < sizeof long_names / sizeof long_names[0]; i++) {
		if (str_eq_nocase(name, str_of(long_names[i].name))) {
			*offset_s = long_names[i].minutes * 60;
			return true;
		}
	}
	return false;
}

bool zone_abbreviation(struct str name, int32_t *offset_s)
{
	if (name.len == 0 || name.len >= sizeof abbreviations[0].name)
		return false;
	if (name.len == 3 && memcmp(name.ptr, "UTC", 3) == 0) {
		*offset_s = 0;
		return true;
	}
	/* Levels (INFO, ERROR, DEBUG) stand in the same place: their last letter gives most of them away. */
	if (!memchr("TCZDKB", name.ptr[name.len - 1], 6))
		return false;
	size_t low = 0, high = sizeof abbreviations / sizeof abbreviations[0];
	while (low < high) {
		size_t middle = (low + high) / 2;
		int c = str_cmp(name, str_of(abbreviations[middle].name));
		if (c == 0) {
			*offset_s = abbreviations[middle].minutes * 60;
			return true;
		}
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}
