#include "analyze/claim_label.h"

enum { LABEL_MAX = 48 /* what is longer is a sentence */ };

static const struct { const char *word; enum claim_label label; } labels[] = {
	{ "date", LABEL_DATE },             { "incident date", LABEL_DATE },    { "date of incident", LABEL_DATE },
	{ "date of the incident", LABEL_DATE }, { "day", LABEL_DATE },
	{ "window", LABEL_WINDOW },         { "incident window", LABEL_WINDOW }, { "outage window", LABEL_WINDOW },
	{ "when", LABEL_WINDOW },           { "time", LABEL_WINDOW },           { "timeframe", LABEL_WINDOW },
	{ "time frame", LABEL_WINDOW },     { "period", LABEL_WINDOW },         { "time of incident", LABEL_WINDOW },
	{ "incident time", LABEL_WINDOW },  { "time range", LABEL_WINDOW },     { "date and time", LABEL_WINDOW },
	{ "start", LABEL_START },           { "started", LABEL_START },         { "start time", LABEL_START },
	{ "begin", LABEL_START },           { "began", LABEL_START },           { "onset", LABEL_START },
	{ "incident start", LABEL_START },  { "impact start", LABEL_START },    { "start of impact", LABEL_START },
	{ "start of incident", LABEL_START }, { "started at", LABEL_START },    { "beginning", LABEL_START },
	{ "end", LABEL_END },               { "ended", LABEL_END },             { "end time", LABEL_END },
	{ "resolved", LABEL_END },          { "recovered", LABEL_END },         { "restored", LABEL_END },
	{ "resolved at", LABEL_END },       { "incident end", LABEL_END },      { "impact end", LABEL_END },
	{ "end of impact", LABEL_END },     { "ended at", LABEL_END },          { "recovery", LABEL_END },
	{ "duration", LABEL_DURATION },     { "length", LABEL_DURATION },       { "downtime", LABEL_DURATION },
	{ "total duration", LABEL_DURATION }, { "incident duration", LABEL_DURATION }, { "outage duration", LABEL_DURATION },
	{ "duration of outage", LABEL_DURATION }, { "time zone", LABEL_ZONE },  { "timezone", LABEL_ZONE },
	{ "zone", LABEL_ZONE },             { "times", LABEL_ZONE },            { "all times", LABEL_ZONE },
	{ "root cause", LABEL_CAUSE },      { "cause", LABEL_CAUSE },           { "root causes", LABEL_CAUSE },
	{ "trigger", LABEL_CAUSE },         { "contributing factor", LABEL_CAUSE },
	{ "impact", LABEL_IMPACT },         { "users", LABEL_IMPACT },          { "affected users", LABEL_IMPACT },
	{ "users affected", LABEL_IMPACT }, { "customers affected", LABEL_IMPACT }, { "affected customers", LABEL_IMPACT },
	{ "customer impact", LABEL_IMPACT }, { "user impact", LABEL_IMPACT },
	{ "author", LABEL_SKIP },           { "authors", LABEL_SKIP },          { "owner", LABEL_SKIP },
	{ "published", LABEL_SKIP },        { "last updated", LABEL_SKIP },     { "updated", LABEL_SKIP },
	{ "status", LABEL_SKIP },           { "created", LABEL_SKIP },          { "report date", LABEL_SKIP },
	{ "review", LABEL_SKIP },           { "review date", LABEL_SKIP },      { "due", LABEL_SKIP },
	{ "severity", LABEL_SKIP },         { "meeting", LABEL_SKIP },          { "certainty", LABEL_SKIP },
};

/* "Impact Duration", "Incident start (UTC)", "Total downtime": by a word, where no label is that exactly. */
static enum claim_label similar_label(struct str label)
{
	static const struct { const char *words; enum claim_label label; } rows[] = {
		{ "detect|acknowledg|engag|report|notif|alert|response|identif|next|version|commit", LABEL_NONE },
		{ "duration|downtime", LABEL_DURATION }, { "root cause", LABEL_CAUSE },
		{ "start|began|onset", LABEL_START },    { "end$|ended|resolved|recovered|restored|resolution time", LABEL_END },
		{ "impact|affected", LABEL_IMPACT },     { "window|timeframe", LABEL_WINDOW },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows && label.len < 32; i++)
		if (prose_find_any(label, rows[i].words) >= 0)
			return rows[i].label;
	return LABEL_NONE;
}

enum claim_label claim_label(const struct prose_block *b, size_t *value)
{
	size_t end = 0;
	bool row = b->kind == PROSE_ROW || b->kind == PROSE_HEAD;

	while (end < b->text.len && end < LABEL_MAX && b->text.ptr[end] != (row ? '|' : ':')) {
		if (b->text.ptr[end] >= '0' && b->text.ptr[end] <= '9') /* "Starting at 2:23 we saw" */
			return LABEL_NONE;
		end++;
	}
	if (end == 0 || end >= b->text.len || end == LABEL_MAX)
		return LABEL_NONE;
	struct str label = str_trim(str_head(b->text, end));
	ptrdiff_t paren = str_chr(label, '(');
	if (paren > 0)
		label = str_trim(str_head(label, (size_t)paren));
	if (str_ends(label, STR(":")))
		label.len--;
	*value = end + 1;
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (str_eq_nocase(label, str_of(labels[i].word)))
			return labels[i].label;
	return similar_label(label);
}
