#include "analyze/families.h"

#include "core/err.h"

/*
 * Texts are those of the programs themselves (errno strings, PostgreSQL, MySQL, Redis, nginx, HAProxy,
 * OpenSSL, resolvers, the common language runtimes and their HTTP and pool libraries). The narrow
 * rows stand before the wide ones.
 */
const struct family family_table[] = {
	{ "certificate", CAUSE_CERTIFICATE, NATURE_CAUSE, "a certificate is not accepted", NULL,
	  "certificate has expired|cert_has_expired|certificate expired|x509:|certificate verify failed|certificate is not yet valid|"
	  "cert_not_yet_valid|unable to verify the first certificate|unable_to_verify_leaf_signature|self signed certificate|"
	  "self-signed certificate|sslhandshakeexception|pkix path|certificate unknown|sslv3 alert certificate|tls alert*certificate|"
	  "peer did not return a certificate|ssl certificate*expired|certificate*revoked|err_tls_cert|hostname/ip does not match certificate|"
	  "notafter|ssl_do_handshake() failed*certificate|ssl handshake failure|handshake failed*certificate" },
	{ "dns", CAUSE_DNS, NATURE_CAUSE, "a name could not be resolved", NULL,
	  "enotfound|eai_again|getaddrinfo|could not translate host name|name or service not known|temporary failure in name resolution|"
	  "no such host|unknownhostexception|could not be resolved|could not resolve|host not found|servfail|nxdomain|"
	  "name resolution|dns lookup|resolver*timed out|no resolver defined|nameresolutionerror|server misbehaving|unresolvable" },
	{ "disk_full", CAUSE_RESOURCE_EXHAUSTION, NATURE_CAUSE, "no space is left on a device", "disk space",
	  "no space left on device|enospc|disk full|disk is full|disk quota exceeded|edquot|the table * is full|"
	  "not enough disk space|out of disk|insufficient disk|misconf redis is configured to save rdb|filesystem*full|"
	  "low on disk space|free space|flood stage disk watermark|disk usage exceeded" },
	{ "file_descriptors", CAUSE_RESOURCE_EXHAUSTION, NATURE_CAUSE, "file descriptors are used up", "file descriptors",
	  "too many open files|emfile|enfile|file table overflow|max number of file descriptors" },
	{ "memory", CAUSE_RESOURCE_EXHAUSTION, NATURE_CAUSE, "memory is used up", "memory",
	  "out of memory|cannot allocate memory|enomem|outofmemoryerror|oom-kill|oom killer|oomkilled|killed process|"
	  "heap out of memory|javascript heap|memory limit|java heap space|gc overhead limit|memoryerror|std::bad_alloc|"
	  "allocation failed|memory cgroup|reached heap limit|memory exhausted|oom command not allowed" },
	{ "workers", CAUSE_RESOURCE_EXHAUSTION, NATURE_CAUSE, "workers or threads are used up", "workers",
	  "worker_connections are not enough|server reached *max_children|reached pm.max_children|maxrequestworkers|maxclients setting|"
	  "pthread_create failed|can't start new thread|unable to create new native thread|resource temporarily unavailable|"
	  "rejectedexecutionexception|thread pool*exhausted|no free worker|all workers*busy|workers exhausted|worker pool*exhausted|"
	  "queue is full|queue full|listen queue*overflow|thread starvation|max_user_processes|fork: retry|eagain*fork|too many processes" },
	{ "deadlock", CAUSE_LOCK_CONTENTION, NATURE_CAUSE, "transactions deadlocked", NULL,
	  "deadlock detected|deadlock found|deadlock victim|lock order inversion" },
	{ "lock_wait", CAUSE_LOCK_CONTENTION, NATURE_CAUSE, "statements wait for a lock", NULL,
	  "still waiting for *lock|lock wait timeout|lock timeout|canceling statement due to lock timeout|could not obtain lock|"
	  "database is locked|metadata lock|lock request time out|waiting for *lock|acquired *lock on*after|lockacquisition|lock_not_available" },
	{ "connection_slots", CAUSE_CONNECTION_EXHAUSTION, NATURE_CAUSE, "the database has no free connections", NULL,
	  "too many clients|too many connections|remaining connection slots|max_connections|max_user_connections|"
	  "no more connections allowed|max_client_conn|max number of clients reached|connection limit exceeded|er_con_count_error|"
	  "too many database connections|maxclients reached|too_many_connections|connection slots" },
	{ "pool", CAUSE_CONNECTION_EXHAUSTION, NATURE_CALLER, "callers wait for a pooled connection in vain", NULL,
	  "query_wait_timeout|pool timeout|pool exhausted|connection pool*exhaust|connection pool*timeout|timeout*connection from pool|"
	  "timeout*acquiring*connection|timeout acquiring a connection|timeout exceeded when trying to connect|pool is probably full|"
	  "could not obtain connection|connection is not available*request timed out|queuepool limit|pool_timeout|"
	  "unable to acquire*connection|no available connection|pool is full|connectionpooltimeout|poolexhausted|"
	  "waiting for*connection*pool|no free connection|pool empty|could not get a connection|error acquiring client|pool is closed|pool size*reached" },
	{ "cache_memory", CAUSE_CACHE_FAILURE, NATURE_CAUSE, "the cache is out of memory", NULL,
	  "used memory > 'maxmemory'|maxmemory|evicted keys|eviction" },
	{ "cache", CAUSE_CACHE_FAILURE, NATURE_CALLER, "the cache does not answer or gives wrong answers", NULL,
	  "redis*econnrefused|redis*timed out|redis*timeout|redis*connection|redis*unavailable|redis*error|error*redis|redis is loading|loading redis|loading the dataset|"
	  "memcache*fail|memcache*timeout|memcache*error|cache unavailable|cache*timeout|cache*unreachable|cache connection|cache read failed|cache write failed|cache error|"
	  "maxretriesperrequest|stale session|session*stale|stale*cache|stale*data|cache*stale|cache miss storm|cache stampede|session store*|readonly you can't write|clusterdown|"
	  "falling back to*database|cache bypass|jedisconnection|lettuce|session*not found in cache|cache get failed|cache set failed|cache down" },
	{ "credential", CAUSE_CREDENTIAL, NATURE_CAUSE, "credentials are refused", NULL,
	  "password authentication failed|access denied for user|authentication failed for user|noauth|wrongpass|invalid username-password|"
	  "invalid api key|invalid_api_key|api key*invalid|api key*expired|expired token|token has expired|token expired|invalid_client|"
	  "signaturedoesnotmatch|invalidaccesskeyid|expiredtoken|no pg_hba.conf entry|role * does not exist|invalid signature|jwt expired|"
	  "invalid credentials for|invalid_grant|unable to authenticate|permission denied for|authentication failure*service|"
	  "login failed for user|bad credentials for service|key rotated|unknown key id|signature verification failed|invalidsignature" },
	{ "hardware", CAUSE_HOST_FAULT, NATURE_CAUSE, "a device or file system failed", NULL,
	  "input/output error|i/o error|read-only file system|erofs|ext4-fs error|xfs*corruption|remounting filesystem read-only|"
	  "hardware error|machine check|mce:|ecc error|link is down|nic link|blk_update_request|medium error|smart*fail|hung task|"
	  "blocked for more than*seconds|soft lockup|thermal|temperature above threshold|clock throttled|nvme*timeout|ata*failed command|buffer i/o error" },
	{ "rate_limit", CAUSE_TRAFFIC_SURGE, NATURE_EFFECT, "requests are being limited", NULL,
	  "limiting requests|limiting connections|rate limit|ratelimit|too many requests|throttl" },
	{ "loop", CAUSE_DEPLOYMENT, NATURE_CAUSE, "requests go round in a loop", NULL,
	  "request loop|redirect loop|recursion|maximum call stack|stack overflow|stackoverflowerror|too many redirects|loop detected|"
	  "max hops|hop limit|nested too deep|recursive call|circular" },
	{ "schema", CAUSE_DEPLOYMENT, NATURE_CAUSE, "code and schema do not fit together", NULL,
	  "column * does not exist|relation * does not exist|unknown column|no such table|no such column|table * doesn't exist|"
	  "undefined column|undefinedcolumn|undefinedtable|does not exist at character|invalid column name|missing column|violates not-null|invalid object name" },
	{ "code", CAUSE_DEPLOYMENT, NATURE_CAUSE, "code fails", NULL,
	  "typeerror|referenceerror|is not defined|nullpointerexception|nil pointer dereference|undefined is not|cannot read propert|is not a function|"
	  "attributeerror|keyerror|nameerror|nomethoderror|undefined method|undefined variable|"
	  "panic:|segmentation fault|segfault|index out of range|indexoutofbounds|classcastexception|"
	  "nosuchmethod|classnotfound|noclassdeffound|importerror|modulenotfound|cannot find module|assertion failed|assertionerror|illegalstate|"
	  "zerodivision|division by zero|cannot destructure|unexpected token|null reference|nullreference|unwrap|index out of bounds|illegalargument" },
	{ "bad_input", CAUSE_BAD_INPUT, NATURE_CAUSE, "one input cannot be processed", NULL,
	  "malformed|cannot parse|could not parse|parse error|parsing failed|failed to parse|json parse|invalid byte sequence|invalid utf|syntaxerror|unexpected end of json|"
	  "invalid input syntax|value too long|out of range for type|deserializ|unmarshal|poison message|dead letter|dead-letter|decode error|"
	  "corrupt message|invalid payload|unprocessable|cannot decode|invalid format|schema validation|numeric field overflow|integer out of range" },
	{ "replication", CAUSE_DEPENDENCY_FAILURE, NATURE_CAUSE, "replication is behind or broken", "replication",
	  "replication lag|replica lag|conflict with recovery|terminating walreceiver|replication terminated|"
	  "could not receive data from wal stream|requested wal segment|seconds_behind|semi-sync|replica*behind|master_link_status|"
	  "standby*behind|stale read|read-only transaction|lagging behind" },
	{ "database_down", CAUSE_RESTART, NATURE_CAUSE, "the database is starting or stopping", NULL,
	  "database system is starting up|database system is shutting down|the database system is in recovery|"
	  "terminating connection due to administrator command|server closed the connection unexpectedly|57p01|57p03|server has gone away|"
	  "connection terminated unexpectedly|lost connection to mysql|lost connection to server|terminating connection because of crash|connection terminated due to|connection not open|admin_shutdown" },
	{ "refused", CAUSE_DEPENDENCY_FAILURE, NATURE_CALLER, "a dependency refuses connections", NULL,
	  "econnrefused|connection refused|actively refused|no live upstreams|no server available|no server is available|upstream unavailable|is down, reason|"
	  "service unavailable|503 service|host is unreachable|ehostunreach|no healthy upstream|backend * has no server|connection failure|failed to connect|unavailable: |upstream connect error|cannot connect to|could not connect to|connect failed" },
	{ "timeout", CAUSE_DEPENDENCY_FAILURE, NATURE_CALLER, "a dependency does not answer in time", NULL,
	  "upstream timed out|etimedout|econnaborted|upstream timeout|timeout of *exceeded|deadline exceeded|deadlineexceeded|context deadline|gateway timeout|"
	  "read timed out|connect timeout|connection timed out|connecttimeout|readtimeout|sockettimeout|request timed out|timed out|timeout|"
	  "took too long|time-out|esockettimedout|canceling statement due to statement timeout|request aborted" },
	{ "reset", CAUSE_DEPENDENCY_FAILURE, NATURE_CALLER, "a dependency breaks connections off", NULL,
	  "econnreset|connection reset|broken pipe|epipe|prematurely closed|socket hang up|unexpected eof|connection closed|"
	  "remote end closed|recv() failed|bad gateway|remotedisconnected|connection was aborted|connection aborted|upstream sent invalid|goaway" },
	{ "network", CAUSE_NETWORK, NATURE_CAUSE, "the network does not carry packets", NULL,
	  "network is unreachable|enetunreach|no route to host|packet loss|carrier lost|network unreachable|enetdown|duplicate address" },
	{ "circuit", CAUSE_DEPENDENCY_FAILURE, NATURE_CALLER, "a circuit breaker opened", NULL,
	  "circuit breaker|circuit open|breaker is open|circuitbreaker|bulkhead" },
	{ "upstream_error", CAUSE_DEPENDENCY_FAILURE, NATURE_CALLER, "a dependency answers with errors", NULL,
	  "upstream*error|upstream*failed|upstream*status|call to*failed|call*failed:*answered|answered <*>|answered with|unexpected response|dependency*failed|downstream*error|status code 5|responded with 5|returned 5|http 5|answered 5|"
	  "request failed with status|unexpected status|non-2xx|bad response from" },
	{ "unhandled", CAUSE_DEPLOYMENT, NATURE_CAUSE, "code fails", NULL, "unhandled exception|unhandled rejection|uncaught exception|unhandledpromise" },
	{ NULL, CAUSE_UNKNOWN, NATURE_EFFECT, NULL, NULL, NULL },
};

/* One alternative: literal parts between '*', in order. */
static bool alternative_matches(struct str pattern, struct str text)
{
	while (pattern.len) {
		struct str rest;
		struct str part = str_cut(pattern, '*', &rest);
		if (part.len) {
			ptrdiff_t at = str_find_nocase(text, part);
			if (at < 0)
				return false;
			text = str_from(text, (size_t)at + part.len);
		}
		pattern = rest;
	}
	return true;
}

const struct family *family_of(struct str text)
{
	for (const struct family *f = family_table; f->id; f++) {
		struct str rest = str_of(f->patterns);
		while (rest.len) {
			struct str alternative = str_cut(rest, '|', &rest);
			if (alternative.len && alternative_matches(alternative, text))
				return f;
		}
	}
	return NULL;
}

const struct family *family_by_id(const char *id)
{
	for (const struct family *f = family_table; f->id; f++)
		if (strcmp(f->id, id) == 0)
			return f;
	BUG("no such family");
}
