#include "cli/night_archives.h"

#include <sys/stat.h>

bool night_pattern_check(struct str pattern, char bad[static 2])
{
	for (size_t i = 0; i < pattern.len; i++) {
		if (pattern.ptr[i] != '%')
			continue;
		char c = i + 1 < pattern.len ? pattern.ptr[++i] : '\0';
		if (c == '\0' || !strchr("Ymdyj%", c)) {
			bad[0] = c >= 0x20 && c < 0x7f ? c : '\0';
			bad[1] = '\0';
			return false;
		}
	}
	return true;
}

static void add_placeholder(struct buf *out, char c, int64_t day)
{
	int64_t year;
	unsigned month, date;

	civil_from_days(day, &year, &month, &date);
	switch (c) {
	case 'Y':
		buf_addf(out, "%04lld", (long long)year);
		break;
	case 'y':
		buf_addf(out, "%02lld", (long long)(year % 100));
		break;
	case 'm':
		buf_addf(out, "%02u", month);
		break;
	case 'd':
		buf_addf(out, "%02u", date);
		break;
	case 'j':
		buf_addf(out, "%03lld", (long long)(day - days_from_civil(year, 1, 1) + 1));
		break;
	default:
		buf_addc(out, '%');
		break;
	}
}

static struct str expand(struct str pattern, int64_t day, struct arena *a)
{
	struct buf text;

	buf_init(&text, 1 << 16);
	for (size_t i = 0; i < pattern.len; i++) {
		if (pattern.ptr[i] == '%' && i + 1 < pattern.len)
			add_placeholder(&text, pattern.ptr[++i], day);
		else
			buf_addc(&text, pattern.ptr[i]);
	}
	struct str copy = arena_str(a, buf_str(&text));
	buf_release(&text);
	return copy;
}

/* The folder before the first character that is not literal, and the rest as a glob. */
static struct night_root root_of(struct str path, struct arena *a)
{
	size_t at = 0, slash = 0;

	while (at < path.len && !strchr("*?[", path.ptr[at])) {
		if (path.ptr[at] == '/')
			slash = at;
		at++;
	}
	if (at == path.len)
		return (struct night_root){ path, STR_NONE };
	if (slash == 0)
		return (struct night_root){ path.ptr[0] == '/' ? STR("/") : STR("."), str_from(path, path.ptr[0] == '/') };
	return (struct night_root){ arena_str(a, str_head(path, slash)), arena_str(a, str_from(path, slash + 1)) };
}

static void add_root(struct night_root root, struct arena *a, struct night_roots *out)
{
	struct stat st;

	for (size_t i = 0; i < out->n; i++)
		if (str_eq(out->at[i].path, root.path) && str_eq(out->at[i].glob, root.glob))
			return;
	/* A day without logs, or tomorrow's folder: not there is no mistake. */
	if (stat(root.path.ptr, &st) == 0)
		*vec_push(a, out) = root;
}

void night_roots_add(const struct night_config *c, int64_t day, struct arena *a, struct night_roots *out)
{
	for (int later = 0; later < 2; later++)
		for (size_t i = 0; i < c->archives.n; i++)
			add_root(root_of(expand(c->archives.at[i], day + later, a), a), a, out);
}
