/* The table of aliases behind field_lookup, sorted by folded key, and the search in it. */
#include "ingest/fields.h"

enum { RANK_COMPOSED = 6 }; /* behind every row of the table */

struct alias_row {
	const char *key; /* folded */
	struct field_alias is;
};

/*
 * Sorted bytewise, because the search is binary. Columns: folded key, field, rank, unit. From ECS,
 * OpenTelemetry, pino, bunyan, winston, zap, zerolog, logrus, slog, logback, log4j 2, Serilog, structlog,
 * Python's json formatters, GELF, lograge, and the JSON access logs of nginx, Caddy, Traefik and Envoy.
 */
static const struct alias_row rows[] = {
#define A(key, field, rank) { key, { FIELD_##field, rank, UNIT_NONE } },
#define U(key, field, rank, unit) { key, { FIELD_##field, rank, UNIT_##unit } },
	/* clang-format off */
	A("account", USER, 0) A("accountid", USER, 0) A("action", ROUTE, 0) A("actor", USER, 0)
	A("additionalinfo", GROUP, 0) A("affectedrows", ROWS, 0) A("after", NEW_VALUE, 1)
	A("agent", AGENT, 0) A("agenthostname", HOST, 2) A("app", SERVICE, 0) A("appid", SERVICE, 2)
	A("application", SERVICE, 0) A("applicationname", SERVICE, 0)
	A("applicationversion", VERSION, 0) A("appname", SERVICE, 0) A("appversion", VERSION, 0)
	A("args", QUERY_STRING, 0) A("asctime", TIME, 0) A("at", LEVEL, 3) A("atimestamp", TIME, 0)
	A("attributes", GROUP, 0) A("attrs", GROUP, 0) A("authuser", USER, 0) A("backend", UPSTREAM, 0)
	A("backendaddr", UPSTREAM, 0) A("backendurl", UPSTREAM, 0) A("backtrace", STACK, 0)
	A("beathostname", HOST, 2) A("before", OLD_VALUE, 1) A("body", MESSAGE, 3)
	A("bodybytessent", BYTES, 0) A("build", VERSION, 2) A("buildversion", VERSION, 0)
	A("bytes", BYTES, 0) A("bytesout", BYTES, 0) A("bytessent", BYTES, 0) A("bytestotal", BYTES, 0)
	A("calendartime", TIME, 1) A("caller", LOGGER, 1) A("callerip", CLIENT, 0) A("callstack", STACK, 0)
	A("category", LOGGER, 0) A("cause", ERROR, 3) A("channel", LOGGER, 0) A("cip", CLIENT, 0)
	A("class", LOGGER, 2) A("classname", LOGGER, 2) A("client", CLIENT, 0)
	A("clientaddr", CLIENT, 0) A("clientaddress", CLIENT, 0) A("clienthost", CLIENT, 0)
	A("clientip", CLIENT, 0) A("clientipaddress", CLIENT, 0) A("clientusername", USER, 0)
	A("clientxff", FORWARDED, 0) A("code", CODE, 0) A("commit", VERSION, 2)
	A("component", LOGGER, 1) A("computer", HOST, 0) A("configkey", SETTING, 0)
	A("containername", SERVICE, 2) A("content", MESSAGE, 3) A("contentlength", BYTES, 0)
	A("context", GROUP, 0) A("contextdata", GROUP, 0) A("contextmap", GROUP, 0)
	A("contextname", LOGGER, 2) A("contextpath", PATH, 0) A("contexttraceid", REQUEST_ID, 1)
	A("controlleraction", ROUTE, 0) A("correlationid", REQUEST_ID, 1) A("created", TIME, 3)
	A("createdat", TIME, 3) A("csmethod", METHOD, 0)
	A("csreferer", REFERRER, 0) A("csuriquery", QUERY_STRING, 0) A("csuristem", PATH, 0)
	A("csuseragent", AGENT, 0) A("csusername", USER, 0) A("ctx", LOGGER, 2) A("custom", GROUP, 0) A("customerid", USER, 0)
	A("data", GROUP, 0) A("database", DB, 0) A("databasename", DB, 0) A("date", DATE, 0)
	A("datetime", TIME, 1) A("db", DB, 0) A("dberrorcode", SQLSTATE, 0) A("dbhost", PEER, 0)
	A("dbinstance", DB, 0) A("dbname", DB, 0) A("dbnamespace", DB, 0) A("dbquery", QUERY, 0)
	A("dbquerytext", QUERY, 0) A("dbsql", QUERY, 0) A("dbstatement", QUERY, 0)
	A("ddtraceid", REQUEST_ID, 1) A("description", MESSAGE, 1) A("destinationaddress", PEER, 0)
	A("destinationport", PEER_PORT, 0) A("details", GROUP, 0) A("dockercontainername", SERVICE, 2)
	A("downstreamcontentsize", BYTES, 0) A("downstreamremoteaddress", CLIENT, 0)
	A("downstreamstatus", STATUS, 0) A("dt", TIME, 1) A("dur", DURATION, 0)
	A("duration", DURATION, 0) U("durationinms", DURATION, 0, MS)
	U("durationmicros", DURATION, 0, US) U("durationmicroseconds", DURATION, 0, US)
	U("durationmillis", DURATION, 0, MS) U("durationmilliseconds", DURATION, 0, MS)
	U("durationms", DURATION, 0, MS) U("durationnanos", DURATION, 0, NS)
	U("durationnanoseconds", DURATION, 0, NS) U("durationns", DURATION, 0, NS)
	U("durations", DURATION, 0, S) U("durationsec", DURATION, 0, S)
	U("durationseconds", DURATION, 0, S) U("durationsecs", DURATION, 0, S)
	A("durationtime", DURATION, 0) U("durationus", DURATION, 0, US)
	U("durationusec", DURATION, 0, US) U("durms", DURATION, 0, MS) A("dyno", HOST, 2)
	A("ecsresponsestatus", STATUS, 0) A("elapsed", DURATION, 0) U("elapsedmicros", DURATION, 0, US)
	U("elapsedmillis", DURATION, 0, MS) U("elapsedmilliseconds", DURATION, 0, MS)
	U("elapsedms", DURATION, 0, MS) U("elapsednanos", DURATION, 0, NS)
	U("elapsedns", DURATION, 0, NS) U("elapseds", DURATION, 0, S) U("elapsedsec", DURATION, 0, S)
	U("elapsedseconds", DURATION, 0, S) A("elapsedtime", DURATION, 0)
	U("elapsedus", DURATION, 0, US) U("elapsedusec", DURATION, 0, US) A("enabled", NEW_VALUE, 2)
	A("endpoint", PATH, 0) A("enduserid", USER, 0) A("entrytime", TIME, 0) A("epoch", TIME, 1) A("epochmillis", TIME, 1)
	A("epochms", TIME, 1) A("err", ERROR, 0) A("erraddress", PEER, 0) A("errcode", CODE, 0)
	A("errmessage", ERROR, 0) A("errmsg", ERROR, 1) A("errname", ERROR_TYPE, 0)
	A("error", ERROR, 1) A("erroraddress", PEER, 0) A("errorclass", ERROR_TYPE, 0)
	A("errorcode", CODE, 0) A("errordescription", ERROR, 1) A("errordetail", ERROR, 1)
	A("errorkind", ERROR_TYPE, 0) A("errormessage", ERROR, 0) A("errorname", ERROR_TYPE, 0)
	A("errorport", PEER_PORT, 0) A("errorstack", STACK, 0) A("errorstacktrace", STACK, 0)
	A("errortext", ERROR, 1) A("errortype", ERROR_TYPE, 0) A("errorverbose", STACK, 0)
	A("errport", PEER_PORT, 0) A("errsqlstate", SQLSTATE, 0) A("errstack", STACK, 0)
	A("errtype", ERROR_TYPE, 0) A("errverbose", STACK, 0) A("event", MESSAGE, 3)
	A("eventcreated", TIME, 1) A("eventdata", GROUP, 0) A("eventdate", TIME, 1)
	U("eventduration", DURATION, 0, NS) A("eventmessage", MESSAGE, 3) A("eventname", MESSAGE, 3)
	A("eventstart", TIME, 3) A("eventtime", TIME, 1) A("eventtimestamp", TIME, 1)
	A("exception", ERROR, 1) A("exceptionbacktrace", STACK, 0) A("exceptionclass", ERROR_TYPE, 0)
	A("exceptioncode", CODE, 0) A("exceptionexceptionclass", ERROR_TYPE, 0)
	A("exceptionexceptionmessage", ERROR, 1) A("exceptionmessage", ERROR, 0)
	A("exceptionstack", STACK, 0) A("exceptionstacktrace", STACK, 0)
	A("exceptiontype", ERROR_TYPE, 0) A("excinfo", STACK, 0) A("excinfotraceback", STACK, 0)
	A("excmessage", ERROR, 0) A("exctext", STACK, 0) A("exctype", ERROR_TYPE, 0)
	A("excvalue", ERROR, 1) A("exectime", DURATION, 0) U("exectimems", DURATION, 0, MS)
	A("executiontime", DURATION, 0) A("extra", GROUP, 0) A("extradata", GROUP, 0)
	A("extras", GROUP, 0) A("failurereason", ERROR, 3) A("feature", FLAG, 1)
	A("featureflag", FLAG, 0) A("featureflagkey", FLAG, 0) A("fields", GROUP, 0)
	A("file", LOGGER, 2) A("filename", LOGGER, 2) A("flag", FLAG, 0) A("flagkey", FLAG, 0)
	A("flagname", FLAG, 0) A("forwardedfor", FORWARDED, 0) A("from", OLD_VALUE, 2)
	A("fullmessage", MESSAGE, 1) A("function", LOGGER, 2) A("fwd", CLIENT, 0)
	A("gitsha", VERSION, 2) A("grpccode", CODE, 0) U("grpctimems", DURATION, 0, MS)
	A("handler", ROUTE, 0)
	A("helmreleasename", SERVICE, 1) A("host", VHOST_OR_HOST, 1) A("hosthostname", HOST, 0) A("hostid", HOST, 2)
	A("hostname", HOST, 0) A("http", GROUP, 0) A("httpclientip", CLIENT, 0)
	A("httpduration", DURATION, 0) A("httpmethod", METHOD, 0) A("httppath", PATH, 0)
	A("httpreferer", REFERRER, 0) A("httpreferrer", REFERRER, 0) A("httprequest", REQUEST, 0)
	A("httprequestid", REQUEST_ID, 0) A("httprequestlatency", DURATION, 0)
	A("httprequestmethod", METHOD, 0) A("httprequestpath", PATH, 0)
	A("httprequestreferer", REFERRER, 0) A("httprequestreferrer", REFERRER, 0)
	A("httprequestremoteip", CLIENT, 0) A("httprequestrequesturl", PATH, 0)
	A("httprequestresponsesize", BYTES, 0) A("httprequeststatus", STATUS, 0)
	A("httprequesturl", PATH, 0) A("httprequestuseragent", AGENT, 0)
	A("httpresponsebodybytes", BYTES, 0) A("httpresponsesize", BYTES, 0)
	A("httpresponsestatus", STATUS, 0) A("httpresponsestatuscode", STATUS, 0)
	A("httproute", PATH, 0) A("httpstatus", STATUS, 0) A("httpstatuscode", STATUS, 0)
	A("httptarget", PATH, 0) A("httpurl", PATH, 0) A("httpuseragent", AGENT, 0)
	A("httpverb", METHOD, 0) A("httpxforwardedfor", FORWARDED, 0) A("ibmdatetime", TIME, 0)
	A("idorigh", CLIENT, 1) A("info", GROUP, 0) A("ingesttime", TIME, 5) A("instance", HOST, 0) A("instanceid", HOST, 2)
	A("instantepochsecond", EPOCH_S, 0) A("instantnanoofsecond", EPOCH_NANO, 0) A("ip", CLIENT, 0)
	A("ipaddress", CLIENT, 0) A("iso8601", TIME, 1) A("isotimestamp", TIME, 0)
	A("jsonpayload", GROUP, 0) A("key", SETTING, 2) A("kubernetescontainername", SERVICE, 2)
	A("kubernetesdeploymentname", SERVICE, 2) A("kuberneteshost", HOST, 2)
	A("kuberneteslabelsapp", SERVICE, 2) A("kuberneteslabelsappkubernetesioname", SERVICE, 2)
	A("kubernetesnodename", HOST, 2) A("kubernetespodname", HOST, 2)
	A("kustomizationname", SERVICE, 1) A("l", LEVEL, 1)
	A("labels", GROUP, 0) A("latency", DURATION, 0) U("latencymillis", DURATION, 0, MS)
	U("latencyms", DURATION, 0, MS) U("latencyns", DURATION, 0, NS) U("latencys", DURATION, 0, S)
	U("latencyseconds", DURATION, 0, S) U("latencyus", DURATION, 0, US) A("length", BYTES, 0)
	A("level", LEVEL, 0) A("levelname", LEVEL, 0) A("levelno", LEVEL_PYTHON, 0)
	A("levelvalue", LEVEL, 1) A("localtime", TIME, 1) U("lockms", LOCK_TIME, 0, MS)
	U("locktimems", LOCK_TIME, 0, MS) U("lockwaitms", LOCK_TIME, 0, MS) A("log", MESSAGE, 1)
	A("logdate", DATE, 0) A("logevent", GROUP, 0) A("logger", LOGGER, 0) A("loggerfqcn", LOGGER, 2)
	A("loggername", LOGGER, 0) A("logginggoogleapiscomtrace", REQUEST_ID, 1) A("login", USER, 0)
	A("loglevel", LEVEL, 0) A("loglogger", LOGGER, 0) A("logmessage", MESSAGE, 1)
	A("logmsg", MESSAGE, 1) A("logseverity", LEVEL, 1) A("logtime", TIME, 0)
	A("logtimestamp", TIME, 0) A("lvl", LEVEL, 0) A("m", MESSAGE, 0) A("machine", HOST, 2)
	A("machinename", HOST, 0) A("matchedpath", ROUTE, 0) A("mdc", GROUP, 0)
	A("message", MESSAGE, 0) A("messageisotimestamp", TIME, 2) A("messagetemplate", MESSAGE, 1)
	A("messagetext", MESSAGE, 1) A("messagetimestamp", TIME, 3) A("meta", GROUP, 0)
	A("metadata", GROUP, 0) A("method", METHOD, 0) U("microseconds", DURATION, 0, US)
	U("milliseconds", DURATION, 0, MS) A("module", LOGGER, 0) U("ms", DURATION, 0, MS)
	A("msec", TIME, 1) A("msg", MESSAGE, 0) A("msglevel", LEVEL, 1) A("mt", MESSAGE, 1)
	A("name", NAME, 0) A("namespacedb", DB, 0) U("nanoseconds", DURATION, 0, NS)
	A("netpeeraddress", PEER, 0) A("netpeerip", PEER, 0) A("netpeername", PEER, 0)
	A("netpeerport", PEER_PORT, 0) A("network", GROUP, 0) A("networkclientip", CLIENT, 0)
	A("new", NEW_VALUE, 1) A("newvalue", NEW_VALUE, 0) A("node", HOST, 2) A("nodename", HOST, 0)
	A("nreturned", ROWS, 0) A("object", GROUP, 0) A("objectstatus", STATUS, 4)
	A("observedtimestamp", TIME, 3) A("old", OLD_VALUE, 1) A("oldvalue", OLD_VALUE, 0)
	A("operation", ROUTE, 0) A("operationname", ROUTE, 0) A("originaddress", CLIENT, 1)
	A("originalurl", PATH, 0) A("originduration", UPSTREAM_TIME, 0) A("originstatus", STATUS, 2)
	A("otelstraceid", REQUEST_ID, 1) A("oteltraceid", REQUEST_ID, 1) A("package", LOGGER, 2)
	A("parameter", SETTING, 1) A("params", GROUP, 0) A("path", PATH, 0) A("pathinfo", PATH, 0)
	A("payload", GROUP, 0) A("peer", PEER, 0) A("peeraddr", PEER, 0) A("peeraddress", PEER, 0)
	A("peerhost", PEER, 0) A("peerip", CLIENT, 0) A("peername", PEER, 0)
	A("peerport", PEER_PORT, 0) A("peerservice", UPSTREAM, 0) A("pid", PID, 0) A("pod", HOST, 2)
	A("podname", HOST, 2) A("previousvalue", OLD_VALUE, 0) A("principal", USER, 0)
	A("prio", LEVEL, 1) A("priority", LEVEL, 1) A("process", PID, 0) A("processid", PID, 0)
	A("processingtime", DURATION, 0) U("processingtimems", DURATION, 0, MS) A("processpid", PID, 0)
	U("processtime", DURATION, 0, S) A("procid", PID, 0) A("program", SERVICE, 0)
	A("project", SERVICE, 2) A("properties", GROUP, 0) A("published", TIME, 5) A("query", QUERY, 2)
	A("querystring", QUERY_STRING, 0) A("querytext", QUERY, 0) A("rawpath", PATH, 0)
	A("realip", CLIENT, 0) A("realtimetimestamp", TIME, 2) A("reason", ERROR, 3)
	A("receivetimestamp", TIME, 5) A("record", GROUP, 0) A("referer", REFERRER, 0)
	A("referrer", REFERRER, 0) A("release", VERSION, 0) A("remote", CLIENT, 0)
	A("remoteaddr", CLIENT, 0) A("remoteaddress", CLIENT, 0) A("remotehost", CLIENT, 0)
	A("remoteip", CLIENT, 0) A("remotepeer", PEER, 0) A("remoteuser", USER, 0)
	A("renderedmessage", MESSAGE, 0) A("req", REQUEST, 0) A("reqctx", GROUP, 0)
	A("reqheadersreferer", REFERRER, 0) A("reqheadersuseragent", AGENT, 0)
	A("reqheadersxforwardedfor", FORWARDED, 0) A("reqheadersxrequestid", REQUEST_ID, 0)
	A("reqid", REQUEST_ID, 0) A("reqmethod", METHOD, 0) A("reqpath", PATH, 0)
	A("reqquery", QUERY_STRING, 0) A("reqremoteaddress", CLIENT, 0) A("reqremoteuser", USER, 0)
	A("reqtimesec", TIME, 3)
	A("request", REQUEST, 0) A("requestclientip", CLIENT, 0) A("requestcontext", GROUP, 0)
	A("requestduration", DURATION, 0) U("requestdurationms", DURATION, 0, MS)
	U("requestdurationseconds", DURATION, 0, S) U("requestdurationus", DURATION, 0, US)
	A("requestheadersreferer", REFERRER, 0) A("requestheadersuseragent", AGENT, 0)
	A("requestheadersxforwardedfor", FORWARDED, 0) A("requestheadersxrequestid", REQUEST_ID, 0)
	A("requesthttpmethod", METHOD, 0) A("requestid", REQUEST_ID, 0) A("requestip", CLIENT, 0)
	A("requestlatency", DURATION, 0) A("requestline", REQUEST, 0) A("requestmethod", METHOD, 0)
	A("requestoriginalurl", PATH, 0) A("requestpath", PATH, 0) A("requestpathinfo", PATH, 0)
	A("requestreferer", REFERRER, 0) A("requestremoteaddr", CLIENT, 0)
	A("requestremoteip", CLIENT, 0) A("requestrequestid", REQUEST_ID, 0) A("requeststart", TIME, 3)
	U("requesttime", DURATION, 0, S) U("requesttimems", DURATION, 0, MS)
	A("requesttimestamp", TIME, 3) A("requesturi", PATH, 0) A("requesturl", PATH, 0)
	A("requestuseragent", AGENT, 0) A("requestuserid", USER, 0) A("requri", PATH, 0)
	A("requrl", PATH, 0) A("res", GROUP, 0) A("rescontentlength", BYTES, 0)
	A("reslength", BYTES, 0) A("resource", ROUTE, 0) A("resourceattributeshostname", HOST, 2)
	A("resourceattributesservicename", SERVICE, 0) A("resourcehostname", HOST, 2)
	A("resourcelabelscontainername", SERVICE, 2) A("resourcelabelspodname", HOST, 2)
	A("resourceservicename", SERVICE, 0) A("resourceserviceversion", VERSION, 0)
	A("resp", GROUP, 0) A("respbytes", BYTES, 0) A("respcode", STATUS, 0) A("response", GROUP, 0)
	A("responsebodysize", BYTES, 0) A("responsebytes", BYTES, 0) A("responsecode", STATUS, 0)
	A("responsecontentlength", BYTES, 0) A("responseduration", DURATION, 0)
	A("responselength", BYTES, 0) A("responsesize", BYTES, 0) A("responsestatus", STATUS, 0)
	A("responsestatuscode", STATUS, 0) A("responsetime", DURATION, 0)
	U("responsetimemillis", DURATION, 0, MS) U("responsetimems", DURATION, 0, MS)
	U("responsetimes", DURATION, 0, S) U("responsetimeseconds", DURATION, 0, S)
	U("responsetimeus", DURATION, 0, US) A("respstatus", STATUS, 0) A("resstatus", STATUS, 0)
	A("resstatuscode", STATUS, 0) A("returnstatus", STATUS, 1) A("revision", VERSION, 2)
	A("rid", REQUEST_ID, 0) A("role", SERVICE, 2) A("route", ROUTE, 0) A("routename", ROUTE, 0)
	A("rowcount", ROWS, 0) A("rows", ROWS, 0) A("rowsaffected", ROWS, 0) A("rowsreturned", ROWS, 0)
	A("rowssent", ROWS, 0) A("rt", DURATION, 4) A("runtime", DURATION, 0) A("s", LEVEL, 3)
	A("scbytes", BYTES, 0) A("scope", LOGGER, 1) A("scstatus", STATUS, 0) U("seconds", DURATION, 0, S)
	A("server", HOST, 2) A("serveraddress", PEER, 0) A("serverport", PEER_PORT, 0)
	A("service", SERVICE, 0) A("serviceaddr", UPSTREAM, 0) A("serviceid", SERVICE, 2)
	A("servicename", SERVICE, 0) A("serviceurl", UPSTREAM, 0) A("serviceversion", VERSION, 0)
	A("setting", SETTING, 0) A("sev", LEVEL, 3) A("severity", LEVEL, 0)
	A("severitynumber", LEVEL, 1) A("severitytext", LEVEL, 0) A("sha", VERSION, 2)
	A("shortmessage", MESSAGE, 0) A("size", BYTES, 0) A("source", LOGGER, 2)
	A("sourcecontext", LOGGER, 0) A("sourceip", CLIENT, 0) A("sourcelocation", LOGGER, 2)
	A("span", GROUP, 0) A("spanidtrace", REQUEST_ID, 1) A("sql", QUERY, 0) A("sqlquery", QUERY, 0)
	A("sqlstate", SQLSTATE, 0) A("sqlstatecode", SQLSTATE, 0) A("sqltext", QUERY, 0)
	A("stack", STACK, 0) A("stacktrace", STACK, 0) A("startlocal", TIME, 3) A("starttime", TIME, 3)
	A("startutc", TIME, 3) A("state", GROUP, 0) A("statement", QUERY, 0) A("status", STATUS, 0)
	A("statuscode", STATUS, 0) A("subsystem", LOGGER, 2) A("summary", MESSAGE, 3)
	A("svc", SERVICE, 0) A("syslogidentifier", SERVICE, 0) A("syslogprocid", PID, 0)
	A("syslogtimestamp", TIME, 1) A("systemdunit", SERVICE, 2) A("systemname", SERVICE, 0)
	A("t", TIME, 1) A("tags", GROUP, 0) A("tagversion", VERSION, 0) A("target", LOGGER, 1)
	A("targetaddr", PEER, 0) A("targethost", PEER, 0) A("text", MESSAGE, 1)
	A("textpayload", MESSAGE, 0) A("thread", LOGGER, 2) A("threadname", LOGGER, 2)
	A("thrownextendedstacktrace", STACK, 0) A("thrownmessage", ERROR, 1)
	A("thrownname", ERROR_TYPE, 0) A("time", TIME, 0) A("timeelapsed", DURATION, 0)
	A("timegenerated", TIME, 1) A("timeiso8601", TIME, 1) A("timelocal", TIME, 1)
	A("timemillis", TIME, 1) U("timems", DURATION, 0, MS) A("timestamp", TIME, 0)
	A("timestampiso", TIME, 1) A("timestampms", TIME, 1) A("timestampns", TIME, 1)
	A("timestampus", TIME, 1) A("timetaken", DURATION, 0) U("timetakenms", DURATION, 0, MS)
	A("timeunixnano", TIME, 1) U("timeus", DURATION, 0, US) A("title", MESSAGE, 3)
	A("to", NEW_VALUE, 2) A("toggle", FLAG, 1) A("took", DURATION, 0)
	U("tookinmillis", DURATION, 1, MS) U("tookinnanos", DURATION, 0, NS)
	U("tookmillis", DURATION, 1, MS) U("tookms", DURATION, 0, MS) A("totalduration", DURATION, 0)
	A("totaltime", DURATION, 0) U("totaltimems", DURATION, 0, MS) A("trace", REQUEST_ID, 1)
	A("traceback", STACK, 0) A("traceid", REQUEST_ID, 1) A("tracetraceid", REQUEST_ID, 1)
	A("transactionid", REQUEST_ID, 0) A("ts", TIME, 0) A("ua", AGENT, 0) A("uid", USER, 0)
	A("unit", LOGGER, 2) A("unixtime", TIME, 2) A("unixtimestamp", TIME, 1) A("updatedat", TIME, 5) A("upstream", UPSTREAM, 0)
	A("upstreamaddr", UPSTREAM, 0) A("upstreamaddress", UPSTREAM, 0)
	A("upstreamcluster", UPSTREAM, 0) A("upstreamduration", UPSTREAM_TIME, 0)
	A("upstreamhost", UPSTREAM, 0) A("upstreamlatency", UPSTREAM_TIME, 0)
	U("upstreamlatencyms", UPSTREAM_TIME, 0, MS) U("upstreamms", UPSTREAM_TIME, 0, MS)
	A("upstreamname", UPSTREAM, 0) U("upstreamresponsetime", UPSTREAM_TIME, 0, S)
	U("upstreamresponsetimems", UPSTREAM_TIME, 0, MS) A("upstreamservice", UPSTREAM, 0)
	U("upstreamservicetime", UPSTREAM_TIME, 0, MS) A("upstreamstatus", STATUS, 2)
	U("upstreamtime", UPSTREAM_TIME, 0, S) A("uri", PATH, 0) A("uripath", PATH, 0)
	A("url", PATH, 0) A("urlfull", PATH, 0) A("urloriginal", PATH, 0) A("urlpath", PATH, 0)
	A("urlquery", QUERY_STRING, 0) U("urt", UPSTREAM_TIME, 0, S) A("user", USER, 0)
	A("useragent", AGENT, 0) A("useragentoriginal", AGENT, 0) A("useremail", USER, 0)
	A("userhash", USER, 0) A("userid", USER, 0) A("userlogin", USER, 0) A("username", USER, 0)
	A("userusername", USER, 0) A("usr", USER, 0) A("usrid", USER, 0) A("usrname", USER, 0)
	A("utctime", TIME, 1) A("value", NEW_VALUE, 1) A("verb", METHOD, 0) A("verbosity", LEVEL, 1)
	A("version", VERSION, 0) A("web", GROUP, 0) A("when", TIME, 5) A("x", ERROR, 1)
	A("xamzntraceid", REQUEST_ID, 1) A("xb3traceid", REQUEST_ID, 1)
	U("xenvoyupstreamservicetime", UPSTREAM_TIME, 0, MS) A("xff", FORWARDED, 0)
	A("xforwardedfor", FORWARDED, 0) A("xrealip", CLIENT, 0) A("xrequestid", REQUEST_ID, 0)
	/* clang-format on */
#undef A
#undef U
};

size_t field_fold(struct str key, char *out, size_t cap)
{
	size_t n = 0;
	for (size_t i = 0; i < key.len && n < cap; i++) {
		char c = key.ptr[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + ('a' - 'A'));
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = c;
	}
	return n;
}

/*
 * Whether a folded key that has no row is put together from words that say when: "reqstarttime", "systemtime",
 * "tsdate" ({"ts":{"$date":...}}). One that says what the time is of ("expirytime", "nextruntime") is not.
 */
static bool says_when(struct str key)
{
	static const struct {
		const char *word;
		bool time;
	} words[] = {
		{ "time", true },       { "timestamp", true }, { "datetime", true },  { "date", true },
		{ "ts", true },         { "access", false },   { "at", false },       { "audit", false },
		{ "begin", false },     { "create", false },   { "created", false },  { "creation", false },
		{ "edge", false },      { "entry", false },    { "epoch", false },    { "event", false },
		{ "gen", false },       { "generated", false }, { "iso", false },     { "iso8601", false },
		{ "local", false },     { "log", false },      { "logged", false },   { "message", false },
		{ "msg", false },       { "occurred", false }, { "record", false },   { "req", false },
		{ "request", false },   { "server", false },   { "start", false },    { "started", false },
		{ "syslog", false },    { "system", false },   { "unix", false },     { "utc", false },
		{ "written", false },
	};
	uint64_t plain = 1, timed = 0; /* bit i: the first i bytes are words, and one of them was a time */

	if (key.len < 4 || key.len >= 64)
		return false;
	for (size_t at = 0; at < key.len; at++) {
		if (!((plain | timed) >> at & 1))
			continue;
		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
			struct str word = str_of(words[i].word);

			if (!str_starts(str_from(key, at), word))
				continue;
			if (words[i].time || (timed >> at & 1))
				timed |= UINT64_C(1) << (at + word.len);
			if (!words[i].time && (plain >> at & 1))
				plain |= UINT64_C(1) << (at + word.len);
		}
	}
	return timed >> key.len & 1;
}

struct field_alias field_lookup(struct str prefix, struct str key)
{
	char folded[2 * FIELD_KEY_BYTES];
	if (prefix.len > FIELD_KEY_BYTES)
		return (struct field_alias){ 0 };
	if (prefix.len)
		memcpy(folded, prefix.ptr, prefix.len);
	size_t len = prefix.len + field_fold(key, folded + prefix.len, sizeof folded - prefix.len);
	struct str want = str_make(folded, len);
	size_t lo = 0, hi = sizeof rows / sizeof rows[0];
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = str_cmp(str_of(rows[mid].key), want);
		if (order == 0)
			return rows[mid].is;
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (says_when(want))
		return (struct field_alias){ FIELD_TIME, RANK_COMPOSED, UNIT_NONE };
	return (struct field_alias){ 0 };
}
