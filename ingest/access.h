/*
 * access: what all records of served requests share: the request line, the severity a
 * status implies, lists of upstreams after retries, addresses, times in seconds.
 * Scanners over slices; nothing is copied.
 */
#ifndef INGEST_ACCESS_H
#define INGEST_ACCESS_H

#include "core/digits.h"
#include "core/event.h"

/* A request's severity when the line states none: 5xx error, 4xx warn, else info. */
enum severity severity_from_status(int status);

/*
 * "GET /x?y HTTP/1.1" → method and path of *e, borrowed. False (and *e untouched) when it is no request line:
 * "-", empty, a TLS hello, other binary. A missing protocol (HTTP/0.9) is accepted.
 */
bool request_line_parse(struct str line, struct event *e);
/* A method's name as RFC 9110 and its extensions write it: capitals, 3 to 20 of them. */
bool request_method_is(struct str word);

/* Three digits 000..999; false (and *status untouched) otherwise. */
bool status_parse(struct str word, int *status);

/*
 * Length of the quoted text after an opening quote: up to the closing quote, `\"` stepped over; s.len
 * when it is open.
 */
size_t quoted_length(struct str s);

/*
 * n (3..8) loaded bytes (core/digits.h) that are "0.123" seconds → 123.0 ms: up to seven digits with a point among them; false
 * for all else.
 */
static inline bool seconds_loaded_ms(uint64_t bytes, unsigned n, double *ms)
{
	static const double scale[] = { 1e3, 1e2, 1e1, 1, 1e-1, 1e-2, 1e-3 };
	uint64_t value;

	if (!digits_decimal(bytes, &n, &value) || n == 0)
		return false;
	*ms = (double)value * scale[n];
	return true;
}
/* The same for a text. */
static inline bool seconds_plain_ms(struct str s, double *ms)
{
	return s.len >= 3 && s.len <= 8 && seconds_loaded_ms(digits_load(s.ptr, s.len), (unsigned)s.len, ms);
}
/*
 * "0.123" seconds → 123.0 ms; "-", "" and junk give false. A list ("0.001, 0.002", also " : ") gives
 * the sum.
 */
bool seconds_list_ms(struct str s, double *ms);
/*
 * The upstream that mattered of a list: the last that is an address, else the last; "-" gives the empty
 * slice.
 */
struct str upstream_of_list(struct str s);
/* "http://10.0.0.1:3000/x" → "10.0.0.1:3000", "fastcgi://unix:/run/php.sock:" → "unix:/run/php.sock". */
struct str url_authority(struct str url);

/* Looks like an IPv4 or IPv6 address, alone (no port). */
bool address_is(struct str s);
/* The client that "10.0.0.1", "10.0.0.1:3000" or "[::1]:80" names; empty when it is no address. */
struct str address_of_endpoint(struct str s);
/* An address that cannot be a client on the internet: private, loopback, link-local. */
bool address_is_private(struct str s);
/* "10.0.0.2, 203.0.113.9" → the first that is not private, else the first. */
struct str client_of_list(struct str s);
/* "10.0.0.1:3000", "[::1]:80", "unix:/x", "name:80". */
bool endpoint_is(struct str s);
/* "10.0.0.1:3000" → "10.0.0.1", "[::1]:80" → "::1"; anything else unchanged. */
struct str endpoint_host(struct str s);

/* 16 or more hexadecimal digits with at most four dashes: request, trace and span ids. */
bool hex_id_is(struct str s);

#endif
