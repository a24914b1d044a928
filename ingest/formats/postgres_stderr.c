/*
 * PostgreSQL's log_destination = stderr: "<log_line_prefix>LABEL:  text", further lines of a message indented
 * with a TAB. A record begins where a label stands; DETAIL, HINT, CONTEXT and STATEMENT are records of their
 * own. https://www.postgresql.org/docs/current/runtime-config-logging.html
 */
#include "ingest/format.h"
#include "ingest/postgres.h"
#include "ingest/postgres_recall.h"
#include "ingest/postgres_session.h"

enum {
	PREFIX_BYTES_USUAL = 100,
	PREFIX_BLANKS_MAX = 24, /* more than any prefix has */
};

struct stderr_state {
	struct postgres_prefix prefix;
	struct postgres_sessions sessions;
	struct prefix_memo memo;
};

static bool split(struct str line, struct str *prefix, struct str *text, struct postgres_label *label)
{
	size_t prefix_len, text_at, blanks = 0;

	if (!postgres_label_find(line, &prefix_len, &text_at, label))
		return false;
	*prefix = str_head(line, prefix_len);
	*text = str_from(line, text_at);
	/* "INFO:     started": uvicorn pads to a column, the server writes two blanks */
	if (prefix_len == 0 && str_starts(*text, STR(" ")))
		return false;
	/* A sentence that happens to contain "ERROR:  " is longer than prefixes are. */
	for (size_t i = 0; prefix_len > PREFIX_BYTES_USUAL && i < prefix_len; i++)
		blanks += line.ptr[i] == ' ';
	return blanks <= PREFIX_BLANKS_MAX;
}

/* "[3-2] ": bytes of the mark, and the chunk's number. 0 when there is none. */
static size_t chunk_mark(struct str line, int64_t *chunk)
{
	ptrdiff_t end = line.len && line.ptr[0] == '[' ? str_chr(str_head(line, 24), ']') : -1;
	struct str number, part;

	if (end < 4 || (size_t)end + 1 >= line.len || line.ptr[end + 1] != ' ')
		return 0;
	number = str_cut(str_make(line.ptr + 1, (size_t)end - 1), '-', &part);
	return str_to_i64(number, chunk) && str_to_i64(part, chunk) ? (size_t)end + 2 : 0;
}

/* Chunks joined, escapes resolved: a chunk that begins with a TAB is a line of the message, else the line
 * goes on. */
static struct str without_chunks(struct str record, struct arena *a)
{
	char *to = arena_alloc(a, record.len + 1, 1);
	size_t n = 0, i = 0;

	while (i < record.len) {
		struct str rest = str_from(record, i);
		int64_t chunk;

		if (rest.len >= 4 && rest.ptr[0] == '#' && rest.ptr[1] == '0' && rest.ptr[2] == '1' &&
		    (rest.ptr[3] == '1' || rest.ptr[3] == '2')) {
			to[n++] = rest.ptr[3] == '1' ? '\t' : '\n';
			i += 4;
			continue;
		}
		if (rest.ptr[0] == '\n') {
			size_t mark = chunk_mark(str_from(rest, 1), &chunk);
			struct str next = str_from(rest, 1 + mark);

			i += 1 + mark;
			if (!mark || str_starts(next, STR("#011")) || str_starts(next, STR("\t")))
				to[n++] = '\n';
			continue;
		}
		to[n++] = rest.ptr[0];
		i++;
	}
	return str_make(to, n);
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct str prefix, text;
	struct postgres_label label;
	int64_t chunk;

	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	if (record.len && chunk_mark(line, &chunk) && chunk > 1)
		return LINE_CONTINUES;
	/* The server indents with a TAB; what copied the file may have made blanks of it. */
	if (line.ptr[0] == '\t' || line.ptr[0] == ' ')
		return record.len ? LINE_CONTINUES : LINE_ALIEN;
	return split(line, &prefix, &text, &label) ? LINE_START : LINE_ALIEN;
}

/* What the message says, once the prefix is read. */
static void read_text(struct stderr_state *state, struct str text, const struct postgres_label *label,
		      const struct prefix_words *words, struct arena *scratch, struct event *e)
{
	struct postgres_prefix *learned = state ? &state->prefix : NULL;
	struct str rest;

	e->severity = label->severity;
	if (words->n > 0) {
		if (learned && label->part == POSTGRES_MESSAGE &&
		    (str_starts(text, STR("connection auth")) || str_starts(text, STR("disconnection: ")))) {
			struct event said = EVENT_INIT;

			postgres_message(&said, text, STR_NONE, scratch);
			postgres_prefix_learn(learned, words, &said);
		}
		postgres_prefix_assign(learned, words, e);
	}
	switch (label->part) {
	case POSTGRES_MESSAGE:
		postgres_message(e, text, STR_NONE, scratch);
		postgres_session_apply(state ? &state->sessions : NULL, e, scratch);
		break;
	case POSTGRES_STATEMENT:
		e->message = str_cut(text, '\n', &rest);
		e->query = str_trim(text);
		break;
	case POSTGRES_REMARK:
		e->message = str_cut(text, '\n', &rest);
		e->detail = str_trim(rest);
		break;
	}
}

/* A record whose head looks as one before. */
static bool plain(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct stderr_state *state = ctx->state;
	struct postgres_label label;
	struct prefix_known known;
	struct prefix_words words;
	size_t none, text_at;
	struct str rest;

	if (!state || !postgres_prefix_find(&state->memo, record, &known) || known.len > PREFIX_BYTES_USUAL)
		return false;
	rest = str_from(record, known.len);
	if (!postgres_label_find(rest, &none, &text_at, &label) || none > 0)
		return false;
	postgres_prefix_take(&known, e, &words);
	read_text(state, str_from(rest, text_at), &label, &words, ctx->scratch, e);
	return true;
}

/* What goes on with a record begins with a blank, or with a chunk's mark; an empty line may stand between the two. */
static bool whole(struct str line, struct str behind, struct further_lines *further)
{
	(void)line;
	*further = (struct further_lines){ 0 };
	return behind.len > 0 && !str_blank(behind.ptr[0]) && behind.ptr[0] != '[';
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct stderr_state *state = ctx->state;
	struct str prefix, text;
	struct postgres_label label;
	struct prefix_words words;
	int64_t chunk;

	if (chunk_mark(record, &chunk))
		record = without_chunks(record, ctx->scratch);
	if (!split(record, &prefix, &text, &label))
		return false;
	postgres_prefix_recall(state ? &state->memo : NULL, record, prefix.len, e, &words);
	read_text(state, text, &label, &words, ctx->scratch, e);
	return true;
}

static const struct format_sample samples[] = {
	{ "2026-03-24 10:24:03.206 CET [1835] shop@shop LOG:  duration: 12.437 ms  execute S_30: SELECT "
	  "1\n\tFROM dual",
	  "time=2026-03-24T09:24:03.206Z severity=info kind=query pid=1835 user=shop db=shop "
	  "duration_ms=12.437 "
	  "query='SELECT 1\n\tFROM dual'" },
	{ "2026-03-24 10:24:03.206 CET [1835] shop@shop STATEMENT:  ALTER TABLE orders ADD COLUMN note text",
	  "time=2026-03-24T09:24:03.206Z severity= message='ALTER TABLE orders ADD COLUMN note text' "
	  "query='ALTER TABLE orders ADD COLUMN note text'" },
	{ "2026-03-24 10:24:04.206 CET [4284] cron@shop LOG:  process 4284 still waiting for AccessShareLock "
	  "on relation "
	  "16435 of database 16388 after 1135.246 ms at character 82",
	  "kind=lock_wait lock_ms=1135.246 user=cron detail='AccessShareLock on relation 16435 of database "
	  "16388'" },
	{ "2018-08-22 16:00:03 UTC:127.0.0.1(36404):app@orders:[21495]:FATAL:  password authentication "
	  "failed for user \"app\"",
	  "time=2018-08-22T16:00:03Z severity=fatal kind=auth_failure client=127.0.0.1 user=app db=orders "
	  "pid=21495" },
	{ "2020-05-04 10:11:12 UTC [77]: [3-1] user=web,db=shop,app=pgAdmin 4 - DB:shop,client=::1 ERROR:  "
	  "42P01: relation \"x\" "
	  "does not exist at character 15",
	  "time=2020-05-04T10:11:12Z severity=error pid=77 user=web db=shop logger='pgAdmin 4 - DB:shop' "
	  "client=::1 "
	  "sqlstate=42P01" },
	{ "2020-05-04 10:11:12 UTC [77] LOG:  parameter \"work_mem\" changed to \"64MB\"",
	  "kind=reload change.kind=config_change change.key=work_mem change.new=64MB "
	  "change.service=postgresql" },
	{ "2020-05-04 10:11:12.123 CEST [77] FEHLER:  Relation »x« existiert nicht",
	  "time=2020-05-04T08:11:12.123Z severity=error pid=77" },
	{ "2020-05-04 10:11:12.123 UTC [77] app@shop LOG:  statement: SELECT 1\n2020-05-04 10:11:12.530 UTC "
	  "[77] app@shop LOG: "
	  " duration: 407.1 ms",
	  "time=2020-05-04T10:11:12.530Z kind=query duration_ms=407.1 query='SELECT 1'" },
	{ "[7-1] ann@shop LOG:  duration: 3.5 ms  statement: SELECT a,\n[7-2] #011 b\n[7-3] #011 FROM "
	  "t#012#011WHERE c",
	  "time= kind=query user=ann db=shop query='SELECT a,\n\t b\n\t FROM t\n\tWHERE c'" },
	{ NULL, NULL },
};

const struct format format_postgres_stderr = {
	.id = "postgres_stderr",
	.title = "PostgreSQL server log (stderr) with any log_line_prefix",
	.service = "postgresql",
	.role = ROLE_DATABASE,
	.specificity = 50,
	.state_bytes = sizeof(struct stderr_state),
	.plain = plain,
	.whole = whole,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
