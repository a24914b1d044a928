#include "ingest/gitops.h"

struct row {
	struct str starts;
	const char *status; /* of the change; with `word`: only when that is in the message, too */
	const char *word;
	enum change_kind kind;
};
#define ROW(text, status, word, kind) { { text, sizeof text - 1 }, status, word, kind }

static const struct row rows[] = {
	ROW("Initiated automated sync to ", "started", NULL, CHANGE_DEPLOYMENT),
	ROW("initiated automated sync to ", "started", NULL, CHANGE_DEPLOYMENT),
	ROW("Sync operation to ", "succeeded", " succeeded", CHANGE_DEPLOYMENT),
	ROW("Sync operation to ", "failed", " failed", CHANGE_DEPLOYMENT),
	ROW("Rollout updated to revision ", "started", NULL, CHANGE_DEPLOYMENT),
	ROW("Rollout completed update to revision ", "succeeded", NULL, CHANGE_DEPLOYMENT),
	ROW("Rollout aborted update to revision ", "failed", NULL, CHANGE_ROLLBACK),
	ROW("Helm install succeeded", "succeeded", NULL, CHANGE_DEPLOYMENT),
	ROW("Helm upgrade succeeded", "succeeded", NULL, CHANGE_DEPLOYMENT),
	ROW("Helm upgrade failed", "failed", NULL, CHANGE_DEPLOYMENT),
	ROW("Helm rollback succeeded", "succeeded", NULL, CHANGE_ROLLBACK),
	ROW("server-side apply completed", "succeeded", NULL, CHANGE_DEPLOYMENT),
	ROW("Applied revision: ", "succeeded", NULL, CHANGE_DEPLOYMENT),
};

/* The word behind the mark, without quotes: the revision. */
static struct str revision(struct str message, struct str mark)
{
	struct str rest = str_from(message, mark.len);

	if (mark.ptr[mark.len - 1] != ' ')
		return STR_NONE;
	return str_unquote(str_word(&rest));
}

bool gitops_may(struct str s)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_starts(s, rows[i].starts))
			return true;
	return false;
}

void gitops_apply(struct event *e, struct arena *scratch)
{
	if (e->kind != EV_LINE || e->service.len == 0 || e->message.len == 0 || !memchr("IiSRHsA", e->message.ptr[0], 7))
		return;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct change *c;

		if (!str_starts(e->message, r->starts) || (r->word && str_find(e->message, str_of(r->word)) < 0))
			continue;
		c = arena_new(scratch, struct change);
		*c = (struct change){ .kind = r->kind, .service = e->service, .actor = e->user, .version = e->version,
				      .status = str_of(r->status), .text = e->message, .end_ns = TIME_NONE };
		if (c->version.len == 0)
			c->version = revision(e->message, r->starts);
		e->kind = EV_CHANGE;
		e->change = c;
		return;
	}
}
