/* night_index: the overview of all nights: a calendar, trends, what turned up lately, and a row for every night. */
#include <math.h>
#include <stdlib.h>

#include "core/hash.h"
#include "report/html.h"
#include "report/night_words.h"

enum {
	TREND_NIGHTS = 90,   /* in a drawing */
	LATELY = 14,         /* nights that lists of what turned up look at */
	ROWS_MAX = 40,       /* of these lists */
	SOURCE_ROWS_MAX = 60,
	FAMILY_ROWS_MAX = 15,
	WEEK = 7,
};

struct overview { const struct night *at; size_t n; const struct words *w; struct buf *out; };

static bool parse_date(struct str date, int64_t *days, unsigned *day)
{
	uint64_t y, m, d;

	if (date.len != 10 || !str_to_u64(str_head(date, 4), &y) || !str_to_u64(str_head(str_from(date, 5), 2), &m) ||
	    !str_to_u64(str_from(date, 8), &d))
		return false;
	*days = days_from_civil((int64_t)y, (unsigned)m, (unsigned)d);
	*day = (unsigned)d;
	return true;
}

static void link_to(struct buf *out, struct str date)
{
	buf_addz(out, "<a href=\"");
	html_text(out, date);
	buf_addz(out, ".html\">");
	html_text(out, date);
	buf_addz(out, "</a>");
}

/* ---- calendar ---- */

static void calendar_day(struct overview *v, const struct night *n, unsigned day)
{
	if (!n) {
		buf_addf(v->out, "<td><span>%u</span></td>", day);
		return;
	}
	buf_addf(v->out, "<td><a class=\"%s\" href=\"", night_class(n));
	html_text(v->out, n->date);
	buf_addz(v->out, ".html\" title=\"");
	html_text(v->out, arena_printf(v->w->arena, "%.*s: %.*s", STR_ARG(n->date), STR_ARG(night_verdict(v->w->arena, n))));
	buf_addf(v->out, "\">%u", day);
	if (n->n_incidents)
		buf_addf(v->out, "<sup>%zu</sup>", n->n_incidents);
	else if (night_attention(n))
		buf_addz(v->out, "<sup>!</sup>");
	buf_addz(v->out, "</a></td>");
}

/* The month that begins with day number `first`; *at moves past its nights. */
static void month(struct overview *v, int64_t first, size_t *at)
{
	static const char *const names[] = { "January", "February", "March",     "April",   "May",      "June",
		                             "July",    "August",   "September", "October", "November", "December" };
	int64_t year, next_year, night = 0;
	unsigned m, day, next_m, d;

	civil_from_days(first, &year, &m, &day);
	next_year = m == 12 ? year + 1 : year;
	next_m = m == 12 ? 1 : m + 1;
	int64_t end = days_from_civil(next_year, next_m, 1);
	/* 1970-01-01 was a Thursday; weeks begin on Monday. */
	unsigned column = (unsigned)((first + 3) % WEEK);
	buf_addf(v->out, "<table class=\"month\"><caption>%s %lld</caption><thead><tr><th scope=\"col\">Mo</th><th scope=\"col\">Tu</th>"
			 "<th scope=\"col\">We</th><th scope=\"col\">Th</th><th scope=\"col\">Fr</th><th scope=\"col\">Sa</th><th scope=\"col\">Su</th>"
			 "</tr></thead><tbody>\n<tr>", names[m - 1], (long long)year);
	for (unsigned i = 0; i < column; i++)
		buf_addz(v->out, "<td></td>");
	for (int64_t at_day = first; at_day < end; at_day++, column++) {
		if (column && column % WEEK == 0)
			buf_addz(v->out, "</tr>\n<tr>");
		while (*at < v->n && parse_date(v->at[*at].date, &night, &d) && night < at_day)
			++*at;
		bool here = *at < v->n && parse_date(v->at[*at].date, &night, &d) && night == at_day;
		calendar_day(v, here ? &v->at[*at] : NULL, (unsigned)(at_day - first) + 1);
	}
	buf_addz(v->out, "</tr>\n</tbody></table>\n");
}

static void calendar(struct overview *v)
{
	int64_t first, last, year;
	unsigned m, day;
	size_t at = 0, incidents = 0, nights = 0;

	if (!parse_date(v->at[0].date, &first, &day) || !parse_date(v->at[v->n - 1].date, &last, &day))
		return;
	for (size_t i = 0; i < v->n; i++) {
		incidents += v->at[i].n_incidents;
		nights += night_attention(&v->at[i]);
	}
	buf_addf(v->out, "<p class=\"lead\">%zu night%s, %zu with something to look at, %zu incident%s.</p>\n<div class=\"columns\">\n", v->n,
	         v->n == 1 ? "" : "s", nights, incidents, incidents == 1 ? "" : "s");
	civil_from_days(first, &year, &m, &day);
	for (int64_t month_first = first - (int64_t)day + 1; month_first <= last;) {
		month(v, month_first, &at);
		civil_from_days(month_first, &year, &m, &day);
		month_first = days_from_civil(m == 12 ? year + 1 : year, m == 12 ? 1 : m + 1, 1);
	}
	buf_addz(v->out, "</div>\n<p class=\"legend\"><span><b class=\"symptom\">■</b> incidents, how many</span><span><b class=\"vain\">□ !</b> a source "
			 "fell silent, or no logs</span><span>□ nothing to look at</span></p>\n");
}

/* ---- trends ---- */

static double figure_of(const struct night *n, const char *name, bool usual)
{
	for (size_t i = 0; i < n->n_figures; i++)
		if (str_eq(n->figures[i].name, str_of(name)))
			return usual ? n->figures[i].usual : n->figures[i].value;
	return NAN;
}

static void draw_line(struct overview *v, const char *name, bool usual, double most, const struct night *from, size_t n)
{
	bool down = false;

	buf_addf(v->out, "<path%s d=\"", usual ? " class=\"usual\"" : "");
	for (size_t i = 0; i < n; i++) {
		double y = figure_of(&from[i], name, usual);
		if (isnan(y)) {
			down = false;
			continue;
		}
		double x = n > 1 ? 100.0 * ((double)i + 0.5) / (double)n : 50;
		buf_addf(v->out, "%c%.2f %.2f", down ? 'L' : 'M', x, 100 - 96 * y / most);
		/* A value alone would be no line. */
		if (!down)
			buf_addf(v->out, "h.01");
		down = true;
	}
	buf_addz(v->out, "\"/>");
}

static void trend(struct overview *v, const char *name, const char *words)
{
	size_t n = v->n < TREND_NIGHTS ? v->n : TREND_NIGHTS;
	const struct night *from = v->at + v->n - n;
	double most = 0;

	for (size_t i = 0; i < n; i++) {
		double y = figure_of(&from[i], name, false), usual = figure_of(&from[i], name, true);
		most = isnan(y) ? most : fmax(most, y);
		most = isnan(usual) ? most : fmax(most, usual);
	}
	if (most <= 0)
		return;
	buf_addf(v->out, "<figure class=\"trend\"><figcaption><b>%s</b><span class=\"soft\">last night ", words);
	html_text(v->out, night_figure_value(v->w, str_of(name), figure_of(&v->at[v->n - 1], name, false)));
	buf_addz(v->out, ", usual ");
	html_text(v->out, night_figure_value(v->w, str_of(name), figure_of(&v->at[v->n - 1], name, true)));
	buf_addz(v->out, "</span><small>up to ");
	html_text(v->out, night_figure_value(v->w, str_of(name), most));
	buf_addz(v->out, "</small></figcaption>\n<svg viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
	for (size_t i = 0; i < n; i++)
		if (from[i].n_incidents)
			buf_addf(v->out, "<rect x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"100\"/>", 100.0 * (double)i / (double)n, 100.0 / (double)n);
	draw_line(v, name, true, most, from, n);
	draw_line(v, name, false, most, from, n);
	buf_addz(v->out, "</svg><div class=\"ends\"><span>");
	html_text(v->out, from[0].date);
	buf_addz(v->out, "</span><span>");
	html_text(v->out, from[n - 1].date);
	buf_addz(v->out, "</span></div></figure>\n");
}

/* ---- what turned up lately, newest first ---- */

static size_t lately(const struct overview *v)
{
	return v->n > LATELY ? v->n - LATELY : 0;
}

static void all_incidents(struct overview *v)
{
	size_t shown = 0;

	for (size_t i = v->n; i-- > 0;)
		for (size_t k = 0; k < v->at[i].n_incidents && shown < ROWS_MAX; k++) {
			const struct night_incident *in = &v->at[i].incidents[k];
			if (shown++ == 0)
				buf_addz(v->out, "<h2 id=\"incidents\">Incidents</h2>\n<div class=\"scroll\"><table class=\"wide\"><thead><tr><th>Night</th>"
						 "<th>Incident</th><th>Blamed</th><th class=\"num\">Degraded</th><th class=\"num\">Failed</th></tr></thead><tbody>\n");
			buf_addz(v->out, "<tr><td class=\"fit\">");
			link_to(v->out, v->at[i].date);
			buf_addz(v->out, "</td>");
			html_element(v->out, "td", "text", in->title);
			html_element(v->out, "td", NULL, night_cause(v->w, in));
			night_number(v->out, words_seconds(v->w, in->degraded_s));
			night_number(v->out, words_count(v->w, in->failed));
			buf_addz(v->out, "</tr>\n");
		}
	if (shown)
		buf_addz(v->out, "</tbody></table></div>\n");
}

static void new_lines(struct overview *v)
{
	size_t shown = 0;

	for (size_t i = v->n; i-- > lately(v);)
		for (size_t k = 0; k < v->at[i].n_lines && shown < ROWS_MAX; k++) {
			const struct night_line *l = &v->at[i].lines[k];
			if (shown++ == 0)
				buf_addz(v->out, "<h2 id=\"lines\">New lines of the last nights</h2>\n<div class=\"scroll\"><table class=\"wide\"><thead><tr><th>Night</th>"
						 "<th>Service</th><th>Severity</th><th>Line</th><th class=\"num\">Times</th></tr></thead><tbody>\n");
			buf_addz(v->out, "<tr><td class=\"fit\">");
			link_to(v->out, v->at[i].date);
			buf_addz(v->out, "</td>");
			html_element(v->out, "td", NULL, l->service);
			html_element(v->out, "td", NULL, l->severity);
			buf_addz(v->out, "<td class=\"text\">");
			html_element(v->out, "code", NULL, l->text);
			buf_addz(v->out, "</td>");
			night_number(v->out, words_count(v->w, l->count));
			buf_addz(v->out, "</tr>\n");
		}
	if (shown)
		buf_addz(v->out, "</tbody></table></div>\n");
}

static void queries(struct overview *v)
{
	size_t shown = 0;

	for (size_t i = v->n; i-- > lately(v);)
		for (size_t k = 0; k < v->at[i].n_queries && shown < ROWS_MAX; k++) {
			const struct night_query *q = &v->at[i].queries[k];
			if (shown++ == 0)
				buf_addz(v->out, "<h2 id=\"queries\">New and slower statements of the last nights</h2>\n<div class=\"scroll\"><table class=\"wide\"><thead>"
						 "<tr><th>Night</th><th></th><th>Statement</th><th class=\"num\">Calls</th><th class=\"num\">Median</th>"
						 "<th class=\"num\">usual</th><th class=\"num\">In all</th></tr></thead><tbody>\n");
			buf_addz(v->out, "<tr><td class=\"fit\">");
			link_to(v->out, v->at[i].date);
			buf_addz(v->out, "</td>");
			html_element(v->out, "td", "state", q->change);
			buf_addz(v->out, "<td class=\"text\">");
			html_element(v->out, "code", NULL, q->text);
			buf_addz(v->out, "</td>");
			night_number(v->out, words_count(v->w, q->calls));
			night_number(v->out, night_ms(v->w, q->ms));
			night_number(v->out, night_ms(v->w, q->usual_ms));
			night_number(v->out, words_seconds(v->w, q->total_s));
			buf_addz(v->out, "</tr>\n");
		}
	if (shown)
		buf_addz(v->out, "</tbody></table></div>\n");
}

/* ---- error families and sources over the last nights ---- */

struct row { struct str name, text, state; double total, last; int64_t last_ns; };

static int by_total(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->total > y->total || x->total < y->total)
		return x->total > y->total ? -1 : 1;
	int d = str_cmp(x->name, y->name);
	return d ? d : str_cmp(x->text, y->text);
}

struct rows { struct row *at; size_t n, cap; };

static struct row *row_of(struct overview *v, struct map *index, struct rows *rows, uint64_t key)
{
	bool is_new;
	uint64_t *at = map_put(index, key, &is_new);

	if (is_new) {
		*at = rows->n;
		*vec_push(v->w->arena, rows) = (struct row){ .last_ns = TIME_NONE };
	}
	return &rows->at[*at];
}

static uint64_t text_key(struct str s)
{
	return s.len ? hash64(s) : 1;
}

static void families(struct overview *v)
{
	struct rows rows = { 0 };
	struct map index;

	map_init(&index);
	for (size_t i = lately(v); i < v->n; i++)
		for (size_t k = 0; k < v->at[i].n_families; k++) {
			const struct night_family *f = &v->at[i].families[k];
			uint64_t key = hash64_mix(text_key(f->service), text_key(f->name.len ? f->name : f->text));
			struct row *r = row_of(v, &index, &rows, key);
			r->name = f->service;
			r->text = f->name.len ? arena_printf(v->w->arena, "%.*s: %.*s", STR_ARG(f->name), STR_ARG(f->text)) : f->text;
			r->total += (double)f->count;
			r->last = i + 1 == v->n ? (double)f->count : r->last;
		}
	map_release(&index);
	if (!rows.n)
		return;
	qsort(rows.at, rows.n, sizeof *rows.at, by_total);
	buf_addf(v->out, "<h2 id=\"errors\">What errors and warnings are about</h2>\n<div class=\"scroll\"><table class=\"wide\"><caption>Lines of the last %zu "
			 "nights</caption><thead><tr><th>Service</th><th>What</th><th class=\"num\">Lines</th><th class=\"num\">last night</th></tr>"
			 "</thead><tbody>\n", v->n - lately(v));
	for (size_t i = 0; i < rows.n && i < FAMILY_ROWS_MAX; i++) {
		buf_addz(v->out, "<tr>");
		html_element(v->out, "td", NULL, rows.at[i].name);
		html_element(v->out, "td", "text", rows.at[i].text);
		night_number(v->out, night_count(v->w, rows.at[i].total));
		night_number(v->out, night_count(v->w, rows.at[i].last));
		buf_addz(v->out, "</tr>\n");
	}
	buf_addz(v->out, "</tbody></table></div>\n");
}

static void sources(struct overview *v)
{
	struct rows rows = { 0 };
	struct map index;
	double most = 0;

	map_init(&index);
	for (size_t i = lately(v); i < v->n; i++)
		for (size_t k = 0; k < v->at[i].n_sources; k++) {
			const struct night_source *s = &v->at[i].sources[k];
			struct row *r = row_of(v, &index, &rows, hash64_mix(hash64_mix(text_key(s->service), text_key(s->host)), text_key(s->log)));
			r->name = night_source_name(v->w->arena, s);
			r->total += (double)s->events;
			r->last = i + 1 == v->n ? r->last + (double)s->events : 0;
			if (str_eq(s->state, STR("silent"))) {
				r->state = v->at[i].date;
				r->last_ns = s->last_ns;
			}
			most = fmax(most, r->total);
		}
	map_release(&index);
	if (!rows.n)
		return;
	qsort(rows.at, rows.n, sizeof *rows.at, by_total);
	buf_addf(v->out, "<h2 id=\"sources\">Volume by source</h2>\n<div class=\"scroll\"><table class=\"sources\"><caption>Events of the last %zu nights</caption>"
			 "<thead><tr><th>Source</th><th></th><th class=\"num\">Events</th><th class=\"num\">last night</th><th>Fell silent</th></tr></thead><tbody>\n",
	         v->n - lately(v));
	for (size_t i = 0; i < rows.n && i < SOURCE_ROWS_MAX; i++) {
		const struct row *r = &rows.at[i];
		buf_addz(v->out, "<tr>");
		html_element(v->out, "td", NULL, r->name);
		buf_addz(v->out, "<td>");
		html_bar(v->out, most > 0 ? r->total / most : 0, "calm");
		buf_addz(v->out, "</td>");
		night_number(v->out, night_count(v->w, r->total));
		night_number(v->out, night_count(v->w, r->last));
		buf_addz(v->out, "<td class=\"state silent\">");
		if (r->state.len) {
			link_to(v->out, r->state);
			html_text(v->out, arena_printf(v->w->arena, " %.*s", STR_ARG(words_clock(v->w, r->last_ns))));
		}
		buf_addz(v->out, "</td></tr>\n");
	}
	buf_addz(v->out, "</tbody></table></div>\n");
}

/* ---- every night ---- */

static void every_night(struct overview *v)
{
	buf_addz(v->out, "<h2 id=\"nights\">Every night</h2>\n<div class=\"scroll\"><table class=\"wide\"><thead><tr><th>Night</th><th></th><th class=\"num\">Requests</th>"
			 "<th class=\"num\">Failed</th><th class=\"num\">95 % within</th><th class=\"num\">Error lines</th><th class=\"num\">Events</th>"
			 "<th class=\"num\">New lines</th><th class=\"num\">Statements</th></tr></thead><tbody>\n");
	for (size_t i = v->n; i-- > 0;) {
		const struct night *n = &v->at[i];
		buf_addz(v->out, "<tr><td class=\"fit\">");
		link_to(v->out, n->date);
		buf_addz(v->out, "</td>");
		html_element(v->out, "td", arena_printf(v->w->arena, "state %s", night_class(n)).ptr, night_verdict(v->w->arena, n));
		night_number(v->out, words_count(v->w, n->requests));
		night_number(v->out, n->requests ? words_share(v->w, (double)n->failed / (double)n->requests) : STR("–"));
		night_number(v->out, night_ms(v->w, n->p95_ms));
		night_number(v->out, words_count(v->w, n->error_lines));
		night_number(v->out, words_count(v->w, n->events));
		night_number(v->out, words_count(v->w, n->n_lines + n->more_lines));
		night_number(v->out, words_count(v->w, n->n_queries));
		buf_addz(v->out, "</tr>\n");
	}
	buf_addz(v->out, "</tbody></table></div>\n");
}

void night_index(const struct night *nights, size_t n, const struct night_options *o, struct buf *out)
{
	struct arena arena;

	arena_init(&arena);
	struct words w = { &arena, o->zone };
	struct overview v = { nights, n, &w, out };
	night_head(out, o->title);
	buf_addz(out, "<header class=\"top\"><b>inquest</b><nav aria-label=\"Sections\"><a href=\"#trends\">Trends</a><a href=\"#errors\">Errors</a>"
		      "<a href=\"#sources\">Sources</a><a href=\"#nights\">Every night</a></nav></header>\n<main id=\"main\">\n");
	html_element(out, "h1", NULL, o->title);
	if (n == 0) {
		buf_addz(out, "<p class=\"lead\">No night yet.</p>\n");
	} else {
		calendar(&v);
		all_incidents(&v);
		buf_addz(out, "<h2 id=\"trends\">Trends</h2>\n");
		trend(&v, "failed_share", "Failed requests");
		trend(&v, "p95_ms", "95 % of requests within");
		trend(&v, "requests", "Requests");
		trend(&v, "error_lines", "Error lines");
		new_lines(&v);
		queries(&v);
		families(&v);
		sources(&v);
		every_night(&v);
	}
	night_foot(out, o->version);
	arena_release(&arena);
}
