#include "ingest/plan.h"

#include "core/hash.h"
#include "ingest/text.h"

enum {
	PAYLOADS_MAX = 60,         /* of a carrier, looked at for what it mostly carries */
	STRAY_GRADES_PERCENT = 10, /* a text without times is a log if that many lines have a severity */
};

/* Globs match the whole path, or its last component when they have no '/'. */
static bool rule_matches(struct str glob, struct str path)
{
	ptrdiff_t slash = str_rchr(path, '/');

	return str_glob(glob, path) ||
	       (slash >= 0 && str_chr(glob, '/') < 0 && str_glob(glob, str_from(path, (size_t)slash + 1)));
}

static const struct glob_rule *rule_for(const struct glob_rule *rules, size_t n, struct str path)
{
	for (size_t i = 0; i < n; i++)
		if (rule_matches(rules[i].glob, path))
			return &rules[i];
	return NULL;
}

/*
 * The part of a head that identifies the text: all of it, or up to its last line end when the text ends
 * in it.
 */
static struct str identity_of(struct str head, bool whole)
{
	ptrdiff_t end = whole ? str_rchr(head, '\n') : -1;

	return end >= 0 ? str_head(head, (size_t)end + 1) : head;
}

uint64_t plan_content_id(struct str head)
{
	return input_content_id(identity_of(head, head.len < INPUT_HEAD_BYTES));
}

/*
 * What a carrier mostly carries: the role its events have, and a service when nothing else names one.
 * NULL: nothing known.
 */
static const struct format *carried(const struct format *f, struct str head, struct str path,
				    const struct format *const *own, struct arena *a)
{
	struct { const struct format *format; size_t n; } seen[8] = { { NULL, 0 } };
	struct arena scratch;
	struct decode_ctx ctx = { .scratch = &scratch, .file = a, .path = path, .format = f };
	struct str rest = head;
	size_t payloads = 0, best = 0;

	if (f->state_bytes > 0)
		ctx.state = arena_alloc(a, f->state_bytes, _Alignof(max_align_t));
	arena_init(&scratch);
	while (rest.len > 0 && payloads < PAYLOADS_MAX) {
		struct str line = str_cut(rest, '\n', &rest);
		struct event e = EVENT_INIT;
		const struct format *inner;

		arena_reset(&scratch);
		if (f->classify(line, STR_NONE, &ctx) != LINE_START || !f->decode(line, &ctx, &e) ||
		    e.payload.len == 0)
			continue;
		payloads++;
		inner = detect_payload(str_trim(e.payload), path, own, &scratch);
		for (size_t i = 0; inner && i < 8; i++) {
			if (seen[i].format && seen[i].format != inner)
				continue;
			seen[i].format = inner;
			seen[i].n++;
			break;
		}
	}
	arena_release(&scratch);
	for (size_t i = 1; i < 8; i++)
		if (seen[i].n > seen[best].n)
			best = i;
	return seen[best].n * 2 > payloads ? seen[best].format : NULL;
}

/* Why a text that some format fits is no log all the same; empty when it is one. */
static struct str not_a_log(const struct detection *d)
{
	const struct candidate *c = d->best;

	if (d->forced || (c && c->format->role != ROLE_TEXT))
		return STR_NONE;
	if (!d->format)
		return STR("no format fits its lines");
	if (c && c->timed == 0 && c->graded * 100 < c->starts * STRAY_GRADES_PERCENT)
		return STR("text without times");
	return STR_NONE;
}

static void set_time_traits(struct planned *p, const struct candidate *c)
{
	p->file.zone_known = true;
	if (!c || c->timed == 0)
		return;
	p->timed = c->timed;
	p->file.zone_known = p->zone || c->zoned * 2 > c->timed;
	p->dated_first_ns = c->first_ns;
	p->dated_last_ns = c->last_ns;
	p->day_first = c->day_first;
	p->yearless = c->with_year * 2 < c->timed;
	p->action = p->yearless ? PLAN_WALK : PLAN_READ;
}

static void set_names(struct planned *p, const struct plan_rules *rules, const struct format *inner,
		      struct arena *a)
{
	const struct ingest_options *o = rules->options;
	const struct glob_rule *service = rule_for(o->services, o->n_services, p->file.path);
	const struct glob_rule *zone = rule_for(o->zones, o->n_zones, p->file.path);
	struct log_name name;

	log_name_parse(&name, p->file.path, a);
	p->file.logical = name.logical;
	p->evidence.name_ns = name.date_ns;
	p->file.host = identity_host(name.logical);
	p->service_forced = service != NULL;
	p->file.service =
		service ? service->value : identity_service(name.logical, inner ? inner : p->format);
	if (zone)
		p->zone = &rules->zones[zone - o->zones];
}

/* What the beginning of a text says. Detection's own memory is given back: heads are many. */
static void plan_lines(struct planned *p, struct str head, const struct glob_rule *rule,
		       const struct plan_rules *rules, struct arena *a)
{
	const struct format *const *own = rules->options->own_formats;
	const struct format *inner = NULL;
	struct detection d;
	struct arena scratch;

	arena_init(&scratch);
	detect_format(head, p->whole, p->file.path, own, rule ? format_find(own, rule->value) : NULL, &scratch, &d);
	p->format = d.format;
	memcpy(p->others, d.others, sizeof p->others);
	p->n_others = d.n_others;
	p->reason = not_a_log(&d);
	if (p->reason.len > 0) {
		p->action = PLAN_NOT_LOG;
	} else {
		p->file.format = str_of(d.format->id);
		p->file.content_id = p->begins_id;
		if (d.format->role == ROLE_CARRIER || d.format->role == ROLE_SYSTEM)
			inner = carried(d.format, head, p->file.path, own, &scratch);
		p->file.role = (uint8_t)(inner ? inner->role : d.format->role);
		set_names(p, rules, inner, a);
		set_time_traits(p, d.best);
	}
	arena_release(&scratch);
}

/* What tells a text from others, whatever it says. */
static struct planned *new_text(const struct input_stream *stream, const struct found_file *found, struct arena *a)
{
	struct planned *p = arena_new(a, struct planned);
	ptrdiff_t line_end = str_chr(stream->head, '\n');

	p->file.path = arena_str(a, stream->path);
	p->file.file_bytes = p->size_bytes = found->size_bytes;
	p->whole = stream->head.len < INPUT_HEAD_BYTES;
	p->plain = stream->packing.len == 0;
	p->gzip = str_eq(stream->packing, STR("gzip"));
	if (stream->head.len > 0) {
		p->identity_bytes = identity_of(stream->head, p->whole).len;
		p->begins_id = plan_content_id(stream->head);
	}
	if (line_end >= 0)
		p->first_line_id = hash64(str_head(stream->head, (size_t)line_end + 1));
	return p;
}

struct planned *plan_text(const struct input_stream *stream, const struct found_file *found,
			  const struct plan_rules *rules, struct arena *a)
{
	const struct ingest_options *o = rules->options;
	struct planned *p = new_text(stream, found, a);
	const struct glob_rule *rule;

	p->dated_first_ns = p->dated_last_ns = TIME_NONE;
	p->evidence = (struct clock_evidence){TIME_NONE, stream->gzip_mtime_ns, stream->mtime_ns, TIME_NONE,
					      TIME_NONE};
	rule = rule_for(o->formats, o->n_formats, p->file.path);
	if (stream->head.len == 0) {
		p->action = PLAN_EMPTY;
	} else if (stream->binary.len > 0 && !rule) {
		p->action = PLAN_NOT_LOG;
		p->reason = arena_str(a, stream->binary);
	} else {
		plan_lines(p, stream->head, rule, rules, a);
	}
	return p;
}

void plan_unread(struct planned *p, const struct input *in, struct arena *a)
{
	struct input_end end = input_end(in);

	if (p->action == PLAN_EMPTY && (end.damaged || end.truncated))
		p->unread = end.n_notes > 0 ? arena_str(a, end.notes[0]) : STR("it could not be read");
}

static void note_end(struct planned_path *p, const struct input *in, struct arena *a)
{
	struct input_end end = input_end(in);

	p->damaged = end.damaged || end.truncated;
	p->notes = arena_new_n(a, struct str, end.n_notes);
	for (size_t i = 0; i < end.n_notes; i++)
		p->notes[p->n_notes++] = arena_str(a, end.notes[i]);
}

bool plan_probe(struct planned_path *p, const struct found_file *found, const struct plan_rules *rules,
		bool (*seen)(void *self, struct planned *t, struct str head, struct err *err), void *self,
		struct arena *a, struct err *err)
{
	const struct input_limits limits = { rules->options->max_ratio, rules->options->max_file_bytes };
	VEC(struct planned *) texts = { 0 };
	struct input_stream stream;
	struct err open_err = ERR_INIT;
	struct input *in;
	bool good = true;

	*p = (struct planned_path){ .found = found };
	if (!input_open(found->path.ptr, found->display, &limits, &in, &open_err)) {
		p->error = arena_str(a, str_of(open_err.text));
		return true;
	}
	while (good && input_next(in, &stream)) {
		struct planned *t = plan_text(&stream, found, rules, a);

		plan_unread(t, in, a);
		*vec_push(a, &texts) = t;
		good = seen(self, t, stream.head, err);
	}
	note_end(p, in, a);
	input_close(in);
	p->texts = texts.at;
	p->n_texts = texts.n;
	return good;
}

void plan_glance(struct planned_path *p, const struct found_file *found, const struct plan_rules *rules, struct arena *a)
{
	const struct input_limits limits = { rules->options->max_ratio, rules->options->max_file_bytes };
	VEC(struct planned *) texts = { 0 };
	struct input_stream stream;
	struct err ignored = ERR_INIT; /* whoever reads it tells of it */
	struct input *in;

	*p = (struct planned_path){ .found = found };
	if (!input_open(found->path.ptr, found->display, &limits, &in, &ignored))
		return;
	while (input_next(in, &stream))
		*vec_push(a, &texts) = new_text(&stream, found, a);
	input_close(in);
	p->texts = texts.at;
	p->n_texts = texts.n;
}

void plan_copies(struct planned_path *paths, size_t n, struct arena *a)
{
	struct map seen; /* content id → the first text with it */

	map_init(&seen);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < paths[i].n_texts; k++) {
			struct planned *p = paths[i].texts[k];
			uint64_t *slot;
			bool is_new;

			if (p->file.content_id == 0 || p->elsewhere)
				continue;
			slot = map_put(&seen, p->file.content_id, &is_new);
			if (is_new) {
				*slot = (uint64_t)(uintptr_t)p;
				continue;
			}
			p->original = (struct planned *)(uintptr_t)*slot;
			if (!p->original->chain && !p->original->whole)
				p->original->chain = text_chain_new(a);
			p->action = PLAN_COPY;
		}
	}
	map_release(&seen);
}
