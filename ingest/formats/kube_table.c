/*
 * The table that "kubectl get events" prints, with -A, -o wide and without: ages instead of times, so that an event is as
 * old as it says when the file was written. Columns are found by the header.
 *
 *     LAST SEEN   TYPE      REASON              OBJECT                  MESSAGE
 *     19s (x2 over 35s)   Warning   BackOff     pod/web-7d4b9c-x2x4q    Back-off restarting failed container
 */
#include "ingest/format.h"
#include "ingest/kube.h"

enum { COLUMNS_MAX = 12, MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, YEAR_S = 365 * 86400 };

enum column { AGE, TYPE, REASON, OBJECT, SOURCE, MESSAGE, OTHER };

struct table_state {
	size_t n;
	size_t at[COLUMNS_MAX];       /* where a column begins */
	enum column is[COLUMNS_MAX];
};

struct row {
	struct str cell[OTHER + 1];
};

/* The next cell of a line: cells are two blanks apart at least. */
static struct str cell_take(struct str *s)
{
	ptrdiff_t gap = str_find(*s, STR("  "));
	struct str cell = gap < 0 ? *s : str_head(*s, (size_t)gap);

	*s = gap < 0 ? STR_NONE : str_from(*s, (size_t)gap);
	while (s->len > 0 && s->ptr[0] == ' ')
		*s = str_from(*s, 1);
	return cell;
}

static enum column column_of(struct str name)
{
	static const struct { const char *name; enum column is; } names[] = {
		{ "LAST SEEN", AGE }, { "TYPE", TYPE }, { "REASON", REASON }, { "OBJECT", OBJECT },
		{ "SOURCE", SOURCE }, { "MESSAGE", MESSAGE },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, str_of(names[i].name)))
			return names[i].is;
	return OTHER;
}

static bool header(struct str line, struct table_state *t)
{
	struct str rest = line;
	bool seen[OTHER + 1] = { false };

	*t = (struct table_state){ 0 };
	while (rest.len > 0 && t->n < COLUMNS_MAX) {
		t->at[t->n] = (size_t)(rest.ptr - line.ptr);
		t->is[t->n] = column_of(str_trim(cell_take(&rest)));
		seen[t->is[t->n++]] = true;
	}
	if (!(seen[AGE] && seen[TYPE] && seen[REASON] && seen[OBJECT] && seen[MESSAGE]))
		t->n = 0;
	return t->n > 0;
}

/* "57m", "2m3s", "5d4h", "19s (x2 over 35s)": seconds. */
static bool age_parse(struct str s, int64_t *seconds)
{
	static const struct { char unit; int64_t s; } units[] = {
		{ 's', 1 }, { 'm', MINUTE_S }, { 'h', HOUR_S }, { 'd', DAY_S }, { 'y', YEAR_S },
	};
	struct str word = str_word(&s);

	*seconds = 0;
	while (word.len > 0) {
		int64_t n, unit = 0;
		size_t digits = 0;

		while (digits < word.len && word.ptr[digits] >= '0' && word.ptr[digits] <= '9')
			digits++;
		for (size_t i = 0; digits < word.len && i < sizeof units / sizeof *units; i++)
			if (units[i].unit == word.ptr[digits])
				unit = units[i].s;
		if (unit == 0 || digits > 6 || !str_to_i64(str_head(word, digits), &n))
			return false;
		*seconds += n * unit;
		word = str_from(word, digits + 1);
	}
	return true;
}

static bool read_row(struct str line, const struct table_state *t, struct row *r)
{
	struct str rest = line;
	size_t n = 0;

	*r = (struct row){ 0 };
	for (; rest.len > 0 && n < t->n; n++)
		r->cell[t->is[n]] = n + 1 == t->n ? rest : cell_take(&rest);
	/* An empty cell: only the place of the others tells which are which. */
	for (size_t i = 0; n < t->n && i < t->n; i++)
		r->cell[t->is[i]] = str_trim(i + 1 == t->n ? str_from(line, t->at[i])
							  : str_from(str_head(line, t->at[i + 1]), t->at[i]));
	int64_t seconds;

	return r->cell[REASON].len > 0 && (str_eq(r->cell[TYPE], STR("Normal")) || str_eq(r->cell[TYPE], STR("Warning"))) &&
	       (age_parse(r->cell[AGE], &seconds) || str_eq(r->cell[AGE], STR("<unknown>")));
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct table_state *t = ctx->state, found;
	struct row r;

	if (line.len == 0)
		return LINE_SKIP;
	if ((str_starts(line, STR("LAST SEEN")) || str_starts(line, STR("NAMESPACE"))) && header(line, &found)) {
		*t = found;
		return LINE_SKIP;
	}
	if (t->n == 0)
		return LINE_ALIEN;
	if (read_row(line, t, &r))
		return LINE_START;
	return record.len && line.ptr[0] == ' ' ? LINE_CONTINUES : LINE_ALIEN;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str more, line = str_cut(record, '\n', &more), object;
	int64_t age_s;
	struct row r;

	if (!read_row(line, ctx->state, &r))
		return false;
	if (ctx->collected_ns > 0 && age_parse(r.cell[AGE], &age_s)) {
		e->time = (struct timestamp){ .ns = ctx->collected_ns / NS_PER_S * NS_PER_S - age_s * NS_PER_S,
					      .has_zone = true, .has_year = true, .has_date = true };
		e->has_time = true;
	}
	object = r.cell[OBJECT];
	e->service = str_from(object, (size_t)(str_rchr(object, '/') + 1));
	e->logger = str_cut(r.cell[SOURCE], ',', &object);
	e->message = r.cell[MESSAGE];
	e->detail = str_trim(more);
	e->severity = str_eq(r.cell[TYPE], STR("Warning")) ? SEV_WARN : SEV_INFO;
	kube_reason_apply(r.cell[REASON], e, ctx->scratch);
	return true;
}

static const struct format_sample samples[] = {
	{ "LAST SEEN   TYPE      REASON              OBJECT                     MESSAGE\n"
	  "57m         Normal    ScalingReplicaSet   deployment/web             Scaled up replica set web-7d4b9c to 3 from 1",
	  "kind=change severity=info service=web change.kind=scaling change.service=web change.old=1 change.new=3" },
	{ "NAMESPACE   LAST SEEN           TYPE      REASON    OBJECT                MESSAGE\n"
	  "shop        19s (x2 over 35s)   Warning   BackOff   pod/web-7d4b9c-x2x4   Back-off restarting failed container",
	  "kind=crash severity=warn service=web-7d4b9c-x2x4 error=BackOff message='Back-off restarting failed container'" },
	{ NULL, NULL },
};

const struct format format_kube_table = {
	.id = "kube_table",
	.title = "Kubernetes events as kubectl prints them (ages count back from the file's time)",
	.role = ROLE_CHANGE,
	.specificity = 60,
	.state_bytes = sizeof(struct table_state),
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
