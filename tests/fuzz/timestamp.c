/* Timestamps, durations and zone rules: whatever is read was there, and is in range. */
#include <math.h>
#include <stdlib.h>

#include "core/timestamp.h"
#include "core/zone_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = { (const char *)data, size }, s = all, iso = all;
	struct timestamp t, u;
	char text[TIME_TEXT_BYTES];
	if (timestamp_parse(&s, &t)) {
		expect(s.len < size && s.ptr + s.len == all.ptr + size);
		expect(t.digits <= 9 && abs(t.offset_s) <= 16 * 3600);
		/* What it says, written out, reads the same. */
		struct str again = str_of(time_format(t.ns, 9, text));
		expect(timestamp_parse_iso(&again, &u) && again.len == 0 && u.ns == t.ns);
	} else {
		expect(s.ptr == all.ptr && s.len == size);
	}
	if (timestamp_parse_iso(&iso, &u))
		expect(iso.len == s.len && u.ns == t.ns);
	/* A second one, read by the form of the first or not. */
	struct str first = all, second = str_from(all, size / 2), recalled = second;
	struct timestamp_last last = { 0 };
	if (timestamp_parse_iso(&first, &t))
		timestamp_remember(&last, all, size - first.len, &t);
	if (timestamp_recall(&last, &recalled, &u)) {
		expect(timestamp_parse_iso(&second, &t) && t.ns == u.ns && t.offset_s == u.offset_s);
		expect(second.len == recalled.len && t.digits == u.digits && t.has_zone == u.has_zone);
	}
	timestamp_parse_epoch(all, &t);
	double ms;
	if (duration_parse_ms(all, &ms))
		expect(!isnan(ms) && ms >= 0);
	struct zone_rule r;
	int64_t summer, standard;
	if (zone_rule_parse(&r, all) && r.has_summer)
		zone_rule_changes(&r, 2026, &summer, &standard);
	return 0;
}
