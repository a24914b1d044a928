/*
 * vocab: the words that every step shares. One X-macro row gives the id, the name in
 * JSON and in the store, and the words for people. Ids are stored: append, never reorder.
 */
#ifndef CORE_VOCAB_H
#define CORE_VOCAB_H

#include "core/str.h"

/* Severity of an event, least to most. X(id, json) */
#define SEVERITIES(X)                    \
	X(SEV_NONE, "")                  \
	X(SEV_TRACE, "trace")            \
	X(SEV_DEBUG, "debug")            \
	X(SEV_INFO, "info")              \
	X(SEV_NOTICE, "notice")          \
	X(SEV_WARN, "warn")              \
	X(SEV_ERROR, "error")            \
	X(SEV_FATAL, "fatal") /* critical, alert, emergency, panic */

/* What an event is, beyond a line of text. X(id, json, words) */
#define EVENT_KINDS(X)                                                                \
	X(EV_LINE, "line", "log line")                                                \
	X(EV_HTTP, "http", "request served")                                          \
	X(EV_QUERY, "query", "statement with its duration")                           \
	X(EV_CONN_OPEN, "conn_open", "connection opened")                             \
	X(EV_CONN_CLOSE, "conn_close", "connection closed")                           \
	X(EV_CONN_REFUSED, "conn_refused", "connection refused")                      \
	X(EV_AUTH_FAILURE, "auth_failure", "authentication failed")                   \
	X(EV_LOCK_WAIT, "lock_wait", "waiting for a lock")                            \
	X(EV_DEADLOCK, "deadlock", "deadlock")                                        \
	X(EV_CANCEL, "cancel", "statement cancelled")                                 \
	X(EV_CHECKPOINT, "checkpoint", "checkpoint")                                  \
	X(EV_TEMP_FILE, "temp_file", "temporary file")                                \
	X(EV_VACUUM, "vacuum", "vacuum or analyze")                                   \
	X(EV_START, "start", "start of a process or service")                         \
	X(EV_STOP, "stop", "orderly stop")                                            \
	X(EV_CRASH, "crash", "crash or kill")                                         \
	X(EV_RELOAD, "reload", "configuration reloaded")                              \
	X(EV_CHANGE, "change", "change record")                                       \
	X(EV_UPSTREAM, "upstream", "failure of an upstream as its caller saw it")     \
	X(EV_CACHE, "cache", "cache statistics or eviction")                          \
	X(EV_REPLICATION, "replication", "replication state")                         \
	X(EV_STATE, "state", "a backend went up or down")                             \
	X(EV_STATS, "stats", "periodic statistics")

/* What a change record says was done. X(id, json, words, cause kind it raises) */
#define CHANGE_KINDS(X)                                                               \
	X(CHANGE_DEPLOYMENT, "deployment", "deployment", CAUSE_DEPLOYMENT)            \
	X(CHANGE_ROLLBACK, "rollback", "rollback", CAUSE_DEPLOYMENT)                  \
	X(CHANGE_CONFIG, "config_change", "configuration change", CAUSE_CONFIG_CHANGE) \
	X(CHANGE_FLAG, "feature_flag", "feature flag", CAUSE_FEATURE_FLAG)            \
	X(CHANGE_MIGRATION, "schema_migration", "schema migration", CAUSE_SCHEMA_MIGRATION) \
	X(CHANGE_SCALING, "scaling", "scaling", CAUSE_CONFIG_CHANGE)                  \
	X(CHANGE_RESTART, "restart", "restart", CAUSE_RESTART)                        \
	X(CHANGE_JOB, "scheduled_job", "scheduled job", CAUSE_SCHEDULED_JOB)          \
	X(CHANGE_CREDENTIAL, "credential", "credential change", CAUSE_CREDENTIAL)     \
	X(CHANGE_CERTIFICATE, "certificate", "certificate change", CAUSE_CERTIFICATE) \
	X(CHANGE_NETWORK, "network", "network change", CAUSE_NETWORK)                 \
	X(CHANGE_PACKAGE, "package", "package installed or upgraded", CAUSE_DEPLOYMENT) \
	X(CHANGE_FAILOVER, "failover", "failover", CAUSE_RESTART)                     \
	X(CHANGE_OPERATION, "operation", "operator's action", CAUSE_CONFIG_CHANGE) /* all else people do */

/* Kinds of cause: the contract of findings.json. X(id, json, words) */
#define CAUSE_KINDS(X)                                                                \
	X(CAUSE_DEPLOYMENT, "deployment", "deployment")                               \
	X(CAUSE_CONFIG_CHANGE, "config_change", "configuration change")               \
	X(CAUSE_FEATURE_FLAG, "feature_flag", "feature flag")                         \
	X(CAUSE_SCHEMA_MIGRATION, "schema_migration", "schema migration")             \
	X(CAUSE_SCHEDULED_JOB, "scheduled_job", "scheduled job")                      \
	X(CAUSE_SLOW_QUERY, "slow_query", "slow query")                               \
	X(CAUSE_LOCK_CONTENTION, "lock_contention", "lock contention")                \
	X(CAUSE_CONNECTION_EXHAUSTION, "connection_exhaustion", "connection exhaustion") \
	X(CAUSE_TRAFFIC_SURGE, "traffic_surge", "traffic surge")                      \
	X(CAUSE_CACHE_FAILURE, "cache_failure", "cache failure")                      \
	X(CAUSE_DEPENDENCY_FAILURE, "dependency_failure", "failure of a dependency")  \
	X(CAUSE_RESOURCE_EXHAUSTION, "resource_exhaustion", "resource exhaustion")    \
	X(CAUSE_RESTART, "restart", "restart or crash")                               \
	X(CAUSE_CERTIFICATE, "certificate", "certificate problem")                    \
	X(CAUSE_DNS, "dns", "name resolution failure")                                \
	X(CAUSE_NETWORK, "network", "network problem")                                \
	X(CAUSE_CREDENTIAL, "credential", "credential problem")                       \
	X(CAUSE_BAD_INPUT, "bad_input", "bad input")                                  \
	X(CAUSE_HOST_FAULT, "host_fault", "fault of one host")                        \
	X(CAUSE_UNKNOWN, "unknown", "a cause that is not in these logs")

/* Kinds of symptom. X(id, json, words) */
#define SYMPTOM_KINDS(X)                                                              \
	X(SYMPTOM_ERRORS, "errors", "failed requests")                                \
	X(SYMPTOM_AUTH, "auth_failures", "refused sign-ins")                          \
	X(SYMPTOM_REJECTED, "rejected_requests", "rejected requests")                 \
	X(SYMPTOM_LATENCY, "latency", "slow requests")                                \
	X(SYMPTOM_VOLUME_LOSS, "volume_loss", "loss of traffic")                      \
	X(SYMPTOM_LOG_ERRORS, "log_errors", "error lines")                            \
	X(SYMPTOM_ALERT, "alert", "alert")

#define VOCAB_ENUM2(id, json) id,
#define VOCAB_ENUM3(id, json, words) id,
#define VOCAB_ENUM4(id, json, words, extra) id,
enum severity { SEVERITIES(VOCAB_ENUM2) SEVERITY_COUNT };
enum event_kind { EVENT_KINDS(VOCAB_ENUM3) EVENT_KIND_COUNT };
enum change_kind { CHANGE_KINDS(VOCAB_ENUM4) CHANGE_KIND_COUNT };
enum cause_kind { CAUSE_KINDS(VOCAB_ENUM3) CAUSE_KIND_COUNT };
enum symptom_kind { SYMPTOM_KINDS(VOCAB_ENUM3) SYMPTOM_KIND_COUNT };

/* What a log is, by who writes it. Stored. */
enum format_role {
	ROLE_ACCESS,   /* requests as a server in front saw them */
	ROLE_SERVER,   /* a server's own messages (nginx error, redis, haproxy's state changes) */
	ROLE_DATABASE,
	ROLE_APP,      /* application logs */
	ROLE_SYSTEM,   /* syslog, kernel, journal */
	ROLE_CHANGE,   /* deployments, flags, migrations, audits */
	ROLE_CARRIER,  /* an envelope: the payload is decoded again */
	ROLE_TEXT,     /* last resort */
};

const char *severity_name(enum severity s);       /* JSON name */
const char *event_kind_name(enum event_kind k);
const char *change_kind_name(enum change_kind k);
const char *change_kind_words(enum change_kind k);
enum cause_kind change_kind_cause(enum change_kind k);
const char *cause_kind_name(enum cause_kind k);
const char *cause_kind_words(enum cause_kind k);
const char *symptom_kind_name(enum symptom_kind k);
const char *symptom_kind_words(enum symptom_kind k);

/*
 * A level as logs write it ("WARN", "warning", "err", "E", "crit", "30" of pino and bunyan, syslog 0..7 is
 * severity_from_syslog) → severity; SEV_NONE when unknown. ASCII case does not matter.
 */
enum severity severity_parse(struct str word);
enum severity severity_from_syslog(int level);       /* 0..7 */
enum severity severity_from_pino(int64_t level);     /* 10..60 */
/*
 * A change's kind from the verb or kind word a tool writes ("deploy", "rollback", "config", "flag.updated",
 * "migrate"); CHANGE_OPERATION when unknown.
 */
enum change_kind change_kind_parse(struct str word);
bool change_kind_parse_strict(struct str word, enum change_kind *out); /* false when unknown */

#endif
