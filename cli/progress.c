#include "cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "core/timestamp.h"

/* Before this much time and work have passed an estimate would only jump about. */
static const double estimate_after_s = 2.0, estimate_after_share = 0.02;

static double now_s(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void progress_init(struct progress *p, bool wanted)
{
	*p = (struct progress){ .shown = wanted && isatty(STDERR_FILENO) == 1, .started_s = now_s() };
}

void progress_show(void *self, uint64_t done_bytes, uint64_t all_bytes, uint64_t events, size_t files_done,
		   size_t files_all)
{
	struct progress *p = self;
	char eta[TIME_TEXT_BYTES + 16] = "";

	if (!p->shown)
		return;
	double share = all_bytes > 0 ? (double)done_bytes / (double)all_bytes : 0;
	double spent_s = now_s() - p->started_s;

	if (share > 1)
		share = 1;
	if (spent_s >= estimate_after_s && share >= estimate_after_share) {
		char left[TIME_TEXT_BYTES];
		int64_t left_s = (int64_t)(spent_s * (1 - share) / share + 0.5);

		snprintf(eta, sizeof eta, ", %s to go", duration_format(left_s * NS_PER_S, left));
	}
	fprintf(stderr, "\r\033[Kreading: %3.0f %%, %zu of %zu files, %llu events%s", share * 100, files_done, files_all,
		(unsigned long long)events, eta);
	p->dirty = true;
}

void progress_end(struct progress *p)
{
	if (p->dirty)
		fputs("\r\033[K", stderr);
	p->dirty = false;
}
