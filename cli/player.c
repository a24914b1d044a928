#include "cli/player.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/keys.h"
#include "cli/texts.h"
#include "core/json.h"
#include "core/redact.h"
#include "report/glyph.h"

enum { LINE_MAX_BYTES = 64 << 10, SERVICE_COLUMNS = 12, FOLD_S = 10, PAUSE_MAX_MS = 5000, STATEMENT_COLUMNS = 160 };

struct fold { struct replay_event event; uint64_t count; int64_t last_ns; };

struct player {
	struct player_options o;
	struct arena *arena;         /* the caller's: of this struct and the landmarks */
	struct words w;              /* its arena is of one line */
	struct arena line, fold;     /* of one line; of the lines that are held back */
	struct buf out;
	VEC(struct landmark) marks;
	size_t next_mark;
	VEC(struct fold) folds;
	struct map fold_at;          /* key of an event → index + 1 */
	struct str day;              /* date of the last line */
	char day_text[TIME_TEXT_BYTES];
	int64_t last_ns;             /* time of the last line; TIME_NONE before the first */
	uint64_t events, kept;
	struct keys *keys;
	double speed;
	bool paused, ended;
};

/* ---- pace ---- */

static void nap(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

/* True when the next line may come. */
static bool obey(struct player *p, int key)
{
	switch (key) {
	case ' ':
		p->paused = !p->paused;
		return false;
	case 'n':
	case '\n':
	case '\r':
		return p->paused;
	case '+':
		p->speed *= 2;
		return false;
	case '-':
		p->speed /= 2;
		return false;
	case 'q':
	case 4: /* end of input */
	case KEY_END:
		p->ended = true;
		return true;
	default:
		return false;
	}
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits for as long as it was between the last line and this one, by the speed. Long silences are shortened. */
static void wait_for(struct player *p, int64_t time_ns)
{
	int64_t gap_ns = p->last_ns == TIME_NONE || time_ns < p->last_ns ? 0 : time_ns - p->last_ns, begun = now_ms();

	p->last_ns = time_ns;
	if (p->o.speed <= 0)
		return;
	if (gap_ns > 0)
		fflush(stdout);
	for (bool go = false; !go && !p->ended;) {
		double wait_ms = fmin(PAUSE_MAX_MS, (double)gap_ns / 1e6 / p->speed) - (double)(now_ms() - begun);

		if (!p->keys) {
			if (wait_ms >= 1)
				nap((int)wait_ms);
			return;
		}
		int key = keys_wait(p->keys, p->paused ? -1 : wait_ms > 0 ? (int)wait_ms : 0);
		go = key == KEY_NONE ? !p->paused : obey(p, key);
	}
}

/* ---- one line ---- */

static void color(struct player *p, const char *code)
{
	if (p->o.color)
		buf_addf(&p->out, "\x1b[%sm", code);
}

static struct str shown(struct player *p, struct str text)
{
	return p->o.redact ? redact_text(text, &p->line) : text;
}

/* The first line of a record, safe for a terminal. */
static void add_text(struct player *p, struct str text)
{
	struct str rest, first = str_cut(text, '\n', &rest);
	size_t lines = 0;

	if (str_ends(first, STR("\r")))
		first.len--;
	glyph_add(&p->out, shown(p, first));
	while (rest.len > 0) {
		str_cut(rest, '\n', &rest);
		lines++;
	}
	if (lines)
		buf_addf(&p->out, " (+%zu lines)", lines);
}

/* What stands for a line that the store does not keep. */
static struct str outline(struct player *p, const struct replay_event *e)
{
	struct arena *a = &p->line;
	struct str what = e->route.len ? e->route : e->template.len ? e->template : STR_NONE;

	if (e->statement.len && !e->route.len)
		what = arena_printf(a, "%.*s%s%.*s", STR_ARG(what), what.len ? ": " : "", STR_ARG(str_head(e->statement, STATEMENT_COLUMNS)));
	if (what.len == 0)
		what = str_of(event_kind_name(e->kind));
	if (e->status >= 0)
		what = arena_printf(a, "%.*s %d", STR_ARG(what), e->status);
	return isnan(e->duration_ms) ? what : arena_printf(a, "%.*s %.*s ms", STR_ARG(what), STR_ARG(words_number(&p->w, e->duration_ms)));
}

static bool flush_line(struct player *p, struct err *err)
{
	bool good = fwrite(p->out.ptr, 1, p->out.len, stdout) == p->out.len;

	buf_clear(&p->out);
	arena_reset(&p->line);
	return good || err_set_errno(err, "cannot write to standard output");
}

/* A line with the date, when it is another one than before. */
static void add_date(struct player *p, int64_t ns)
{
	struct str date = words_date(&p->w, ns);

	if (!str_eq(date, p->day)) {
		memcpy(p->day_text, date.ptr, date.len < sizeof p->day_text ? date.len : 0);
		p->day = str_make(p->day_text, date.len);
		buf_addf(&p->out, "-- %.*s %.*s\n", STR_ARG(date), STR_ARG(words_zone(&p->w, ns)));
	}
}

/* "22:05:02.123" */
static void add_clock(struct player *p, int64_t ns)
{
	buf_addf(&p->out, "%.*s.%03d", STR_ARG(words_clock(&p->w, ns)), (int)(((ns % NS_PER_S) + NS_PER_S) % NS_PER_S / NS_PER_MS));
}

static void add_service(struct player *p, struct str service)
{
	static const char *const colors[] = { "36", "34", "35", "32", "96", "94" };

	color(p, colors[hash64(service) % (sizeof colors / sizeof *colors)]);
	unsigned used = glyph_add_cut(&p->out, service, SERVICE_COLUMNS);
	color(p, "0");
	buf_addf(&p->out, "%*s", (int)(SERVICE_COLUMNS - used) + 1, "");
}

static const char *severity_color(const struct replay_event *e)
{
	return e->severity >= SEV_ERROR ? "31" : e->severity == SEV_WARN ? "33" : e->severity == SEV_DEBUG || e->severity == SEV_TRACE ? "2" : "0";
}

static void add_event(struct player *p, const struct fold *f)
{
	const struct replay_event *e = &f->event;

	add_date(p, e->time_ns);
	color(p, e->degraded ? "31" : "0");
	buf_addz(&p->out, e->degraded ? "|" : " ");
	buf_addc(&p->out, e->mark == REPLAY_BAD ? '!' : e->mark == REPLAY_NEW ? '+' : ' ');
	color(p, "0");
	add_clock(p, e->time_ns);
	buf_addc(&p->out, ' ');
	add_service(p, e->service);
	color(p, severity_color(e));
	if (e->text.len) {
		add_text(p, e->text);
	} else {
		buf_addz(&p->out, "~ ");
		add_text(p, outline(p, e));
	}
	color(p, "0");
	if (f->count > 1)
		buf_addf(&p->out, " x%llu until %.*s", (unsigned long long)f->count, STR_ARG(words_clock(&p->w, f->last_ns)));
	buf_addc(&p->out, '\n');
}

static void add_mark(struct player *p, const struct landmark *m)
{
	add_date(p, m->time_ns);
	color(p, "1");
	buf_addz(&p->out, "=>");
	add_clock(p, m->time_ns);
	buf_addc(&p->out, ' ');
	unsigned used = glyph_add_cut(&p->out, m->kind, SERVICE_COLUMNS);
	buf_addf(&p->out, "%*s", (int)(SERVICE_COLUMNS - used) + 1, "");
	add_text(p, m->text);
	if (m->refs.n) {
		buf_addz(&p->out, "  ");
		glyph_add(&p->out, words_ref(&p->w, &m->refs.at[0]));
	}
	color(p, "0");
	buf_addc(&p->out, '\n');
}

/* ---- JSON lines ---- */

static void json_time(struct jsonw *w, int64_t ns)
{
	char text[TIME_TEXT_BYTES];

	jsonw_key(w, "time");
	jsonw_str(w, str_of(time_format(ns, 6, text)));
}

static void add_json_mark(struct player *p, const struct landmark *m)
{
	struct jsonw w;

	jsonw_init(&w, &p->out, 0);
	jsonw_object(&w);
	json_time(&w, m->time_ns);
	jsonw_key(&w, "mark");
	jsonw_str(&w, m->kind);
	jsonw_key(&w, "text");
	jsonw_str(&w, shown(p, m->text));
	jsonw_object_end(&w);
	buf_addc(&p->out, '\n');
}

static void add_json_event(struct player *p, const struct fold *f)
{
	const struct replay_event *e = &f->event;
	struct jsonw w;

	jsonw_init(&w, &p->out, 0);
	jsonw_object(&w);
	json_time(&w, e->time_ns);
	jsonw_key(&w, "source");
	jsonw_str(&w, e->source);
	jsonw_key(&w, "line");
	jsonw_u64(&w, e->line);
	jsonw_key(&w, "service");
	jsonw_str(&w, e->service);
	jsonw_key(&w, "severity");
	jsonw_str(&w, str_of(severity_name(e->severity)));
	jsonw_key(&w, "degraded");
	jsonw_bool(&w, e->degraded);
	jsonw_key(&w, "new");
	jsonw_bool(&w, e->mark == REPLAY_NEW);
	jsonw_key(&w, "kept");
	jsonw_bool(&w, e->text.len > 0);
	jsonw_key(&w, "text");
	jsonw_str(&w, shown(p, e->text.len ? e->text : outline(p, e)));
	if (f->count > 1) {
		jsonw_key(&w, "count");
		jsonw_u64(&w, f->count);
	}
	jsonw_object_end(&w);
	buf_addc(&p->out, '\n');
}

/* ---- the stream ---- */

static bool put_marks(struct player *p, int64_t until_ns, struct err *err)
{
	for (; p->next_mark < p->marks.n && p->marks.at[p->next_mark].time_ns <= until_ns && !p->ended; p->next_mark++) {
		const struct landmark *m = &p->marks.at[p->next_mark];

		wait_for(p, m->time_ns);
		if (p->o.json)
			add_json_mark(p, m);
		else
			add_mark(p, m);
		if (!flush_line(p, err))
			return false;
	}
	return true;
}

static bool put_event(struct player *p, const struct fold *f, struct err *err)
{
	if (!put_marks(p, f->event.time_ns, err))
		return false;
	wait_for(p, f->event.time_ns);
	if (p->ended)
		return true;
	if (p->o.json)
		add_json_event(p, f);
	else
		add_event(p, f);
	return flush_line(p, err);
}

static bool put_folds(struct player *p, struct err *err)
{
	bool good = true;

	for (size_t i = 0; i < p->folds.n && good && !p->ended; i++)
		good = put_event(p, &p->folds.at[i], err);
	arena_reset(&p->fold);
	p->folds.at = NULL;
	p->folds.n = p->folds.cap = 0;
	map_clear(&p->fold_at);
	return good;
}

/* Holds an event back until its ten seconds are over. */
static bool fold_event(struct player *p, const struct replay_event *e, struct err *err)
{
	if (p->folds.n && e->time_ns / (FOLD_S * NS_PER_S) != p->folds.at[0].event.time_ns / (FOLD_S * NS_PER_S) && !put_folds(p, err))
		return false;
	uint64_t *at = map_put(&p->fold_at, e->key, NULL);
	if (*at == 0) {
		struct fold *f = vec_push(&p->fold, &p->folds);

		*f = (struct fold){ *e, 0, e->time_ns };
		f->event.text = arena_str(&p->fold, e->text);
		*at = p->folds.n;
	}
	struct fold *f = &p->folds.at[*at - 1];
	f->count++;
	f->last_ns = e->time_ns;
	return true;
}

static bool play(struct player *p, struct replay *r, struct err *err)
{
	struct replay_event e;
	bool any = true;

	while (!p->ended) {
		if (!replay_next(r, &e, &any, err))
			return false;
		if (!any)
			break;
		p->events++;
		if (e.text.len == 0 && p->o.texts && !texts_line(p->o.texts, e.source, e.offset, &e.text, err))
			return false;
		p->kept += e.text.len > 0;
		if (p->o.collapse ? !fold_event(p, &e, err) : !put_event(p, &(struct fold){ e, 1, e.time_ns }, err))
			return false;
	}
	return put_folds(p, err) && put_marks(p, INT64_MAX, err);
}

static int by_time(const void *a, const void *b)
{
	const struct landmark *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	int c = str_cmp(x->kind, y->kind);
	return c ? c : str_cmp(x->text, y->text);
}

bool player_play(struct player *p, struct replay *r, struct err *err)
{
	if (p->marks.n)
		qsort(p->marks.at, p->marks.n, sizeof *p->marks.at, by_time);
	p->keys = p->o.speed > 0 ? keys_open(p->arena) : NULL;
	bool good = play(p, r, err) && (fflush(stdout) == 0 || err_set_errno(err, "cannot write to standard output"));

	keys_close(p->keys);
	return good;
}

struct player *player_new(const struct player_options *o, struct arena *a)
{
	struct player *p = arena_new(a, struct player);

	*p = (struct player){ .o = *o, .arena = a, .last_ns = TIME_NONE, .speed = o->speed };
	arena_init(&p->line);
	arena_init(&p->fold);
	buf_init(&p->out, LINE_MAX_BYTES);
	map_init(&p->fold_at);
	p->w = (struct words){ &p->line, o->zone };
	return p;
}

void player_release(struct player *p)
{
	map_release(&p->fold_at);
	buf_release(&p->out);
	arena_release(&p->fold);
	arena_release(&p->line);
}

void player_mark(struct player *p, struct landmark m)
{
	*vec_push(p->arena, &p->marks) = m;
}

bool player_say(struct player *p, struct str text, struct err *err)
{
	if (p->o.json)
		return true;
	add_text(p, text);
	buf_addc(&p->out, '\n');
	return flush_line(p, err);
}

uint64_t player_events(const struct player *p, uint64_t *kept)
{
	*kept = p->kept;
	return p->events;
}
