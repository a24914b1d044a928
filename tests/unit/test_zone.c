/* Zones by name, and their rules. Tests with IANA names need tzdata and are skipped without it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/timestamp.h"
#include "core/zone_rule.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static int64_t at(const char *text)
{
	struct timestamp t;
	struct str s = str_of(text);
	cr_assert(timestamp_parse(&s, &t), "%s", text);
	return t.ns;
}

Test(zone, fixed_ones)
{
	static const struct {
		const char *name;
		int32_t offset_s;
	} rows[] = {
		{ "UTC", 0 },     { "utc", 0 },          { "Z", 0 },
		{ "GMT", 0 },     { "+02:00", 7200 },    { "-0500", -18000 },
		{ "+2", 7200 },   { "UTC+2", 7200 },     { "GMT-03:30", -12600 },
		{ "CET", 3600 },  { "IST", 19800 },      { "CST", -21600 },
		{ "JST", 32400 }, { " +05:45 ", 20700 }, { "NZDT", 46800 },
		{ "India Standard Time", 19800 }, { "eastern daylight time", -14400 },
		{ "Central European Summer Time", 7200 }, { "W. Europe Standard Time", 3600 },
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct zone z;
		struct err e = ERR_INIT;
		cr_assert(zone_open(&z, &a, str_of(rows[i].name), &e), "%s: %s", rows[i].name, e.text);
		cr_expect_eq(zone_offset_at(&z, 0), rows[i].offset_s, "%s", rows[i].name);
		cr_expect_eq(zone_offset_of_wall(&z, at("2026-07-01 12:00:00")), rows[i].offset_s);
	}
	arena_release(&a);
}

Test(zone, refuses_what_is_none)
{
	static const char *const names[] = {
		"",
		" ",
		"../../etc/passwd",
		"/etc/passwd",
		"Europe/../../../etc/passwd",
		"Europe//Berlin",
		".hidden",
		"Europe/",
		"Europe/Nowhere",
		"+25",
		"+02:99",
		"+2:0",
		"++2",
		"a\nb",
		"Europe",
		"tzdata.zi",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(names); i++) {
		struct zone z;
		struct err e = ERR_INIT;
		cr_expect_not(zone_open(&z, &a, str_of(names[i]), &e), "%s", names[i]);
		cr_expect(e.set && e.text[0], "%s", names[i]);
		cr_expect_eq(z.n, 0u);
	}
	int32_t offset = 7;
	cr_expect_not(zone_abbreviation(STR("XYZ"), &offset));
	cr_expect_not(zone_abbreviation(STR(""), &offset));
	cr_expect_not(zone_abbreviation(STR("TOOLONGT"), &offset));
	cr_expect_eq(offset, 7);
	arena_release(&a);
}

Test(zone, iana_rules)
{
	static const struct {
		const char *zone, *utc;
		int32_t offset_s;
	} rows[] = {
		{ "Europe/Berlin", "2026-01-29T12:00:00Z", 3600 },
		{ "Europe/Berlin", "2026-07-29T12:00:00Z", 7200 },
		{ "Europe/Berlin", "2026-03-29T00:59:59Z", 3600 },
		{ "Europe/Berlin", "2026-03-29T01:00:00Z", 7200 },
		{ "Europe/Berlin", "2026-10-25T00:59:59Z", 7200 },
		{ "Europe/Berlin", "2026-10-25T01:00:00Z", 3600 },
		{ "Europe/Berlin", "2120-07-01T12:00:00Z", 7200 }, /* beyond any table: by the rule */
		{ "America/New_York", "2026-03-08T06:59:59Z", -18000 },
		{ "America/New_York", "2026-03-08T07:00:00Z", -14400 },
		{ "America/Sao_Paulo", "2026-01-15T12:00:00Z", -10800 },
		{ "Australia/Lord_Howe", "2026-01-15T12:00:00Z", 39600 },
		{ "Australia/Lord_Howe", "2026-07-15T12:00:00Z", 37800 },
		{ "Asia/Kathmandu", "2026-07-15T12:00:00Z", 20700 },
	};
	struct arena a;
	arena_init(&a);
	if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0)
		cr_skip_test("no tzdata here");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct zone z;
		struct err e = ERR_INIT;
		cr_assert(zone_open(&z, &a, str_of(rows[i].zone), &e), "%s", e.text);
		cr_expect_eq(zone_offset_at(&z, at(rows[i].utc)), rows[i].offset_s, "%s at %s", rows[i].zone,
		             rows[i].utc);
	}
	struct zone z;
	struct err e = ERR_INIT;
	char text[TIME_TEXT_BYTES];
	cr_assert(zone_open(&z, &a, STR("Europe/Berlin"), &e));
	/* A fold takes the earlier instant, a gap the later offset. */
	cr_expect_eq(zone_offset_of_wall(&z, at("2026-10-25 02:30:00")), 7200);
	cr_expect_eq(zone_offset_of_wall(&z, at("2026-10-25 03:00:00")), 3600);
	cr_expect_eq(zone_offset_of_wall(&z, at("2026-03-29 02:30:00")), 7200);
	cr_expect_eq(zone_offset_of_wall(&z, at("2026-03-29 01:59:59")), 3600);
	cr_expect_eq(zone_offset_of_wall(&z, at("2026-07-01 12:00:00")), 7200);
	cr_expect_str_eq(time_format_zone(at("2026-01-29T22:05:02.9Z"), &z, text),
	                 "2026-01-29 23:05:02 +01:00");
	cr_assert(zone_open(&z, &a, STR("America/New_York"), &e));
	cr_expect_str_eq(time_format_zone(at("2026-01-29T02:05:02Z"), &z, text),
	                 "2026-01-28 21:05:02 -05:00");
	arena_release(&a);
}

Test(zone, posix_rules)
{
	static const struct {
		const char *rule;
		bool good;
	} rows[] = {
		{ "CET-1CEST,M3.5.0,M10.5.0/3", true },
		{ "EST5EDT,M3.2.0,M11.1.0", true },
		{ "<-03>3", true },
		{ "<+0330>-3:30", true },
		{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", true },
		{ "XXX0YYY,J60,300/167", true },
		{ "", false },
		{ "CE-1", false },
		{ "CET", false },
		{ "CET-1CEST", false },
		{ "CET-1CEST,M13.1.0,M10.5.0", false },
		{ "CET-1CEST,M3.6.0,M10.5.0", false },
		{ "CET-1CEST,M3.5.0", false },
		{ "CET-1CEST,M3.5.0,M10.5.0x", false },
		{ "<CET-1", false },
		{ "CET-99", false },
	};
	struct zone_rule r;
	int64_t summer, standard;
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(zone_rule_parse(&r, str_of(rows[i].rule)), rows[i].good, "%s", rows[i].rule);
	cr_assert(zone_rule_parse(&r, STR("CET-1CEST,M3.5.0,M10.5.0/3")));
	zone_rule_changes(&r, 2026, &summer, &standard);
	cr_expect_eq(summer * NS_PER_S, at("2026-03-29T01:00:00Z"));
	cr_expect_eq(standard * NS_PER_S, at("2026-10-25T01:00:00Z"));
	cr_assert(zone_rule_parse(&r, STR("XXX0YYY,J60,59/0")));
	zone_rule_changes(&r, 2024, &summer, &standard);
	cr_expect_eq(summer * NS_PER_S, at("2024-03-01T02:00:00Z"), "J60 is 1 March in every year");
	cr_expect_eq((standard + 3600) * NS_PER_S, at("2024-02-29T00:00:00Z"), "59 is the 60th day");
	cr_assert(zone_rule_parse(&r, STR("AEST-10AEDT,M10.1.0,M4.1.0/3")));
	zone_rule_changes(&r, 2026, &summer, &standard);
	cr_expect_eq(summer * NS_PER_S, at("2026-10-03T16:00:00Z"));
	cr_expect_eq(standard * NS_PER_S, at("2026-04-04T16:00:00Z"));
}

/* Damaged tzdata: cut anywhere, or a byte replaced. Never a crash; what opens is in order. */
Test(zone, survives_damaged_tzdata)
{
	static char file[8192];
	FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
	if (!f)
		cr_skip_test("no tzdata here");
	size_t whole = fread(file, 1, sizeof file, f);
	fclose(f);
	char dir[] = "/tmp/inquest-zone.XXXXXX", path[64];
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/Zone", dir);
	setenv("TZDIR", dir, 1);
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < 600; i++) {
		char saved = file[i * 7 % whole];
		size_t len = i & 1 ? whole : i * whole / 600;
		if (i & 1)
			file[i * 7 % whole] = (char)(saved ^ (1 << (i % 8)));
		f = fopen(path, "wb");
		fwrite(file, 1, len, f);
		fclose(f);
		file[i * 7 % whole] = saved;
		struct zone z;
		struct err e = ERR_INIT;
		if (zone_open(&z, &a, STR("Zone"), &e))
			for (size_t k = 1; k < z.n; k++)
				cr_assert_lt(z.from_s[k - 1], z.from_s[k]);
		arena_reset(&a);
	}
	arena_release(&a);
	unlink(path);
	rmdir(dir);
}
