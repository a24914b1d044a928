/*
 * facet: the short category behind a long value: the family of a user agent, the host of a
 * referrer, the campaign of a link, the network of an address. Pure functions on slices; what they
 * return is a literal or a part of what they were given. Empty: there is none.
 */
#ifndef STORE_FACET_H
#define STORE_FACET_H

#include "core/event.h"

enum { FACET_TEXT_BYTES = 80 };

/* "Chrome", "Googlebot", "curl", "python-requests"; an application's "Name/1.2 (...)" gives "Name". */
struct str facet_agent(struct str agent);
/* "www.example.org" of "https://www.example.org:8443/path". */
struct str facet_referrer(struct str referrer);
/* "utm_campaign=x" out of the query string; click ids ("gclid=...") are one value each. */
struct str facet_campaign(struct str path);
/* Who called, as numbers. */
struct client {
	uint64_t net;  /* the /24 or /48, for client_net_text(); 0 when it is no address */
	uint64_t hash; /* of the client, for counting distinct ones */
	uint32_t id;   /* for the block: never 0 */
};
/*
 * Reads an address, with or without a port behind it, or any other name. The id of an IPv4 address is that address: no
 * two share it, and neighbours compress. Everything else is hashed.
 */
struct client client_parse(struct str text);
/* The words of a network: "203.0.113.0/24", "2001:db8:1::/48". Returns out as a slice. */
struct str client_net_text(uint64_t net, char out[static FACET_TEXT_BYTES]);
/* 32 bits of a hash, never 0. */
static inline uint32_t short_hash(uint64_t hash)
{
	uint32_t h = (uint32_t)(hash >> 32);
	return h ? h : 1;
}

/*
 * The short detail that tells events of one kind apart: user, lock mode, upstream; empty when there
 * is none.
 */
struct str event_detail(const struct event *e);

#endif
