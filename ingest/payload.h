/*
 * payload: what carriers carry. A container runtime's or syslog's line is an envelope: its
 * payload has a format of its own, which is detected again for every stream inside the file (host and
 * program), decoded, and put together with what the envelope says. Records of the payload may span
 * several envelopes, and a payload may come in parts; both are joined here.
 *
 * A record is held until the next envelope of its stream shows that it is complete, with the
 * envelope's text and memory, so that nothing is decoded twice. What is held is bounded.
 *
 * The inner time wins when it is complete, the envelope's host stays. A payload in no known format leaves the
 * envelope's event as it is.
 */
#ifndef INGEST_PAYLOAD_H
#define INGEST_PAYLOAD_H

#include "ingest/emit.h"
#include "ingest/records.h"

struct payloads; /* of one open file */

struct payloads *payloads_new(struct arena *file, struct contexts *contexts, struct emitter *out);
/* An envelope, or what may be one: decodes it and emits what is complete. */
enum record_fate payloads_record(struct payloads *p, const struct record *r);
/*
 * Emits what is held; *late: events among all whose records were all RECORD_JOINED. False when the sink
 * failed.
 */
bool payloads_end(struct payloads *p, uint64_t *late);
void payloads_release(struct payloads *p);

/* The event of a payload in its envelope: `inner` completed by `outer`. */
void payload_merge(struct event *inner, const struct event *outer);

#endif
