/* The values of a postmortem: a phrase each, to stand within a line. */
#include "report/md.h"
#include "report/paper.h"

static void put(struct paper *p, struct str text)
{
	md_text(p->out, text.len ? text : STR("unknown"));
}

static void title(struct paper *p) { put(p, p->in->title); }
static void window(struct paper *p) { put(p, words_window(&p->w, p->c, p->in)); }
static void date(struct paper *p) { put(p, words_date(&p->w, p->in->onset_best_ns)); }
static void zone(struct paper *p) { put(p, words_zone(&p->w, p->in->onset_best_ns)); }
static void start(struct paper *p) { put(p, words_time(&p->w, p->in->onset_best_ns)); }
static void onset(struct paper *p) { put(p, words_span(&p->w, p->in->onset_from_ns, p->in->onset_to_ns)); }
static void peak(struct paper *p) { put(p, words_time(&p->w, p->in->peak_ns)); }
static void mitigated(struct paper *p) { put(p, words_time(&p->w, p->in->mitigated_ns)); }
static void recovered(struct paper *p) { put(p, words_time(&p->w, p->in->recovered_ns)); }
static void duration(struct paper *p) { put(p, words_length(&p->w, p->in)); }
static void requests(struct paper *p) { put(p, words_requests(&p->w, &p->in->impact)); }
static void users(struct paper *p) { put(p, words_users(&p->w, &p->in->impact)); }

static void cause(struct paper *p)
{
	put(p, words_statement(&p->w, p->in));
}

/* What set it off: the first link of the chain, else the cause itself. */
static void trigger(struct paper *p)
{
	const struct cause *root = words_root(p->in);

	if (!root) {
		put(p, words_no_cause(&p->w, p->in));
		return;
	}
	if (root->n_chain) {
		const struct link *l = &root->chain[0];
		struct str when = l->time_ns == TIME_NONE ? STR_NONE : arena_printf(p->w.arena, ", %.*s", STR_ARG(words_time(&p->w, l->time_ns)));

		put(p, arena_printf(p->w.arena, "%.*s%.*s", STR_ARG(words_link(&p->w, l)), STR_ARG(when)));
		return;
	}
	put(p, words_suspect(&p->w, root->kind, root->service, root->entity));
}

static void kind(struct paper *p)
{
	const struct cause *root = words_root(p->in);

	put(p, str_of(cause_kind_words(root ? root->kind : CAUSE_UNKNOWN)));
}

static void certainty(struct paper *p)
{
	const struct cause *root = words_root(p->in);

	put(p, root ? words_confidence(&p->w, root) : STR("none"));
}

/* At most six, the most ill first. */
static void services(struct paper *p)
{
	struct str list = STR_NONE;

	for (size_t i = 0; i < p->in->n_services && i < 6; i++)
		list = arena_printf(p->w.arena, "%.*s%s%.*s", STR_ARG(list), i ? ", " : "", STR_ARG(p->in->services[i].service));
	put(p, list);
}

static void version(struct paper *p) { put(p, str_of(p->o->version)); }

const struct paper_part paper_values[] = {
	{ "title", "what broke and why, in a line", title },
	{ "date", "date of the onset", date },
	{ "zone", "zone that times are shown in", zone },
	{ "window", "from the first failures to recovery", window },
	{ "start", "time of the first failures", start },
	{ "onset", "interval in which it began", onset },
	{ "peak", "time of the worst minute", peak },
	{ "mitigated", "time of what helped", mitigated },
	{ "recovered", "time of recovery", recovered },
	{ "duration", "length, and how much of it was really bad", duration },
	{ "requests", "failed and slow requests", requests },
	{ "users", "users or client addresses that were hit", users },
	{ "services", "services, the most ill first", services },
	{ "cause", "the cause in a sentence", cause },
	{ "trigger", "what set it off", trigger },
	{ "kind", "kind of the cause", kind },
	{ "certainty", "how sure that is", certainty },
	{ "version", "version of inquest", version },
	{ 0 },
};
