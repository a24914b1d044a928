/*
 * route: which handler of a service a request went to, guessed from its path. Only what the path itself
 * shows counts, never what other requests look like, so that the route does not depend on their order.
 * Everything a client can vary at will is folded, so that scanners cannot make endless routes.
 */
#include "core/buf.h"
#include "ingest/template.h"
#include "ingest/words.h"

enum {
	ROUTE_MAX_BYTES = 200,    /* of the result */
	PATH_MAX_BYTES = 2048,    /* of the path looked at */
	SEGMENTS_MAX = 6,         /* further ones become one "…" */
	SEGMENT_MAX_BYTES = 40,   /* longer ones are values */
	SEGMENT_MAX_WORDS = 5,    /* a-title-of-an-article-has-more */
};

static struct str extension(struct str segment)
{
	ptrdiff_t dot = str_rchr(segment, '.');

	return dot <= 0 ? STR_NONE : str_from(segment, (size_t)dot + 1);
}

/* Files that a server hands out as they are, and what scanners hope to find beside them. */
static bool is_file_extension(struct str ext)
{
	static const struct str list[] = {
		WORD("css"), WORD("js"), WORD("mjs"), WORD("map"), WORD("png"), WORD("jpg"), WORD("jpeg"),
		WORD("gif"), WORD("svg"), WORD("ico"), WORD("webp"), WORD("avif"), WORD("bmp"), WORD("woff"),
		WORD("woff2"), WORD("ttf"), WORD("otf"), WORD("eot"), WORD("mp4"), WORD("webm"), WORD("mp3"),
		WORD("ogg"), WORD("wav"), WORD("txt"), WORD("zip"), WORD("gz"), WORD("tgz"), WORD("tar"),
		WORD("rar"), WORD("7z"), WORD("bak"), WORD("old"), WORD("orig"), WORD("save"), WORD("swp"),
		WORD("sql"), WORD("log"), WORD("ini"), WORD("conf"), WORD("cfg"), WORD("yml"), WORD("yaml"),
		WORD("env"), WORD("pem"), WORD("key"), WORD("wasm"), WORD("webmanifest"),
	};

	return ext.len > 0 && ext.len <= 11 && word_in_nocase(ext, list, WORDS(list));
}

/* Directories of which only the name counts. */
static bool is_folded_directory(struct str segment)
{
	static const struct str list[] = {
		WORD("cgi-bin"), WORD("wp-admin"), WORD("wp-content"), WORD("wp-includes"),
		WORD("node_modules"),
		WORD("vendor"), WORD("phpmyadmin"),
	};

	return word_in_nocase(segment, list, WORDS(list)) ||
	       (segment.len > 1 && segment.ptr[0] == '.' && !str_eq(segment, STR(".well-known")));
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.ptr[i]) && memchr("-_.~:,+!", s.ptr[i], 8) == NULL)
			return false;
	return true;
}

/* A value as a whole: an id, a code, a date, an address, or nothing a programmer would call a route. */
static bool is_value(struct str s)
{
	size_t digits = 0, words = 1, letters = 0;

	if (s.len > SEGMENT_MAX_BYTES || !is_plain(s) || word_is_uuid(s) || word_is_hex(s) ||
	    word_is_random(s) || word_is_ip(s) || word_is_host(s, false))
		return true;
	for (size_t i = 0; i < s.len; i++) {
		digits += is_digit(s.ptr[i]);
		letters += is_alpha(s.ptr[i]);
		words += s.ptr[i] == '-' || s.ptr[i] == '_' || s.ptr[i] == '+';
	}
	return words > SEGMENT_MAX_WORDS || (digits > 0 && letters == 0) || digits > 4 || is_digit(s.ptr[0]);
}

/*
 * How many bytes at the start are lower-case letters, and how many digits: most segments are one or the
 * other.
 */
static size_t lower_run(struct str s)
{
	size_t n = 0;

	while (n < s.len && is_lower(s.ptr[n]))
		n++;
	return n;
}

static size_t digit_run(struct str s)
{
	size_t n = 0;

	while (n < s.len && is_digit(s.ptr[n]))
		n++;
	return n;
}

/* A segment that is not a value as a whole: "product-12" → "product-:id"; "v2" and "oauth2" stay. */
static void add_segment(struct buf *out, struct str s)
{
	size_t tail = s.len;

	if (s.len <= 16 && lower_run(s) == s.len) {
		buf_add(out, s);
		return;
	}
	if (digit_run(s) == s.len || is_value(s)) {
		buf_add(out, STR(":id"));
		return;
	}
	while (tail > 0 && is_digit(s.ptr[tail - 1]))
		tail--;
	if (tail < s.len && tail > 0 && (!is_alpha(s.ptr[tail - 1]) || s.len - tail > 2)) {
		buf_add(out, str_head(s, tail));
		buf_add(out, STR(":id"));
	} else {
		buf_add(out, s);
	}
}

/* The path of a request target: without scheme and host, query, fragment and path parameters. */
static struct str target_path(struct str t)
{
	ptrdiff_t scheme = t.ptr[0] == '/' ? -1 : str_find(str_head(t, 12), STR("://"));
	size_t end = 0;

	if (scheme > 0) {
		ptrdiff_t slash = str_chr(str_from(t, (size_t)scheme + 3), '/');

		t = slash < 0 ? STR("/") : str_from(t, (size_t)(scheme + 3 + slash));
	}
	while (end < t.len && t.ptr[end] != '?' && t.ptr[end] != '#' && t.ptr[end] != ';')
		end++;
	return str_head(t, end);
}

static void add_path(struct buf *out, struct str path)
{
	struct str segments[SEGMENTS_MAX], rest = path, ext, last = STR_NONE;
	size_t n = 0;
	bool more = path.len > PATH_MAX_BYTES;

	rest = str_head(path, PATH_MAX_BYTES);
	while (rest.len > 0) {
		struct str s = str_cut(rest, '/', &rest);

		if (s.len == 0 || str_eq(s, STR(".")))
			continue;
		last = s;
		if (n < SEGMENTS_MAX)
			segments[n++] = s;
		else
			more = true;
	}
	ext = more && path.len > PATH_MAX_BYTES ? STR_NONE : extension(last);
	if (is_file_extension(ext)) {
		buf_add(out, STR("/…/*."));
		for (size_t i = 0; i < ext.len; i++)
			buf_addc(out, to_lower(ext.ptr[i]));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct str s = segments[i];

		buf_addc(out, '/');
		if (is_folded_directory(s)) {
			buf_add(out, s.ptr[0] == '.' ? STR(".…") : s);
			buf_add(out, i + 1 < n || more ? STR("/…") : STR(""));
			return;
		}
		ext = i + 1 == n && !more ? extension(s) : STR_NONE;
		if (ext.len > 0 && ext.len <= 5 && is_alpha(ext.ptr[0]) && is_plain(ext)) {
			/* "1173.json" → ":id.json" */
			add_segment(out, str_head(s, s.len - ext.len - 1));
			buf_addc(out, '.');
			buf_add(out, ext);
		} else {
			add_segment(out, s);
		}
	}
	if (n == 0)
		buf_addc(out, '/');
	if (more)
		buf_add(out, STR("/…"));
}

static bool is_method(struct str m)
{
	for (size_t i = 0; i < m.len; i++)
		if (!is_alpha(m.ptr[i]) && m.ptr[i] != '-' && m.ptr[i] != '_')
			return false;
	return m.len > 0 && m.len <= 16;
}

void route_normalise(struct str method, struct str path, struct buf *out)
{
	size_t from = out->len, end = from + ROUTE_MAX_BYTES;

	if (path.len == 0)
		return;
	if (is_method(method)) {
		buf_add(out, method);
		buf_addc(out, ' ');
	}
	if (str_eq_nocase(method, STR("CONNECT")) || str_eq(path, STR("*")))
		buf_addc(out, '*'); /* no path of this server */
	else if (path.ptr[0] == '/' || str_find(str_head(path, 12), STR("://")) > 0)
		add_path(out, target_path(path));
	else
		buf_add(out, STR("(not a path)"));
	if (out->len <= end)
		return;
	while (end > from && ((unsigned char)out->ptr[end] & 0xc0) == 0x80)
		end--;
	out->len = end;
}
