/* Zones by name: fixed offsets, abbreviations, and the system's compiled tzdata (TZif, RFC 8536). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/timestamp.h"
#include "core/zone_rule.h"

enum {
	ZONE_NAME_MAX = 64,
	TZIF_HEADER_BYTES = 44,
	TZIF_MAX_BYTES = 256 << 10,
	RULE_FIRST_YEAR = 1970,
	RULE_LAST_YEAR = 2200,
	RULE_CHANGES = 2 * (RULE_LAST_YEAR - RULE_FIRST_YEAR + 1),
};

static void fixed(struct zone *z, struct arena *a, struct str name, int32_t offset_s)
{
	*z = (struct zone){ .name = arena_str(a, name), .first_offset_s = offset_s };
}

/* "+02:00", "-0500", "+2", also behind "UTC" or "GMT". East is positive as in logs, unlike in POSIX's TZ. */
static bool parse_offset(struct str s, int32_t *out)
{
	if (str_starts_nocase(s, STR("UTC")) || str_starts_nocase(s, STR("GMT")))
		s = str_from(s, 3);
	if (s.len < 2 || s.len > 6 || (s.ptr[0] != '+' && s.ptr[0] != '-'))
		return false;
	bool west = s.ptr[0] == '-';
	struct str minutes, hours = str_cut(str_from(s, 1), ':', &minutes);
	bool colon = str_chr(s, ':') >= 0;
	if (!colon && hours.len > 2) {
		minutes = str_from(hours, hours.len - 2);
		hours = str_head(hours, hours.len - 2);
		colon = true;
	}
	uint64_t h, m = 0;
	if (hours.len > 2 || !str_to_u64(hours, &h) || h > 15)
		return false;
	if (colon && (minutes.len != 2 || !str_to_u64(minutes, &m) || m > 59))
		return false;
	int32_t offset = (int32_t)(h * 3600 + m * 60);
	*out = west ? -offset : offset;
	return true;
}

/* Components of letters, digits, '+', '-', '_', none of them empty or hidden: no way out of the directory. */
static bool name_is_safe(struct str name)
{
	bool start = true;
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.ptr[i];
		bool alnum = (unsigned char)((c | 0x20) - 'a') < 26 || (unsigned char)(c - '0') < 10;
		if (start ? !alnum : !alnum && c != '+' && c != '-' && c != '_' && c != '/')
			return false;
		start = c == '/';
	}
	return name.len && !start;
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

struct tzif_header {
	uint64_t leap, times, types, chars; /* counts, the names of RFC 8536 without "cnt" */
	uint64_t utc, standard;
	unsigned version;
};

static bool read_header(struct str *file, struct tzif_header *h)
{
	const unsigned char *p = (const unsigned char *)file->ptr;
	if (file->len < TZIF_HEADER_BYTES || memcmp(p, "TZif", 4) != 0)
		return false;
	*h = (struct tzif_header){ .version = p[4] ? p[4] - (unsigned)'0' : 1u,
		                   .utc = be32(p + 20),
		                   .standard = be32(p + 24),
		                   .leap = be32(p + 28),
		                   .times = be32(p + 32),
		                   .types = be32(p + 36),
		                   .chars = be32(p + 40) };
	*file = str_from(*file, TZIF_HEADER_BYTES);
	return h->types > 0;
}

static uint64_t body_bytes(const struct tzif_header *h, unsigned time_bytes)
{
	return h->times * time_bytes + h->times + h->types * 6 + h->chars + h->leap * (time_bytes + 4) +
	       h->standard + h->utc;
}

/*
 * The changes the rule makes up to the last year a timestamp can have go into the table, so that a
 * question is one binary search, whether tzdata was compiled with a long table or a short one.
 */
static void append_rule(struct zone *z, const struct zone_rule *r)
{
	if (!r->has_summer)
		return;
	for (int64_t year = RULE_FIRST_YEAR; year <= RULE_LAST_YEAR; year++) {
		int64_t at[2];
		zone_rule_changes(r, year, &at[0], &at[1]);
		bool summer_first = at[0] < at[1];
		for (int i = 0; i < 2; i++) {
			int which = summer_first ? i : 1 - i;
			if (z->n && at[which] <= z->from_s[z->n - 1])
				continue;
			z->from_s[z->n] = at[which];
			z->offset_s[z->n++] = which == 0 ? r->summer_s : r->standard_s;
		}
	}
}

static bool parse_tzif(struct zone *z, struct arena *a, struct str file)
{
	struct tzif_header h;
	unsigned time_bytes = 4;
	if (!read_header(&file, &h))
		return false;
	if (h.version >= 2) {
		/* The first body is for readers with 32-bit times; the real one follows, with a header. */
		if (body_bytes(&h, 4) > file.len)
			return false;
		file = str_from(file, (size_t)body_bytes(&h, 4));
		if (!read_header(&file, &h))
			return false;
		time_bytes = 8;
	}
	uint64_t bytes = body_bytes(&h, time_bytes);
	if (bytes > file.len)
		return false;
	size_t n = (size_t)h.times;
	const unsigned char *times = (const unsigned char *)file.ptr;
	const unsigned char *indices = times + n * time_bytes;
	const unsigned char *types = indices + n;
	z->from_s = arena_new_n(a, int64_t, n + RULE_CHANGES);
	z->offset_s = arena_new_n(a, int32_t, n + RULE_CHANGES);
	z->n = n;
	for (size_t i = 0; i < n; i++) {
		const unsigned char *at = times + i * time_bytes;
		z->from_s[i] = time_bytes == 8 ? be64(at) : (int32_t)be32(at);
		if (indices[i] >= h.types || (i && z->from_s[i] <= z->from_s[i - 1]))
			return false;
		z->offset_s[i] = (int32_t)be32(types + indices[i] * 6u);
		if (z->offset_s[i] < -93600 || z->offset_s[i] > 93600)
			return false;
	}
	z->first_offset_s = (int32_t)be32(types); /* type 0 is what holds before the first transition */
	if (z->first_offset_s < -93600 || z->first_offset_s > 93600)
		return false;
	struct str rest;
	file = str_from(file, (size_t)bytes);
	if (time_bytes == 8 && file.len && file.ptr[0] == '\n') {
		struct zone_rule rule;
		struct str tail = str_cut(str_from(file, 1), '\n', &rest);
		if (tail.len && zone_rule_parse(&rule, tail)) {
			z->posix_tail = arena_str(a, tail);
			append_rule(z, &rule);
		}
	}
	return true;
}

/* The whole file at dir/name; false with errno. */
static bool slurp(struct arena *a, const char *dir, struct str name, struct str *out)
{
	struct str path = arena_printf(a, "%s/%.*s", dir, STR_ARG(name));
	int fd = open(path.ptr, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	char *bytes = arena_alloc(a, TZIF_MAX_BYTES, 1);
	size_t n = 0;
	ssize_t got;
	while ((got = read(fd, bytes + n, TZIF_MAX_BYTES - n)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		n += (size_t)got;
		if (n == TZIF_MAX_BYTES) {
			errno = EFBIG;
			got = -1;
			break;
		}
	}
	int number = errno;
	close(fd);
	errno = number;
	*out = str_make(bytes, n);
	return got == 0;
}

bool zone_open(struct zone *z, struct arena *a, struct str name, struct err *err)
{
	int32_t offset;
	name = str_trim(name);
	*z = (struct zone){ 0 };
	if (parse_offset(name, &offset) || zone_abbreviation(name, &offset) || zone_long_name(name, &offset)) {
		fixed(z, a, name, offset);
		return true;
	}
	if (str_eq_nocase(name, STR("UTC")) || str_eq_nocase(name, STR("GMT"))) {
		fixed(z, a, name, 0);
		return true;
	}
	if (name.len > ZONE_NAME_MAX || !name_is_safe(name))
		return err_set_status(err, EXIT_USAGE,
		                      "unknown zone \"%.*s\": an offset such as +02:00 or a name such as "
		                      "Europe/Berlin is wanted",
		                      STR_ARG(str_head(name, 80)));
	const char *dir = getenv("TZDIR");
	struct arena scratch;
	struct str file;
	arena_init(&scratch);
	bool read_all = slurp(&scratch, dir && *dir ? dir : "/usr/share/zoneinfo", name, &file);
	bool ok = read_all && parse_tzif(z, a, file);
	if (!read_all && (errno == ENOENT || errno == ENOTDIR || errno == EISDIR))
		err_set_status(err, EXIT_USAGE, "unknown zone \"%.*s\": not in the system's tzdata",
		               STR_ARG(name));
	else if (!read_all)
		err_set_errno(err, "zone \"%.*s\"", STR_ARG(name));
	else if (!ok)
		err_set_status(err, EXIT_USAGE, "zone \"%.*s\": not a usable tzdata file", STR_ARG(name));
	arena_release(&scratch);
	if (ok)
		z->name = arena_str(a, name);
	else
		*z = (struct zone){ 0 };
	return ok;
}

static int64_t floor_s(int64_t ns)
{
	return ns / NS_PER_S - (ns % NS_PER_S < 0);
}

static int32_t offset_at(const struct zone *z, int64_t at_s)
{
	size_t low = 0, high = z->n; /* the first transition after at_s */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (z->from_s[middle] <= at_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? z->offset_s[low - 1] : z->first_offset_s;
}

int32_t zone_offset_at(const struct zone *z, int64_t utc_ns)
{
	return offset_at(z, floor_s(utc_ns));
}

int32_t zone_offset_of_wall(const struct zone *z, int64_t wall_ns)
{
	/* No zone changes twice in two days, so these are the offsets before and after any change near by. */
	enum { DAY_S = 86400 };
	int64_t wall_s = floor_s(wall_ns);
	int32_t before = offset_at(z, wall_s - DAY_S), after = offset_at(z, wall_s + DAY_S);
	return offset_at(z, wall_s - before) == before ? before : after;
}
