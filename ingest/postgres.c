#include "ingest/postgres.h"

/* Labels end within this many bytes of a line; a prefix with long application names still fits. */
enum { LABEL_WITHIN_BYTES = 512 };

struct label_row {
	const char *word;
	enum postgres_part part;
	enum severity severity;
};

#define MSG POSTGRES_MESSAGE
#define REM POSTGRES_REMARK
#define SQL POSTGRES_STATEMENT

/* English first: the order is the order of search. The others are the labels of the server's translations. */
static const struct label_row labels[] = {
	{ "LOG", MSG, SEV_INFO },
	{ "DETAIL", REM, SEV_NONE },
	{ "STATEMENT", SQL, SEV_NONE },
	{ "ERROR", MSG, SEV_ERROR },
	{ "FATAL", MSG, SEV_FATAL },
	{ "HINT", REM, SEV_NONE },
	{ "CONTEXT", REM, SEV_NONE },
	{ "WARNING", MSG, SEV_WARN },
	{ "NOTICE", MSG, SEV_NOTICE },
	{ "INFO", MSG, SEV_INFO },
	{ "PANIC", MSG, SEV_FATAL },
	{ "QUERY", SQL, SEV_NONE },
	{ "LOCATION", REM, SEV_NONE },
	{ "BACKTRACE", REM, SEV_NONE },
	{ "DEBUG", MSG, SEV_DEBUG },
	{ "DEBUG1", MSG, SEV_DEBUG },
	{ "DEBUG2", MSG, SEV_TRACE },
	{ "DEBUG3", MSG, SEV_TRACE },
	{ "DEBUG4", MSG, SEV_TRACE },
	{ "DEBUG5", MSG, SEV_TRACE },
	/* German */
	{ "FEHLER", MSG, SEV_ERROR },
	{ "WARNUNG", MSG, SEV_WARN },
	{ "HINWEIS", MSG, SEV_NOTICE },
	{ "PANIK", MSG, SEV_FATAL },
	{ "TIPP", REM, SEV_NONE },
	{ "ZUSAMMENHANG", REM, SEV_NONE },
	{ "ANWEISUNG", SQL, SEV_NONE },
	{ "ANFRAGE", SQL, SEV_NONE },
	{ "ORT", REM, SEV_NONE },
	/* French */
	{ "ERREUR", MSG, SEV_ERROR },
	{ "ATTENTION", MSG, SEV_WARN },
	{ "DÉTAIL", REM, SEV_NONE },
	{ "ASTUCE", REM, SEV_NONE },
	{ "CONTEXTE", REM, SEV_NONE },
	{ "INSTRUCTION", SQL, SEV_NONE },
	{ "REQUÊTE", SQL, SEV_NONE },
	{ "EMPLACEMENT", REM, SEV_NONE },
	/* Spanish */
	{ "ADVERTENCIA", MSG, SEV_WARN },
	{ "DETALLE", REM, SEV_NONE },
	{ "SUGERENCIA", REM, SEV_NONE },
	{ "CONTEXTO", REM, SEV_NONE },
	{ "SENTENCIA", SQL, SEV_NONE },
	{ "CONSULTA", SQL, SEV_NONE },
	{ "UBICACIÓN", REM, SEV_NONE },
	/* Italian */
	{ "ERRORE", MSG, SEV_ERROR },
	{ "ATTENZIONE", MSG, SEV_WARN },
	{ "NOTIFICA", MSG, SEV_NOTICE },
	{ "DETTAGLI", REM, SEV_NONE },
	{ "SUGGERIMENTO", REM, SEV_NONE },
	{ "CONTESTO", REM, SEV_NONE },
	{ "ISTRUZIONE", SQL, SEV_NONE },
	{ "PANICO", MSG, SEV_FATAL },
	/* Portuguese */
	{ "ERRO", MSG, SEV_ERROR },
	{ "AVISO", MSG, SEV_WARN },
	{ "NOTA", MSG, SEV_NOTICE },
	{ "DETALHE", REM, SEV_NONE },
	{ "DICA", REM, SEV_NONE },
	{ "COMANDO", SQL, SEV_NONE },
	{ "PÂNICO", MSG, SEV_FATAL },
	/* Polish */
	{ "DZIENNIK", MSG, SEV_INFO },
	{ "BŁĄD", MSG, SEV_ERROR },
	{ "OSTRZEŻENIE", MSG, SEV_WARN },
	{ "KATASTROFALNY", MSG, SEV_FATAL },
	{ "SZCZEGÓŁY", REM, SEV_NONE },
	{ "PODPOWIEDŹ", REM, SEV_NONE },
	{ "KONTEKST", REM, SEV_NONE },
	{ "WYRAŻENIE", SQL, SEV_NONE },
	/* Turkish */
	{ "HATA", MSG, SEV_ERROR },
	{ "UYARI", MSG, SEV_WARN },
	{ "ÖLÜMCÜL", MSG, SEV_FATAL },
	{ "AYRINTI", REM, SEV_NONE },
	{ "İPUCU", REM, SEV_NONE },
	{ "DEYİM", SQL, SEV_NONE },
	/* Russian */
	{ "СООБЩЕНИЕ", MSG, SEV_INFO },
	{ "ОШИБКА", MSG, SEV_ERROR },
	{ "ВАЖНО", MSG, SEV_FATAL },
	{ "ПАНИКА", MSG, SEV_FATAL },
	{ "ПРЕДУПРЕЖДЕНИЕ", MSG, SEV_WARN },
	{ "ЗАМЕЧАНИЕ", MSG, SEV_NOTICE },
	{ "ОТЛАДКА", MSG, SEV_DEBUG },
	{ "ИНФОРМАЦИЯ", MSG, SEV_INFO },
	{ "ПОДРОБНОСТИ", REM, SEV_NONE },
	{ "ПОДСКАЗКА", REM, SEV_NONE },
	{ "КОНТЕКСТ", REM, SEV_NONE },
	{ "ОПЕРАТОР", SQL, SEV_NONE },
	{ "КОМАНДА", SQL, SEV_NONE },
	{ "ЗАПРОС", SQL, SEV_NONE },
	{ "ПОЛОЖЕНИЕ", REM, SEV_NONE },
	/* Japanese, Chinese, Korean */
	{ "ログ", MSG, SEV_INFO },
	{ "エラー", MSG, SEV_ERROR },
	{ "致命的エラー", MSG, SEV_FATAL },
	{ "警告", MSG, SEV_WARN },
	{ "詳細", REM, SEV_NONE },
	{ "ヒント", REM, SEV_NONE },
	{ "文脈", REM, SEV_NONE },
	{ "文", SQL, SEV_NONE },
	{ "ステートメント", SQL, SEV_NONE },
	{ "日志", MSG, SEV_INFO },
	{ "错误", MSG, SEV_ERROR },
	{ "致命错误", MSG, SEV_FATAL },
	{ "详细信息", REM, SEV_NONE },
	{ "描述", REM, SEV_NONE },
	{ "提示", REM, SEV_NONE },
	{ "上下文", REM, SEV_NONE },
	{ "语句", SQL, SEV_NONE },
	{ "로그", MSG, SEV_INFO },
	{ "오류", MSG, SEV_ERROR },
	{ "치명적오류", MSG, SEV_FATAL },
	{ "경고", MSG, SEV_WARN },
	{ "상세정보", REM, SEV_NONE },
	{ "힌트", REM, SEV_NONE },
	{ "명령 구문", SQL, SEV_NONE },
};

#undef MSG
#undef REM
#undef SQL

bool postgres_label_parse(struct str word, struct postgres_label *out)
{
	if (word.len < 3 || word.len > 32)
		return false;
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		if (labels[i].word[0] == word.ptr[0] && str_eq(word, str_of(labels[i].word))) {
			*out = (struct postgres_label){ labels[i].part, labels[i].severity };
			return true;
		}
	}
	return false;
}

static bool is_label_byte(char c)
{
	unsigned char u = (unsigned char)c;

	return (u >= 'A' && u <= 'Z') || (u >= '1' && u <= '5') || u >= 0x80;
}

bool postgres_label_find(struct str line, size_t *prefix_len, size_t *text_at, struct postgres_label *out)
{
	struct str head = str_head(line, LABEL_WITHIN_BYTES);
	size_t at = 0;

	while (at < head.len) {
		const char *colon = memchr(head.ptr + at, ':', head.len - at);
		size_t i, from;

		if (!colon)
			return false;
		i = (size_t)(colon - head.ptr);
		at = i + 1;
		if (i + 2 >= line.len || line.ptr[i + 1] != ' ' || line.ptr[i + 2] != ' ')
			continue;
		for (from = i; from > 0 && is_label_byte(line.ptr[from - 1]);)
			from--;
		/* A digit directly before a label belongs to the prefix ("%l" without a blank behind it). */
		while (from < i && line.ptr[from] >= '1' && line.ptr[from] <= '5')
			from++;
		if (postgres_label_parse(str_make(line.ptr + from, i - from), out)) {
			*prefix_len = from;
			*text_at = i + 3;
			return true;
		}
	}
	return false;
}

bool postgres_is_sqlstate(struct str s)
{
	bool digit = false;

	if (s.len != 5)
		return false;
	for (size_t i = 0; i < 5; i++) {
		if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
			digit = true;
		else if (s.ptr[i] < 'A' || s.ptr[i] > 'Z')
			return false;
	}
	return digit;
}

struct str postgres_name(struct str s)
{
	return str_eq(s, STR("[unknown]")) ? STR_NONE : s;
}

struct str postgres_client(struct str from)
{
	ptrdiff_t at;

	if (str_starts(from, STR("[local]")))
		return STR("[local]");
	at = str_chr(from, '(');
	if (at > 0)
		return str_head(from, (size_t)at);
	/* The last colon separates the port: the csvlog writes "::1:16790" without brackets. */
	at = str_rchr(from, ':');
	if (at > 0 && (size_t)at + 1 < from.len) {
		for (size_t i = (size_t)at + 1; i < from.len; i++)
			if (from.ptr[i] < '0' || from.ptr[i] > '9')
				return from;
		return str_head(from, (size_t)at);
	}
	return from;
}

/* The value of "name=" in a message, up to the next blank. */
static struct str field(struct str text, struct str name)
{
	ptrdiff_t at = str_find(text, name);
	struct str rest;

	if (at < 0)
		return STR_NONE;
	rest = str_from(text, (size_t)at + name.len);
	return str_word(&rest);
}

/* What stands between two pieces of text; empty unless both are there in this order. */
static struct str between(struct str text, struct str before, struct str after)
{
	ptrdiff_t at = str_find(text, before);
	struct str rest;

	if (at < 0)
		return STR_NONE;
	rest = str_from(text, (size_t)at + before.len);
	at = str_find(rest, after);
	return at < 0 ? STR_NONE : str_head(rest, (size_t)at);
}

static void set_if_empty(struct str *to, struct str value)
{
	if (to->len == 0)
		*to = value;
}

static void session_fields(struct event *e, struct str text)
{
	static const struct str name_key = { "application_name=", sizeof "application_name=" - 1 };
	ptrdiff_t at;

	if (e->user.len == 0)
		e->user = postgres_name(field(text, STR("user=")));
	if (e->db.len == 0)
		e->db = postgres_name(field(text, STR("database=")));
	if (e->client.len == 0)
		e->client = field(text, STR("host="));
	if (e->logger.len)
		return;
	at = str_find(text, name_key);
	if (at >= 0) {
		struct str name = str_from(text, (size_t)at + name_key.len);
		ptrdiff_t end = str_find(name, STR(" SSL enabled"));

		if (end < 0)
			end = str_find(name, STR(" GSS ("));
		set_if_empty(&e->logger, end < 0 ? name : str_head(name, (size_t)end));
	}
}

/* "duration: 12.4 ms  execute S_1: SELECT ...": the verb and the statement behind it. */
static void statement_part(struct event *e, struct str text, size_t verb_at)
{
	struct str rest = str_from(text, verb_at);
	ptrdiff_t colon;

	if (str_starts(rest, STR("plan:"))) {
		ptrdiff_t plan;

		e->message = str_head(text, verb_at + 4);
		e->query = str_trim(str_from(rest, 5));
		if (str_starts(e->query, STR("Query Text: "))) {
			e->query = str_from(e->query, 12);
			plan = str_find(e->query, STR("(cost="));
			if (plan >= 0) {
				e->query = str_head(e->query, (size_t)plan);
				plan = str_rchr(e->query, '\n');
				e->query =
					str_trim(str_head(e->query, plan < 0 ? e->query.len : (size_t)plan));
			}
		}
		return;
	}
	colon = str_find(rest, STR(": "));
	if (colon < 0)
		return;
	e->message = str_head(text, verb_at + (size_t)colon);
	e->query = str_trim(str_from(rest, (size_t)colon + 2));
}

static void type_duration(struct event *e, struct str text)
{
	static const size_t head = sizeof "duration: " - 1;
	struct str number = str_from(text, head);
	ptrdiff_t blank = str_chr(number, ' ');
	double ms;
	size_t at;

	if (blank <= 0 || !str_to_double(str_head(number, (size_t)blank), &ms) || !(ms >= 0))
		return;
	if (!str_starts(str_from(number, (size_t)blank), STR(" ms")))
		return;
	e->kind = EV_QUERY;
	e->duration_ms = ms;
	at = head + (size_t)blank + 3;
	if (at < text.len && text.ptr[at] == ' ') {
		while (at < text.len && text.ptr[at] == ' ')
			at++;
		statement_part(e, text, at);
	}
}

/* "process 4284 still waiting for AccessShareLock on relation 16435 of database 16388 after 1135.246 ms at
 * ..." */
static void type_process(struct event *e, struct str text, struct str remark, struct arena *scratch)
{
	struct str lock = between(text, STR("still waiting for "), STR(" after "));
	struct str holder;
	double ms;

	if (lock.len == 0)
		lock = between(text, STR(" acquired "), STR(" after "));
	if (lock.len == 0) {
		if (str_find(text, STR("deadlock")) >= 0)
			e->kind = EV_DEADLOCK;
		return;
	}
	e->kind = EV_LOCK_WAIT;
	if (str_to_double(field(text, STR(" after ")), &ms) && ms >= 0)
		e->lock_ms = ms;
	holder = between(remark, STR("holding the lock: "), STR("."));
	e->detail = lock;
	e->holder = holder;
	if (holder.len)
		e->detail = arena_printf(scratch, "%.*s, held by %.*s", STR_ARG(lock), STR_ARG(holder));
}

static void type_parameter(struct event *e, struct str text, struct arena *scratch)
{
	struct str key = between(text, STR("parameter \""), STR("\""));
	struct change *c;

	if (key.len == 0)
		return;
	if (str_find(text, STR(" changed to \"")) < 0 && str_find(text, STR("reset to default")) < 0)
		return; /* "cannot be changed without restarting the server": nothing changed */
	c = arena_new(scratch, struct change);
	c->kind = CHANGE_CONFIG;
	c->service = STR("postgresql");
	c->key = key;
	c->new_value = between(text, STR(" changed to \""), STR("\""));
	if (c->new_value.len == 0)
		c->new_value = STR("default");
	c->status = STR("succeeded");
	c->text = text;
	c->end_ns = TIME_NONE;
	e->kind = EV_RELOAD;
	e->change = c;
}

static void type_checkpoint(struct event *e, struct str text)
{
	double s;

	e->kind = EV_CHECKPOINT;
	if (str_to_double(field(text, STR(" total=")), &s) && s >= 0)
		e->duration_ms = s * 1000;
}

/* "disconnection: session time: 0:00:41.223 user=app database=shop host=10.0.0.2 port=50000" */
static void type_session(struct event *e, struct str text)
{
	struct str time = field(text, STR("session time: "));

	session_fields(e, text);
	if (!duration_parse_ms(time, &e->duration_ms))
		e->duration_ms = NAN;
}

static void type_vacuum(struct event *e, struct str text)
{
	double s;

	e->kind = EV_VACUUM;
	if (str_to_double(field(text, STR("elapsed: ")), &s) && s >= 0)
		e->duration_ms = s * 1000;
	else if (str_to_double(field(text, STR("elapsed ")), &s) && s >= 0)
		e->duration_ms = s * 1000; /* up to 9.6: "elapsed 0.15 sec" */
}

static void type_temporary_file(struct event *e, struct str text)
{
	int64_t bytes;

	e->kind = EV_TEMP_FILE;
	if (str_to_i64(field(text, STR(" size ")), &bytes) && bytes >= 0)
		e->bytes = bytes;
}

enum row_rule { ROW_STARTS, ROW_CONTAINS };
struct kind_row {
	enum row_rule rule;
	enum severity at_least; /* SEV_NONE: any */
	struct str text;
	enum event_kind kind;
};
#define STARTS(text, kind)                                                                                   \
	{                                                                                                    \
		ROW_STARTS, SEV_NONE, { text, sizeof text - 1 }, kind                                        \
	}
#define FATAL_HAS(text, kind)                                                                                \
	{                                                                                                    \
		ROW_CONTAINS, SEV_FATAL, { text, sizeof text - 1 }, kind                                     \
	}

/* Texts that need no more than their kind; the first row that fits counts. */
static const struct kind_row kinds[] = {
	STARTS("sorry, too many clients", EV_CONN_REFUSED),
	STARTS("remaining connection slots", EV_CONN_REFUSED),
	STARTS("too many connections for ", EV_CONN_REFUSED),
	STARTS("the database system is ", EV_CONN_REFUSED),
	STARTS("no pg_hba.conf entry for ", EV_AUTH_FAILURE),
	STARTS("pg_hba.conf rejects ", EV_AUTH_FAILURE),
	FATAL_HAS("authentication failed for user", EV_AUTH_FAILURE),
	{ ROW_STARTS, SEV_FATAL, { "role \"", 6 }, EV_AUTH_FAILURE },
	STARTS("deadlock detected", EV_DEADLOCK),
	STARTS("canceling ", EV_CANCEL),
	STARTS("terminating connection ", EV_CANCEL),
	STARTS("terminating autovacuum process", EV_CANCEL),
	STARTS("terminating any other active server", EV_CRASH),
	STARTS("server process (PID ", EV_CRASH),
	STARTS("startup process (PID ", EV_CRASH),
	STARTS("database system was interrupted", EV_CRASH),
	STARTS("database system was not properly shut down", EV_CRASH),
	STARTS("all server processes terminated", EV_START),
	STARTS("starting PostgreSQL", EV_START),
	STARTS("database system is ready to accept", EV_START),
	STARTS("database system is shut down", EV_STOP),
	STARTS("shutting down", EV_STOP),
	STARTS("received smart shutdown", EV_STOP),
	STARTS("received fast shutdown", EV_STOP),
	STARTS("received immediate shutdown", EV_STOP),
	STARTS("received SIGHUP", EV_RELOAD),
	STARTS("received promote request", EV_REPLICATION),
	STARTS("selected new timeline ID", EV_REPLICATION),
	STARTS("started streaming WAL", EV_REPLICATION),
	STARTS("entering standby mode", EV_REPLICATION),
	STARTS("requested WAL segment ", EV_REPLICATION),
	STARTS("could not receive data from WAL stream", EV_REPLICATION),
	STARTS("terminating walsender", EV_REPLICATION),
	STARTS("terminating walreceiver", EV_REPLICATION),
	STARTS("standby \"", EV_REPLICATION),
	STARTS("logical decoding ", EV_REPLICATION),
	STARTS("logical replication ", EV_REPLICATION),
	STARTS("streaming replication ", EV_REPLICATION),
	STARTS("replication terminated", EV_REPLICATION),
	STARTS("starting logical decoding", EV_REPLICATION),
	FATAL_HAS("could not connect to the primary server", EV_REPLICATION),
};

static void type_by_table(struct event *e, struct str text)
{
	struct str head = str_head(text, 256);

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const struct kind_row *r = &kinds[i];

		if (r->at_least > e->severity || head.len == 0 ||
		    (r->rule == ROW_STARTS && r->text.ptr[0] != head.ptr[0]))
			continue;
		if (r->rule == ROW_STARTS ? str_starts(head, r->text) : str_find(head, r->text) >= 0) {
			e->kind = r->kind;
			break;
		}
	}
	if (e->kind == EV_AUTH_FAILURE)
		set_if_empty(&e->user, between(head, STR(" user \""), STR("\"")));
	if (e->kind == EV_START && str_starts(head, STR("starting PostgreSQL ")))
		e->version = field(head, STR("PostgreSQL "));
}

void postgres_message(struct event *e, struct str text, struct str remark, struct arena *scratch)
{
	struct str further;
	ptrdiff_t colon;

	/* With log_error_verbosity = verbose the code stands before the text. */
	if (text.len > 7 && text.ptr[5] == ':' && text.ptr[6] == ' ' &&
	    postgres_is_sqlstate(str_head(text, 5))) {
		set_if_empty(&e->sqlstate, str_head(text, 5));
		text = str_from(text, 7);
	}
	e->message = str_cut(text, '\n', &further);
	if (str_starts(text, STR("duration: "))) {
		type_duration(e, text);
	} else if (str_starts(text, STR("statement: "))) {
		e->query = str_trim(str_from(text, 11));
	} else if (str_starts(text, STR("execute ")) &&
		   (colon = str_find(str_head(text, 160), STR(": "))) > 0) {
		e->query = str_trim(str_from(text, (size_t)colon + 2));
	} else if (str_starts(text, STR("connection received: "))) {
		session_fields(e, text);
	} else if (str_starts(text, STR("connection authorized: ")) ||
		   str_starts(text, STR("replication connection authorized: "))) {
		e->kind = EV_CONN_OPEN;
		session_fields(e, text);
	} else if (str_starts(text, STR("connection authenticated: "))) {
		set_if_empty(&e->user, between(text, STR("identity=\""), STR("\"")));
	} else if (str_starts(text, STR("disconnection: "))) {
		e->kind = EV_CONN_CLOSE;
		type_session(e, text);
	} else if (str_starts(text, STR("process "))) {
		type_process(e, text, remark, scratch);
	} else if (str_starts(text, STR("checkpoint ")) || str_starts(text, STR("checkpoints ")) ||
		   str_starts(text, STR("restartpoint "))) {
		type_checkpoint(e, text);
	} else if (str_starts(text, STR("temporary file: "))) {
		type_temporary_file(e, text);
	} else if (str_starts(text, STR("automatic "))) {
		type_vacuum(e, text);
	} else if (str_starts(text, STR("parameter \""))) {
		type_parameter(e, text, scratch);
	} else {
		type_by_table(e, text);
	}
	if (e->query.len == 0)
		set_if_empty(&e->detail, str_trim(further));
}
