#include "report/night_words.h"

#include <math.h>

#include "core/redact.h"
#include "report/assets.h"
#include "report/glyph.h"
#include "report/html.h"
#include "report/sha256.h"

enum { SUMMARY_BYTES = 4096, TITLE_COLUMNS = 140 };

static struct str redact_member(void *self, struct str text)
{
	return redact_text(text, self);
}

struct night night_shown(const struct night *n, struct arena *a)
{
	return night_map(n, a, redact_member, a);
}

struct str night_verdict(struct arena *a, const struct night *n)
{
	struct str incidents = STR_NONE, silent = STR_NONE;

	if (n->n_incidents)
		incidents = arena_printf(a, "%zu incident%s", n->n_incidents, n->n_incidents == 1 ? "" : "s");
	if (n->silent)
		silent = arena_printf(a, "%llu source%s fell silent", (unsigned long long)n->silent, n->silent == 1 ? "" : "s");
	if (n->events == 0)
		return STR("no logs");
	if (!night_attention(n))
		return STR("nothing to look at");
	return arena_printf(a, "%.*s%s%.*s", STR_ARG(incidents), incidents.len && silent.len ? ", " : "", STR_ARG(silent));
}

struct str night_summary(const struct night *n, struct arena *a)
{
	struct night shown = night_shown(n, a);
	struct words w = { a, NULL };
	struct buf out;

	buf_init(&out, SUMMARY_BYTES);
	buf_addf(&out, "%.*s: ", STR_ARG(shown.date));
	buf_add(&out, night_verdict(a, &shown));
	if (shown.n_incidents) {
		buf_addz(&out, ": ");
		glyph_add_cut(&out, shown.incidents[0].title, TITLE_COLUMNS);
	} else if (shown.silent) {
		buf_addz(&out, ": ");
		for (size_t i = 0; i < shown.n_sources; i++)
			if (str_eq(shown.sources[i].state, STR("silent"))) {
				glyph_add_cut(&out, night_source_name(a, &shown.sources[i]), TITLE_COLUMNS);
				break;
			}
	} else if (shown.requests) {
		buf_addf(&out, ": %.*s events, %.*s requests, %.*s failed", STR_ARG(words_count(&w, shown.events)),
		         STR_ARG(words_count(&w, shown.requests)),
		         STR_ARG(words_share(&w, (double)shown.failed / (double)shown.requests)));
	} else if (shown.events) {
		buf_addf(&out, ": %.*s events", STR_ARG(words_count(&w, shown.events)));
	}
	struct str line = arena_str(a, buf_str(&out));
	buf_release(&out);
	return line;
}

const char *night_class(const struct night *n)
{
	return n->n_incidents ? "bad" : n->silent || !n->events ? "silent" : "calm";
}

const char *night_figure_words(struct str name)
{
	static const char *const rows[][2] = {
		{ "requests", "Requests" },        { "failed_share", "Failed requests" }, { "p95_ms", "Slowest twentieth from" },
		{ "error_lines", "Error lines" },  { "events", "Events" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(name, str_of(rows[i][0])))
			return rows[i][1];
	return "Figure";
}

struct str night_ms(const struct words *w, double ms)
{
	if (isnan(ms))
		return STR("–");
	return ms < 1000 ? arena_printf(w->arena, ms < 10 ? "%.1f ms" : "%.0f ms", ms) : arena_printf(w->arena, "%.1f s", ms / 1000);
}

struct str night_count(const struct words *w, double v)
{
	if (isnan(v))
		return STR("–");
	return v < 10 && v > floor(v) ? arena_printf(w->arena, "%.1f", v) : words_count(w, (uint64_t)(v + 0.5));
}

struct str night_figure_value(const struct words *w, struct str name, double v)
{
	if (isnan(v))
		return STR("–");
	if (str_eq(name, STR("failed_share")))
		return words_share(w, v);
	return str_eq(name, STR("p95_ms")) ? night_ms(w, v) : night_count(w, v);
}

struct str night_cause(const struct words *w, const struct night_incident *in)
{
	if (in->kind == CAUSE_UNKNOWN)
		return STR("the cause is not in these logs");
	return arena_printf(w->arena, "%.*s (%.0f %%)", STR_ARG(words_suspect(w, in->kind, in->service, in->entity)),
	                    100 * fmin(in->probability, 0.99));
}

struct str night_source_name(struct arena *a, const struct night_source *s)
{
	struct str service = s->service.len ? s->service : STR("(no service)");

	if (s->log.len)
		service = arena_printf(a, "%.*s (%.*s log)", STR_ARG(service), STR_ARG(s->log));
	return s->host.len ? arena_printf(a, "%.*s on %.*s", STR_ARG(service), STR_ARG(s->host)) : service;
}

void night_head(struct buf *out, struct str title)
{
	struct str css = asset_style(), own = asset_night_style();
	char css_digest[SHA256_BASE64_BYTES], own_digest[SHA256_BASE64_BYTES];

	buf_addf(out,
	         "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	         "style-src 'sha256-%s' 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n"
	         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	         "<meta name=\"referrer\" content=\"no-referrer\">\n",
	         sha256_base64(css, css_digest), sha256_base64(own, own_digest));
	html_element(out, "title", NULL, title);
	buf_addz(out, "\n<style>");
	buf_add(out, css);
	buf_addz(out, "</style>\n<style>");
	buf_add(out, own);
	buf_addz(out, "</style>\n</head>\n<body class=\"night\">\n<a class=\"skip\" href=\"#main\">To the verdict</a>\n");
}

void night_foot(struct buf *out, const char *version)
{
	buf_addz(out, "</main>\n<footer class=\"foot\">inquest ");
	html_text(out, str_of(version));
	buf_addz(out, ". \"Usual\" is the median of the earlier days that are known; what is marked differs from them by more than they differ "
		      "among each other.</footer>\n</body>\n</html>\n");
}

void night_number(struct buf *out, struct str text)
{
	html_element(out, "td", "num", text);
}
