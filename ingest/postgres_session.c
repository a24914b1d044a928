#include "ingest/postgres_session.h"

void postgres_session_apply(struct postgres_sessions *sessions, struct event *e, struct arena *scratch)
{
	struct postgres_session *s;

	if (!sessions || e->pid <= 0)
		return;
	s = &sessions->at[(uint64_t)e->pid % SESSIONS];
	if (s->pid != e->pid) {
		s->pid = e->pid;
		s->query_len = 0;
		s->client_len = 0;
	}
	if (e->kind == EV_LINE && str_starts(e->message, STR("connection received: ")) &&
	    e->client.len <= SESSION_CLIENT_BYTES) {
		s->query_len = 0;
		s->client_len = (uint8_t)e->client.len;
		if (e->client.len)
			memcpy(s->client, e->client.ptr, e->client.len);
	} else if (e->kind == EV_LINE && e->query.len &&
		   (str_starts(e->message, STR("statement: ")) || str_starts(e->message, STR("execute ")))) {
		s->query_len =
			(uint16_t)(e->query.len < SESSION_QUERY_BYTES ? e->query.len : SESSION_QUERY_BYTES);
		memcpy(s->query, e->query.ptr, s->query_len);
	} else if (e->kind == EV_QUERY && e->query.len == 0 && s->query_len) {
		e->query = arena_str(scratch, str_make(s->query, s->query_len));
		s->query_len = 0;
	}
	if (e->client.len == 0 && s->client_len && e->kind == EV_CONN_OPEN)
		e->client = arena_str(scratch, str_make(s->client, s->client_len));
}
