/*
 * draw: numbers without a pattern, the same on every run, for tests whose inputs are drawn. Each test is a process of its own, so
 * that what one draws is no other's matter. Generators: Marsaglia, "Xorshift RNGs", and Vigna's xorshift64*.
 */
#ifndef TESTS_UNIT_DRAW_H
#define TESTS_UNIT_DRAW_H

#include <stdint.h>

static inline uint64_t draw_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Of below(); a test that sets it draws others. Never 0. */
static uint64_t draw_state = 88172645463325252u;

/* 0 .. n - 1 */
static inline unsigned below(unsigned n)
{
	draw_state ^= draw_state >> 12;
	draw_state ^= draw_state << 25;
	draw_state ^= draw_state >> 27;
	return (unsigned)((draw_state * UINT64_C(2685821657736338717)) >> 33) % n;
}

#endif
