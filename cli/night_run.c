#include "cli/night_run.h"

#include <stdio.h>
#include <sys/stat.h>

#include "analyze/analyze.h"
#include "analyze/nightly.h"
#include "cli/output.h"
#include "core/redact.h"
#include "report/night.h"
#include "store/nights.h"

enum { PAGE_MAX_BYTES = 64 << 20, SETTLE_DAYS = 2 /* before the day, whose files tell zones, too */ };

struct str night_date(int64_t day, struct arena *a)
{
	int64_t year;
	unsigned month, date;

	civil_from_days(day, &year, &month, &date);
	return arena_printf(a, "%04lld-%02u-%02u", (long long)year, month, date);
}

int64_t night_begin_ns(const struct night_config *c, int64_t day)
{
	int64_t wall = day * 86400 * NS_PER_S;

	return wall - (int64_t)zone_offset_of_wall(&c->zone, wall) * NS_PER_S;
}

static struct night_day day_of(const struct night_config *c, int64_t day)
{
	return (struct night_day){ (int32_t)day, night_begin_ns(c, day), night_begin_ns(c, day + 1) };
}

/* ---- reading ---- */

/* One root; nothing usable in it is not the end: the digest says what there is of the day. */
static bool read_root(struct night_run *r, int64_t day, const struct night_root *root, struct arena *a, struct ingest_outcome *out, struct err *err)
{
	struct invocation in = *r->in;
	struct str paths[1] = { root->path };
	struct err why = ERR_INIT;

	in.arena = a;
	in.only = root->glob.len ? &root->glob : NULL;
	in.n_only = root->glob.len > 0;
	in.settle_since_ns = night_begin_ns(r->config, day - SETTLE_DAYS);
	in.common.quiet = true; /* what is wrong with files goes into the digest */
	if (!pipeline_ingest(&in, r->config->store, paths, 1, out, &why)) {
		if (why.status != EXIT_NO_INPUT)
			return err_set_status(err, why.status, "%s", why.text);
		return true;
	}
	r->damaged = r->damaged || out->report.damaged || out->report.rejected > 0 || out->report.files_failed > 0;
	return true;
}

/* Patterns without a placeholder lead to the same files every day: these are read once a run. */
static bool read_day(struct night_run *r, int64_t day, struct arena *a, struct err *err)
{
	size_t done = r->seen.n;

	night_roots_add(r->config, day, r->in->arena, &r->seen);
	for (size_t i = done; i < r->seen.n; i++) {
		struct ingest_outcome outcome = { 0 };
		if (!read_root(r, day, &r->seen.at[i], a, &outcome, err))
			return false;
	}
	return true;
}

/* ---- the day's findings ---- */

/* Those of an incident that ended before the day belong to the night before; the rest is numbered anew. */
static void keep_of_day(struct casefile *c, const struct night_day *day, struct arena *a)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_incidents; i++) {
		if (c->incidents[i].recovered_ns != TIME_NONE && c->incidents[i].recovered_ns <= day->from_ns)
			continue;
		c->incidents[n] = c->incidents[i];
		c->incidents[n].id = arena_printf(a, "I%zu", n + 1);
		n++;
	}
	c->n_incidents = n;
}

static bool examine(struct night_run *r, struct store *s, const struct night_day *day, struct arena *a, struct casefile *c, struct night *out,
		    struct err *err)
{
	struct night_day *earlier = arena_new_n(a, struct night_day, r->config->baseline + 1);
	int64_t lead_ns = (int64_t)r->config->lead_hours * 3600 * NS_PER_S;
	size_t n = 0;

	for (unsigned back = r->config->baseline; back > 0; back--)
		earlier[n++] = day_of(r->config, day->day - (int64_t)back);
	const struct analyze_options options = {
		.since_ns = day->from_ns - lead_ns, .until_ns = day->to_ns, .families = r->families, .earlier = earlier, .n_earlier = n,
	};
	const struct nightly_request request = {
		.today = *day, .earlier = earlier, .n_earlier = n, .families = r->families,
		.date = night_date(day->day, a), .zone = r->config->zone.name,
	};
	struct arena work;

	store_limit(s, options.since_ns, options.until_ns);
	/* What only the analysis needs is gone before the comparison begins: the case file goes through its stored form. */
	arena_init(&work);
	struct casefile found = { 0 };
	struct buf json;
	buf_init(&json, PAGE_MAX_BYTES);
	bool good = analyze_run(s, &options, &work, &found, err);
	if (good) {
		keep_of_day(&found, day, &work);
		casefile_encode(&found, false, &json);
	}
	arena_release(&work);
	good = good && (!json.full || err_set(err, "the findings of a day are larger than %d MiB", PAGE_MAX_BYTES >> 20)) &&
	       casefile_decode(arena_str(a, buf_str(&json)), a, c, err) && nightly_compare(s, &request, c, a, out, err);
	buf_release(&json);
	return good;
}

/* ---- writing ---- */

static bool write_file(struct night_run *r, struct str name, const char *suffix, const struct buf *bytes, struct err *err)
{
	struct arena a;

	arena_init(&a);
	struct str path = path_join(&a, r->config->output, arena_printf(&a, "%.*s%s", STR_ARG(name), suffix));
	bool good = bytes->full ? err_set(err, "%.*s is larger than %d MiB", STR_ARG(path), PAGE_MAX_BYTES >> 20) :
		                  output_write_file(path, buf_str(bytes), err);
	arena_release(&a);
	return good;
}

static struct night_options options_of(struct night_run *r, const struct night *n)
{
	return (struct night_options){ .zone = &r->config->zone, .title = r->config->title, .incidents = n && n->n_incidents > 0,
				       .version = INQUEST_VERSION };
}

static bool write_page(struct night_run *r, const struct night *shown, struct str before, struct str after, struct err *err)
{
	struct night_options o = options_of(r, shown);
	struct buf bytes;

	o.before = before;
	o.after = after;
	buf_init(&bytes, PAGE_MAX_BYTES);
	night_page(shown, &o, &bytes);
	bool good = write_file(r, shown->date, ".html", &bytes, err);
	buf_release(&bytes);
	return good;
}

/* The Markdown, the document for programs and, where there are incidents, their report. The page comes with the overview. */
static bool write_day(struct night_run *r, const struct night *n, const struct casefile *c, struct arena *a, struct err *err)
{
	struct night shown = night_shown(n, a);
	struct night_options o = options_of(r, n);
	const struct render_options report = { .zone = &r->config->zone, .redact = true, .version = INQUEST_VERSION };
	struct casefile redacted = redact_casefile(c, a);
	struct str incidents = path_join(a, r->config->output, arena_printf(a, "%.*s-incidents.html", STR_ARG(n->date)));
	struct buf bytes;

	buf_init(&bytes, PAGE_MAX_BYTES);
	night_markdown(&shown, &o, &bytes);
	bool good = write_file(r, n->date, ".md", &bytes, err);
	buf_clear(&bytes);
	night_document(&shown, &redacted, STR(INQUEST_VERSION), &bytes);
	good = good && write_file(r, n->date, ".json", &bytes, err);
	buf_release(&bytes);
	if (good && c->n_incidents)
		return pipeline_write(c, pipeline_renderer("html"), &report, incidents, err);
	if (good)
		(void)remove(incidents.ptr); /* of an earlier run that knew less */
	return good;
}

/* A store that nothing was read into yet is made, so that a day without logs has its digest, too. */
static bool make_store(struct str path, struct err *err)
{
	struct stat st;
	struct store_writer *w;

	if (stat(path.ptr, &st) == 0)
		return true;
	return store_writer_open(path.ptr, &w, err) && store_writer_close(w, err);
}

bool night_run_day(struct night_run *r, int64_t day, struct arena *a, struct night *out, struct err *err)
{
	struct night_day today = day_of(r->config, day);
	struct casefile c;
	struct store *s;

	if (!make_store(r->config->store, err) || !read_day(r, day, a, err) ||
	    !store_roll_day(r->config->store.ptr, today.day, today.from_ns, today.to_ns, err) || !store_open(r->config->store.ptr, &s, err))
		return false;
	struct buf json;
	buf_init(&json, PAGE_MAX_BYTES);
	bool good = examine(r, s, &today, a, &c, out, err) && write_day(r, out, &c, a, err);
	if (good)
		night_encode(out, &json);
	store_close(s); /* the digest has names of the store: from here on it is what was kept of it */
	good = good && (!json.full || err_set(err, "a digest is larger than %d MiB", PAGE_MAX_BYTES >> 20)) &&
	       store_save_night(r->config->store.ptr, today.day, buf_str(&json), err) &&
	       night_decode(arena_str(a, buf_str(&json)), a, out, err);
	buf_release(&json);
	if (good)
		*vec_push(r->in->arena, &r->days) = day;
	return good;
}

static bool was_done(const struct night_run *r, int64_t day)
{
	for (size_t i = 0; i < r->days.n; i++)
		if (r->days.at[i] == day)
			return true;
	return false;
}

static bool is_touched(const struct night_run *r, const struct stored_night *nights, size_t n, size_t i)
{
	return was_done(r, nights[i].day) || (i > 0 && was_done(r, nights[i - 1].day)) || (i + 1 < n && was_done(r, nights[i + 1].day));
}

bool night_write_index(struct night_run *r, struct err *err)
{
	struct arena a;
	struct store *s;
	struct stored_night *stored;
	size_t n;

	arena_init(&a);
	if (!store_open(r->config->store.ptr, &s, err))
		return false;
	bool good = store_load_nights(s, &a, &stored, &n, err);
	store_close(s);
	struct night *nights = arena_new_n(&a, struct night, n + 1);
	for (size_t i = 0; good && i < n; i++) {
		struct night whole;
		good = night_decode(stored[i].json, &a, &whole, err);
		nights[i] = night_shown(&whole, &a);
	}
	for (size_t i = 0; good && i < n; i++)
		good = !is_touched(r, stored, n, i) || write_page(r, &nights[i], i ? nights[i - 1].date : STR_NONE, i + 1 < n ? nights[i + 1].date : STR_NONE, err);
	struct night_options o = options_of(r, NULL);
	struct buf bytes;
	buf_init(&bytes, PAGE_MAX_BYTES);
	if (good)
		night_index(nights, n, &o, &bytes);
	good = good && write_file(r, STR("index"), ".html", &bytes, err);
	buf_release(&bytes);
	arena_release(&a);
	return good;
}
