/* The named cause, and what is said to be innocent, against the ranked causes and what was ruled out. */
#include "analyze/claim_hold.h"
#include "analyze/prose.h"

/* How prose calls the kinds of cause. */
static const char *kind_stems(enum cause_kind k)
{
	switch (k) {
	case CAUSE_DEPLOYMENT: return "deploy|release|rollout|rolled out|update|upgrade|new version|feature|bug|code change";
	case CAUSE_CONFIG_CHANGE: return "config|misconfig|setting|parameter|timeout|set wrongly|limit";
	case CAUSE_FEATURE_FLAG: return "flag|toggle|experiment|feature";
	case CAUSE_SCHEMA_MIGRATION: return "migration|schema|alter table|ddl";
	case CAUSE_SCHEDULED_JOB: return "job|cron|batch|backup|scheduled|nightly";
	case CAUSE_SLOW_QUERY: return "query|queries|unindexed|index|statement|sql";
	case CAUSE_LOCK_CONTENTION: return "lock|deadlock|blocked|contention";
	case CAUSE_CONNECTION_EXHAUSTION: return "connection|pool|slots";
	case CAUSE_TRAFFIC_SURGE: return "traffic|surge|campaign|load|spike in requests|denial|ddos|more users|crawler|bot";
	case CAUSE_CACHE_FAILURE: return "cache|caching|stale|redis|memcache|eviction|invalidat";
	case CAUSE_DEPENDENCY_FAILURE: return "dependency|upstream|third party|provider|backend|external";
	case CAUSE_RESOURCE_EXHAUSTION: return "memory|cpu|disk|resource|exhaust|file descriptor|leak|saturat|out of";
	case CAUSE_RESTART: return "restart|crash|reboot|killed";
	case CAUSE_CERTIFICATE: return "certificate|tls|ssl|expired";
	case CAUSE_DNS: return "dns|name resolution|resolver";
	case CAUSE_NETWORK: return "network|packet|firewall|routing|switch";
	case CAUSE_CREDENTIAL: return "credential|password|api key|secret|token|rotat";
	case CAUSE_BAD_INPUT: return "input|payload|malformed|poison";
	case CAUSE_HOST_FAULT: return "host|hardware|node|machine|instance";
	case CAUSE_UNKNOWN:
	case CAUSE_KIND_COUNT: break;
	}
	return "unknown";
}

/* How much of a candidate the words name: 2 for the kind, 2 for each word of its own. */
static unsigned named(struct str text, enum cause_kind kind, struct str service, struct str entity)
{
	return (prose_find_any(text, kind_stems(kind)) >= 0 ? 2 : 0) + 2 * claim_words_in(text, entity) + claim_words_in(text, service);
}

static unsigned named_cause(struct str text, const struct cause *c)
{
	unsigned best = named(text, c->kind, c->service, c->entity);

	for (size_t i = 0; i < c->n_chain; i++) {
		unsigned n = named(text, c->chain[i].kind, c->chain[i].service, c->chain[i].entity);
		best = n > best ? n : best;
	}
	return best;
}

static void show(struct claim *c, const struct cause *x)
{
	for (size_t i = 0; i < x->n_chain && c->refs.n == 0; i++)
		c->refs = x->chain[i].refs;
	for (size_t i = 0; i < x->n_terms && c->refs.n == 0; i++)
		c->refs = x->terms[i].refs;
}

static const struct ruled_out *best_ruled_out(const struct holding *h, struct str text, unsigned *score)
{
	const struct ruled_out *best = NULL;

	*score = 0;
	for (size_t i = 0; i < h->in->n_ruled_out; i++) {
		const struct ruled_out *r = &h->in->ruled_out[i];
		unsigned n = named(text, r->kind, r->service, r->entity);

		if (n > *score) {
			*score = n;
			best = r;
		}
	}
	return best;
}

static struct str suspect(const struct holding *h, enum cause_kind kind, struct str service, struct str entity)
{
	return arena_printf(h->arena, "%s %.*s%s%.*s", cause_kind_words(kind), STR_ARG(str_head(entity, 100)), service.len ? " of " : "", STR_ARG(service));
}

void hold_cause(struct holding *h, struct claim *c)
{
	const struct incident *in = h->in;
	const struct cause *root = in->n_causes && in->causes[0].kind != CAUSE_UNKNOWN ? &in->causes[0] : NULL;
	unsigned of_root = root ? named_cause(c->sentence, root) : 0, of_ruled_out;
	const struct ruled_out *r = best_ruled_out(h, c->sentence, &of_ruled_out);

	if (!root) {
		claim_say(h, c, CLAIM_UNKNOWN, "the cause is not in these logs");
		return;
	}
	struct str what = suspect(h, root->kind, root->service, root->entity);
	int percent = (int)(100 * root->probability);
	if (of_root >= 2 && of_root >= of_ruled_out) {
		claim_say(h, c, CLAIM_HOLDS, "%.*s: %.*s (%d %%)", STR_ARG(what), STR_ARG(root->confidence), percent);
		show(c, root);
		return;
	}
	for (size_t i = 1; i < in->n_causes; i++) {
		const struct cause *x = &in->causes[i];

		if (x->kind == CAUSE_UNKNOWN || named(c->sentence, x->kind, x->service, x->entity) < 4 || x->probability < 0.02)
			continue;
		claim_say(h, c, CLAIM_UNKNOWN, "possible (%d %%), but the logs speak more for %.*s (%d %%)", (int)(100 * x->probability), STR_ARG(what), percent);
		show(c, x);
		return;
	}
	if (r && of_ruled_out >= 4) {
		claim_say(h, c, CLAIM_CONTRADICTED, "%.*s is ruled out: %.*s; the logs speak for %.*s (%d %%)",
		          STR_ARG(suspect(h, r->kind, r->service, r->entity)), STR_ARG(r->reason), STR_ARG(what), percent);
		c->refs = r->refs;
		return;
	}
	claim_say(h, c, root->probability >= 0.8 && of_root == 0 ? CLAIM_CONTRADICTED : CLAIM_UNKNOWN, "the logs speak for %.*s: %.*s (%d %%)", STR_ARG(what),
	          STR_ARG(root->confidence), percent);
	show(c, root);
}

/* Kinds of which there is hardly more than one candidate: their name alone says which is meant. */
static bool speaks_for_itself(enum cause_kind k)
{
	return k == CAUSE_TRAFFIC_SURGE || k == CAUSE_NETWORK || k == CAUSE_CERTIFICATE || k == CAUSE_DNS || k == CAUSE_CREDENTIAL || k == CAUSE_RESTART;
}

void hold_innocent(struct holding *h, struct claim *c)
{
	const struct incident *in = h->in;
	const struct cause *root = in->n_causes && in->causes[0].kind != CAUSE_UNKNOWN ? &in->causes[0] : NULL;
	unsigned score, of_root = root ? 2 * claim_words_in(c->sentence, root->entity) : 0;
	const struct ruled_out *r = best_ruled_out(h, c->sentence, &score);

	if (r && score >= (speaks_for_itself(r->kind) ? 2 : 3) && score >= of_root) {
		claim_say(h, c, CLAIM_HOLDS, "%.*s: %.*s", STR_ARG(suspect(h, r->kind, r->service, r->entity)), STR_ARG(r->reason));
		c->refs = r->refs;
		return;
	}
	for (size_t i = 0; i < in->n_timeline; i++) {
		const struct timeline_entry *e = &in->timeline[i];

		if (!str_eq(e->kind, STR("ineffective")) || claim_words_in(c->sentence, e->text) < 2)
			continue;
		claim_say(h, c, CLAIM_HOLDS, "%.*s", STR_ARG(e->text));
		c->refs = e->refs;
		return;
	}
	if (root && of_root >= 4) {
		claim_say(h, c, CLAIM_CONTRADICTED, "the logs speak for it: %.*s (%d %%)", STR_ARG(root->statement), (int)(100 * root->probability));
		show(c, root);
		return;
	}
	claim_say(h, c, CLAIM_UNKNOWN, "no candidate of these logs is meant without doubt");
}
