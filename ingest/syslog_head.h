/*
 * syslog_head: what stands in front of a syslog message, in all the notations files hold: RFC 3164 with
 * and without <pri>, with a year, without a host; rsyslog's and journalctl's ISO time; RFC 5424 with
 * structured data; Cisco's. Shared by the syslog format and by formats that usually arrive through it
 * (HAProxy).
 */
#ifndef INGEST_SYSLOG_HEAD_H
#define INGEST_SYSLOG_HEAD_H

#include "core/timestamp.h"
#include "core/vocab.h"

struct syslog_head {
	int pri;               /* facility * 8 + severity; -1 none */
	struct timestamp time; /* always there but with a 5424 nil */
	bool has_time;
	struct str host;       /* empty when none */
	struct str program;    /* without path of priority or pid */
	int64_t pid;           /* -1 none */
	struct str msgid;      /* 5424 */
	struct str sd;         /* 5424: structured data with its brackets */
	struct str message;    /* the rest, trimmed on the left */
};

/* False when the line does not begin so. */
bool syslog_head_parse(struct str line, struct syslog_head *h);
/* Cisco's "%SYS-5-CONFIG_I": the digit is the severity; SEV_NONE when the word is no such name. */
enum severity syslog_cisco_severity(struct str word);
/* "#011", "#012" as rsyslog writes control bytes → themselves; into the arena only when there is one. */
struct str syslog_unescape(struct str s, struct arena *a);

#endif
