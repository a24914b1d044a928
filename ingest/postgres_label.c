/* The words that announce what a line of PostgreSQL's log is, in the languages its server is translated to. */
#include "ingest/postgres.h"

#include "ingest/scan.h"
#include "ingest/words.h"

/* Labels end within this many bytes of a line; a prefix with long application names still fits. */
enum { LABEL_WITHIN_BYTES = 512 };

struct label_row {
	struct str word;
	enum postgres_part part;
	enum severity severity;
};

#define MSG POSTGRES_MESSAGE
#define REM POSTGRES_REMARK
#define SQL POSTGRES_STATEMENT

/* English first: the order is the order of search. The others are the labels of the server's translations. */
static const struct label_row labels[] = {
	{ WORD("LOG"), MSG, SEV_INFO },
	{ WORD("DETAIL"), REM, SEV_NONE },
	{ WORD("STATEMENT"), SQL, SEV_NONE },
	{ WORD("ERROR"), MSG, SEV_ERROR },
	{ WORD("FATAL"), MSG, SEV_FATAL },
	{ WORD("HINT"), REM, SEV_NONE },
	{ WORD("CONTEXT"), REM, SEV_NONE },
	{ WORD("WARNING"), MSG, SEV_WARN },
	{ WORD("NOTICE"), MSG, SEV_NOTICE },
	{ WORD("INFO"), MSG, SEV_INFO },
	{ WORD("PANIC"), MSG, SEV_FATAL },
	{ WORD("QUERY"), SQL, SEV_NONE },
	{ WORD("LOCATION"), REM, SEV_NONE },
	{ WORD("BACKTRACE"), REM, SEV_NONE },
	{ WORD("DEBUG"), MSG, SEV_DEBUG },
	{ WORD("DEBUG1"), MSG, SEV_DEBUG },
	{ WORD("DEBUG2"), MSG, SEV_TRACE },
	{ WORD("DEBUG3"), MSG, SEV_TRACE },
	{ WORD("DEBUG4"), MSG, SEV_TRACE },
	{ WORD("DEBUG5"), MSG, SEV_TRACE },
	/* German */
	{ WORD("FEHLER"), MSG, SEV_ERROR },
	{ WORD("WARNUNG"), MSG, SEV_WARN },
	{ WORD("HINWEIS"), MSG, SEV_NOTICE },
	{ WORD("PANIK"), MSG, SEV_FATAL },
	{ WORD("TIPP"), REM, SEV_NONE },
	{ WORD("ZUSAMMENHANG"), REM, SEV_NONE },
	{ WORD("ANWEISUNG"), SQL, SEV_NONE },
	{ WORD("ANFRAGE"), SQL, SEV_NONE },
	{ WORD("ORT"), REM, SEV_NONE },
	/* French */
	{ WORD("ERREUR"), MSG, SEV_ERROR },
	{ WORD("ATTENTION"), MSG, SEV_WARN },
	{ WORD("DÉTAIL"), REM, SEV_NONE },
	{ WORD("ASTUCE"), REM, SEV_NONE },
	{ WORD("CONTEXTE"), REM, SEV_NONE },
	{ WORD("INSTRUCTION"), SQL, SEV_NONE },
	{ WORD("REQUÊTE"), SQL, SEV_NONE },
	{ WORD("EMPLACEMENT"), REM, SEV_NONE },
	/* Spanish */
	{ WORD("ADVERTENCIA"), MSG, SEV_WARN },
	{ WORD("DETALLE"), REM, SEV_NONE },
	{ WORD("SUGERENCIA"), REM, SEV_NONE },
	{ WORD("CONTEXTO"), REM, SEV_NONE },
	{ WORD("SENTENCIA"), SQL, SEV_NONE },
	{ WORD("CONSULTA"), SQL, SEV_NONE },
	{ WORD("UBICACIÓN"), REM, SEV_NONE },
	/* Italian */
	{ WORD("ERRORE"), MSG, SEV_ERROR },
	{ WORD("ATTENZIONE"), MSG, SEV_WARN },
	{ WORD("NOTIFICA"), MSG, SEV_NOTICE },
	{ WORD("DETTAGLI"), REM, SEV_NONE },
	{ WORD("SUGGERIMENTO"), REM, SEV_NONE },
	{ WORD("CONTESTO"), REM, SEV_NONE },
	{ WORD("ISTRUZIONE"), SQL, SEV_NONE },
	{ WORD("PANICO"), MSG, SEV_FATAL },
	/* Portuguese */
	{ WORD("ERRO"), MSG, SEV_ERROR },
	{ WORD("AVISO"), MSG, SEV_WARN },
	{ WORD("NOTA"), MSG, SEV_NOTICE },
	{ WORD("DETALHE"), REM, SEV_NONE },
	{ WORD("DICA"), REM, SEV_NONE },
	{ WORD("COMANDO"), SQL, SEV_NONE },
	{ WORD("PÂNICO"), MSG, SEV_FATAL },
	/* Polish */
	{ WORD("DZIENNIK"), MSG, SEV_INFO },
	{ WORD("BŁĄD"), MSG, SEV_ERROR },
	{ WORD("OSTRZEŻENIE"), MSG, SEV_WARN },
	{ WORD("KATASTROFALNY"), MSG, SEV_FATAL },
	{ WORD("SZCZEGÓŁY"), REM, SEV_NONE },
	{ WORD("PODPOWIEDŹ"), REM, SEV_NONE },
	{ WORD("KONTEKST"), REM, SEV_NONE },
	{ WORD("WYRAŻENIE"), SQL, SEV_NONE },
	/* Turkish */
	{ WORD("HATA"), MSG, SEV_ERROR },
	{ WORD("UYARI"), MSG, SEV_WARN },
	{ WORD("ÖLÜMCÜL"), MSG, SEV_FATAL },
	{ WORD("AYRINTI"), REM, SEV_NONE },
	{ WORD("İPUCU"), REM, SEV_NONE },
	{ WORD("DEYİM"), SQL, SEV_NONE },
	/* Russian */
	{ WORD("СООБЩЕНИЕ"), MSG, SEV_INFO },
	{ WORD("ОШИБКА"), MSG, SEV_ERROR },
	{ WORD("ВАЖНО"), MSG, SEV_FATAL },
	{ WORD("ПАНИКА"), MSG, SEV_FATAL },
	{ WORD("ПРЕДУПРЕЖДЕНИЕ"), MSG, SEV_WARN },
	{ WORD("ЗАМЕЧАНИЕ"), MSG, SEV_NOTICE },
	{ WORD("ОТЛАДКА"), MSG, SEV_DEBUG },
	{ WORD("ИНФОРМАЦИЯ"), MSG, SEV_INFO },
	{ WORD("ПОДРОБНОСТИ"), REM, SEV_NONE },
	{ WORD("ПОДСКАЗКА"), REM, SEV_NONE },
	{ WORD("КОНТЕКСТ"), REM, SEV_NONE },
	{ WORD("ОПЕРАТОР"), SQL, SEV_NONE },
	{ WORD("КОМАНДА"), SQL, SEV_NONE },
	{ WORD("ЗАПРОС"), SQL, SEV_NONE },
	{ WORD("ПОЛОЖЕНИЕ"), REM, SEV_NONE },
	/* Japanese, Chinese, Korean */
	{ WORD("ログ"), MSG, SEV_INFO },
	{ WORD("エラー"), MSG, SEV_ERROR },
	{ WORD("致命的エラー"), MSG, SEV_FATAL },
	{ WORD("警告"), MSG, SEV_WARN },
	{ WORD("詳細"), REM, SEV_NONE },
	{ WORD("ヒント"), REM, SEV_NONE },
	{ WORD("文脈"), REM, SEV_NONE },
	{ WORD("文"), SQL, SEV_NONE },
	{ WORD("ステートメント"), SQL, SEV_NONE },
	{ WORD("日志"), MSG, SEV_INFO },
	{ WORD("错误"), MSG, SEV_ERROR },
	{ WORD("致命错误"), MSG, SEV_FATAL },
	{ WORD("详细信息"), REM, SEV_NONE },
	{ WORD("描述"), REM, SEV_NONE },
	{ WORD("提示"), REM, SEV_NONE },
	{ WORD("上下文"), REM, SEV_NONE },
	{ WORD("语句"), SQL, SEV_NONE },
	{ WORD("로그"), MSG, SEV_INFO },
	{ WORD("오류"), MSG, SEV_ERROR },
	{ WORD("치명적오류"), MSG, SEV_FATAL },
	{ WORD("경고"), MSG, SEV_WARN },
	{ WORD("상세정보"), REM, SEV_NONE },
	{ WORD("힌트"), REM, SEV_NONE },
	{ WORD("명령 구문"), SQL, SEV_NONE },
};

#undef MSG
#undef REM
#undef SQL

bool postgres_label_parse(struct str word, struct postgres_label *out)
{
	if (word.len < 3 || word.len > 32)
		return false;
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		if (labels[i].word.ptr[0] == word.ptr[0] && str_eq(word, labels[i].word)) {
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

/* "...:user@db:[1234]:ERROR: text": a label that adjoins the process needs no second blank, which consoles and mails take away. */
static bool adjoining_label(struct str line, size_t *prefix_len, size_t *text_at, struct postgres_label *out)
{
	ptrdiff_t at = str_find(str_head(line, LABEL_WITHIN_BYTES), STR("]:"));
	size_t from = (size_t)at + 2, to = from;

	if (at <= 0)
		return false;
	while (to < line.len && is_label_byte(line.ptr[to]))
		to++;
	if (to + 1 >= line.len || line.ptr[to] != ':' || line.ptr[to + 1] != ' ' ||
	    !postgres_label_parse(str_make(line.ptr + from, to - from), out))
		return false;
	*prefix_len = from;
	*text_at = to + 2;
	return true;
}

bool postgres_label_find(struct str line, size_t *prefix_len, size_t *text_at, struct postgres_label *out)
{
	const char *p = line.ptr, *end = p + str_head(line, LABEL_WITHIN_BYTES + 2).len;

	/* Nearly every one where the prefix is taken off. */
	if (end - p > 5 && memcmp(p, "LOG:  ", 6) == 0) {
		*prefix_len = 0;
		*text_at = 6;
		*out = (struct postgres_label){ labels[0].part, labels[0].severity };
		return true;
	}
	while ((p = scan_colon_blanks(p, end)) < end) {
		size_t i = (size_t)(p++ - line.ptr), from;

		/* Nearly every one. */
		if (i > 3 && memcmp(line.ptr + i - 4, " LOG", 4) == 0) {
			*prefix_len = i - 3;
			*text_at = i + 3;
			*out = (struct postgres_label){ labels[0].part, labels[0].severity };
			return true;
		}
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
	return adjoining_label(line, prefix_len, text_at, out);
}
