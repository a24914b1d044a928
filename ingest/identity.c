#include "ingest/identity.h"

#include "ingest/words.h"

enum { COMPONENTS_MAX = 32, TOKENS_MAX = 12 };

/*
 * Names that say what kind of file or place something is, not whose. A stem made of these alone names no
 * service.
 */
static bool is_generic(struct str w)
{
	static const char *const list[] = {
		/* kinds of files */
		"access", "error", "errors", "log", "logs", "logfile", "out", "err", "stdout", "stderr",
		"messages", "current", "debug",
		"info", "warn", "warning", "trace", "general", "slow", "query", "queries", "slowlog",
		"audit", "json", "csv", "txt",
		"text", "full", "combined", "common", "ssl", "http", "https", "other", "vhosts", "vhost",
		"syslog", "kern", "daemon",
		"output", "console", "events", "event", "all", "sample", "samples", "test", "tests",
		"example", "plain", "raw",
		/* kinds of programs */
		"app", "apps", "application", "applications", "server", "service", "services", "srv", "svc",
		"main", "master",
		"primary", "replica", "standby", "secondary", "prod", "production", "staging", "stage",
		"dev", "live", "cluster",
		"node", "nodes", "host", "hosts", "machine", "instance", "container", "containers", "pod",
		"pods", "worker",
		/* places */
		"var", "opt", "tmp", "home", "root", "usr", "local", "etc", "mnt", "data", "lib", "run",
		"share", "shared", "www",
		"release", "releases", "deploy", "archive", "archives", "archived", "old", "backup",
		"backups", "history", "rotated",
		"export", "exports", "download", "downloads", "dump", "collected", "incident", "incidents",
		"case", "cases", "files",
		"log-archive", "journal", "default", "public", "private", "user", "users", "system", "*",
		"", NULL,
	};

	for (size_t i = 0; list[i]; i++)
		if (str_eq_nocase(w, str_of(list[i])))
			return true;
	return false;
}

/* Programs whose name is a service's name as it stands. */
static bool is_product(struct str w)
{
	static const char *const list[] = {
		"nginx", "apache", "apache2", "httpd", "haproxy", "traefik", "envoy", "caddy", "lighttpd",
		"varnish", "squid", "kong",
		"istio", "iis", "tomcat", "jetty", "gunicorn", "uwsgi", "postgresql", "postgres",
		"pgbouncer", "pgpool", "mysql",
		"mysqld", "mariadb", "mongodb", "mongod", "mongos", "redis", "memcached", "elasticsearch",
		"opensearch", "cassandra",
		"clickhouse", "cockroachdb", "etcd", "consul", "vault", "kafka", "zookeeper", "rabbitmq",
		"nats", "activemq", "pulsar",
		"proxysql", "mssql", "oracle", "influxdb", "logstash", "kibana", NULL,
	};

	for (size_t i = 0; list[i]; i++)
		if (str_eq_nocase(w, str_of(list[i])))
			return true;
	return false;
}

/* Short words for a product or a role, by which an instance is named beside its own name: "orders-db". */
static bool is_role_word(struct str w)
{
	static const char *const list[] = {
		"db", "database", "pg", "psql", "sql", "cache", "proxy", "lb", "gateway", "ingress", "web",
		"frontend", "edge", NULL,
	};

	for (size_t i = 0; list[i]; i++)
		if (str_eq_nocase(w, str_of(list[i])))
			return true;
	return is_product(w);
}

static bool is_number(struct str w)
{
	for (size_t i = 0; i < w.len; i++)
		if (!is_digit(w.ptr[i]))
			return false;
	return w.len > 0;
}

/* Suffixes of log files; the stem is what stands before. */
static struct str without_extension(struct str name)
{
	static const char *const list[] = {
		".log", ".txt", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".out", ".err", ".logs",
		".slow", ".ndjson", ".logfmt", NULL,
	};
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; list[i]; i++) {
			if (name.len > strlen(list[i]) && str_ends(name, str_of(list[i]))) {
				name.len -= strlen(list[i]);
				again = true;
			}
		}
	}
	return name;
}

static bool is_token_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

/*
 * What is left of a name when generic words and numbers are cut off both ends: "redis-server" → "redis",
 * "nginx.error" → "nginx", "postgresql-15-main" → "postgresql"; "payments-api" stays. Empty when
 * nothing is left.
 */
static struct str core_of(struct str name)
{
	struct str tokens[TOKENS_MAX];
	size_t n = 0, from = 0, start = 0;

	for (size_t i = 0; i <= name.len && n < TOKENS_MAX; i++) {
		if (i < name.len && !is_token_separator(name.ptr[i]))
			continue;
		if (i > start)
			tokens[n++] = str_make(name.ptr + start, i - start);
		start = i + 1;
	}
	if (n == TOKENS_MAX)
		return name;
	while (n > from && (is_generic(tokens[n - 1]) || is_number(tokens[n - 1])))
		n--;
	while (from < n && (is_generic(tokens[from]) || is_number(tokens[from])))
		from++;
	if (from == n)
		return STR_NONE;
	return str_make(tokens[from].ptr, (size_t)(tokens[n - 1].ptr + tokens[n - 1].len - tokens[from].ptr));
}

/* "web-1", "app01", "db-02a", "prod-web-3": a machine of a numbered set. */
static bool is_numbered(struct str w, size_t *letters)
{
	static const char *const not_hosts[] = {
		"v", "log", "logs", "part", "day", "week", "case", "incident", "run", "build", "release",
		"ticket", "issue", "apache", "php", "python", "postgresql", "postgres", "pg", "mysql",
		"tomcat", "java", "jdk", "openjdk", "utf", "http", "oauth", "sha", "md", "es", "es-", "k",
		"x", "amd", "arm", "ipv", "c", "s", "iso", "rc", "file", "vol", "shard", "test", "sample",
		NULL,
	};
	size_t end = w.len, digits_end, stem;

	if (end > 2 && is_digit(w.ptr[end - 2]) && is_lower(w.ptr[end - 1]))
		end--; /* "db-02a" */
	digits_end = end;
	while (end > 0 && is_digit(w.ptr[end - 1]))
		end--;
	if (end == digits_end || digits_end - end > 4 || end == 0)
		return false;
	if (str_chr(str_head(w, end), '.') >= 0)
		return false; /* a version */
	stem = end - (w.ptr[end - 1] == '-' || w.ptr[end - 1] == '_');
	for (size_t i = 0; i < stem; i++)
		if (!is_lower(w.ptr[i]) && w.ptr[i] != '-' && !(i > 0 && is_digit(w.ptr[i])))
			return false;
	for (size_t i = 0; not_hosts[i]; i++)
		if (str_eq(str_make(w.ptr, stem), str_of(not_hosts[i])))
			return false;
	*letters = stem;
	return stem > 0;
}

static bool is_aws_name(struct str w)
{
	return (str_starts(w, STR("ip-")) || str_starts(w, STR("ec2-"))) && w.len >= 10 &&
	       is_digit(w.ptr[3 + (w.ptr[0] == 'e')]);
}

static bool is_host(struct str w)
{
	size_t letters;

	return word_is_host(w, false) || word_is_ip(w) || is_aws_name(w) || is_numbered(w, &letters);
}

/* Directories and the file's stem. */
struct parts {
	struct str at[COMPONENTS_MAX];
	size_t n; /* the last is the stem */
};

static struct parts path_parts(struct str logical)
{
	struct parts p = { .n = 0 };
	struct str rest = logical;

	while (rest.len > 0) {
		struct str c = str_cut(rest, '/', &rest);

		if (c.len == 0 || str_eq(c, STR(".")) || str_eq(c, STR("..")))
			continue;
		if (p.n == COMPONENTS_MAX) { /* the last ones say most */
			memmove(p.at, p.at + 1, (COMPONENTS_MAX - 1) * sizeof p.at[0]);
			p.n--;
		}
		p.at[p.n++] = c;
	}
	if (p.n > 0)
		p.at[p.n - 1] = without_extension(p.at[p.n - 1]);
	return p;
}

/* Does a name say which instance of `product` it is: "redis-sessions", "orders-db"? */
static bool names_instance(struct str core, struct str product)
{
	struct str rest = core;
	bool role = false, own = false;

	for (size_t i = 0; i < rest.len; i++) {
		size_t from = i;
		struct str token;

		while (i < rest.len && !is_token_separator(rest.ptr[i]))
			i++;
		token = str_make(rest.ptr + from, i - from);
		if (str_eq_nocase(token, product) || is_role_word(token))
			role = true;
		else if (!is_generic(token) && !is_number(token))
			own = true;
	}
	return role && own;
}

/*
 * "pod_namespace_container-<64 hex>", as kubelet names the links in /var/log/containers: the container's
 * name.
 */
static struct str kubernetes_container(struct str stem)
{
	ptrdiff_t cut;

	if (stem.len < 66 || stem.ptr[stem.len - 65] != '-' || !word_is_hex(str_from(stem, stem.len - 64)))
		return STR_NONE;
	stem = str_head(stem, stem.len - 65);
	cut = str_rchr(stem, '_');
	return cut < 0 ? STR_NONE : str_from(stem, (size_t)cut + 1);
}

/*
 * The name nearest to the file that is somebody's; numbered machines give their kind only as a last
 * resort.
 */
static struct str own_name(const struct parts *p)
{
	struct str fallback = p->n > 0 ? kubernetes_container(p->at[p->n - 1]) : STR_NONE;

	if (fallback.len > 0)
		return fallback;
	for (size_t i = p->n; i-- > 0;) {
		struct str core = core_of(p->at[i]);
		size_t letters;

		if (core.len == 0 || word_is_hex(core) || word_is_uuid(core) || word_is_random(core))
			continue; /* a container's id */
		if (!is_host(p->at[i]) && !is_host(core))
			return core;
		if (fallback.len == 0 && is_numbered(p->at[i], &letters)) {
			core = core_of(str_head(p->at[i], letters));
			if (core.len > 0)
				fallback = core;
		}
	}
	return fallback;
}

static struct str product_service(const struct parts *p, struct str product)
{
	for (size_t i = p->n; i-- > 0;) {
		struct str core = core_of(p->at[i]);

		if (core.len == 0 || is_host(p->at[i]))
			continue;
		if (names_instance(core, product) ||
		    (is_product(core) && str_find_nocase(core, product) < 0 && i + 2 >= p->n))
			return core;
	}
	return product;
}

struct str identity_service(struct str logical, const struct format *f)
{
	struct parts p = path_parts(logical);
	struct str name;

	if (f && f->service && (f->role == ROLE_ACCESS || f->role == ROLE_SERVER || f->role == ROLE_DATABASE))
		return product_service(&p, str_of(f->service));
	name = own_name(&p);
	if (name.len > 0)
		return name;
	if (f && f->service)
		return str_of(f->service);
	/* Nothing but generic words: an application's file still has a name of its own. */
	if (f && f->role == ROLE_APP && p.n > 0 && p.at[p.n - 1].len > 0 && p.at[p.n - 1].ptr[0] != '*')
		return p.at[p.n - 1];
	return STR_NONE;
}

struct str identity_host(struct str logical)
{
	struct parts p = path_parts(logical);

	if (p.n > 0 && is_host(p.at[p.n - 1]) && !is_product(p.at[p.n - 1]))
		return p.at[p.n - 1];
	for (size_t i = p.n; i-- > 0;)
		if (i + 1 < p.n && is_host(p.at[i]))
			return p.at[i];
	return STR_NONE;
}
