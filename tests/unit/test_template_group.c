/* Joining of masked texts, and its accuracy on labelled logs of ten systems. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/hash.h"
#include "core/template_group.h"
#include "ingest/template.h"

enum { TEXTS_MAX = 64 };

/* Groups the texts in the order given by `turn`; group_text of each in the original order. */
static void group(const char *const *texts, size_t n, size_t turn, struct str *out, uint64_t *ids,
		  struct arena *a)
{
	struct template_entry entries[TEXTS_MAX];

	for (size_t i = 0; i < n; i++) {
		struct str text = str_of(texts[(i * 7 + turn) % n]);

		entries[i] = (struct template_entry){ .id = hash64(text), .text = text, .count = 1 };
	}
	template_group(entries, n, a);
	for (size_t i = 0; i < n; i++) {
		out[(i * 7 + turn) % n] = entries[i].group_text;
		ids[(i * 7 + turn) % n] = entries[i].group;
	}
}

Test(template_group, names_join_and_words_do_not)
{
	static const char *const texts[] = {
		"Invalid user ann from <*>", "Invalid user bob from <*>", "Invalid user eve from <*>",
		"failed for ann on port <*>", "failed for bob on port <*>", "cache miss in eu",
		"cache miss in us", "cache miss in ap", "cache miss in sa", "cache miss in af",
		"state=UP of link", "state=DOWN of link", "LOOKING", "LEADING", "FOLLOWING", "OBSERVING",
		"GONE", "LOST", "route web<*> is up", "route <*> is up", "login role=a ok now",
		"login role=b ok now", "login role=c ok now", "login role=d ok now", "login role=e ok now",
		"callback of org.example.Cart now", "callback of org.example.Page now", "callback of nothing now",
		"callback of org.example.Shop now", "one text alone",
	};
	static const char *const want[] = {
		"Invalid user <*> from <*>", "Invalid user <*> from <*>", "Invalid user <*> from <*>",
		"failed for ann on port <*>", "failed for bob on port <*>",
		"cache miss in <*>", "cache miss in <*>", "cache miss in <*>", "cache miss in <*>",
		"cache miss in <*>",
		"state=UP of link", "state=DOWN of link",
		"LOOKING", "LEADING", "FOLLOWING", "OBSERVING", "GONE", "LOST",
		"route <*> is up", "route <*> is up",
		"login role=<*> ok now", "login role=<*> ok now", "login role=<*> ok now",
		"login role=<*> ok now",
		"login role=<*> ok now",
		"callback of org.example.<*> now", "callback of org.example.<*> now", "callback of nothing now",
		"callback of org.example.<*> now",
		"one text alone",
	};
	enum { N = sizeof texts / sizeof texts[0] };
	struct str first[N], again[N];
	uint64_t ids[N], ids_again[N];
	struct arena a;

	arena_init(&a);
	group(texts, N, 0, first, ids, &a);
	for (size_t i = 0; i < N; i++) {
		cr_expect(str_eq(first[i], str_of(want[i])), "%s: %.*s", texts[i], STR_ARG(first[i]));
		for (size_t k = 0; k < N; k++)
			cr_expect((ids[i] == ids[k]) == str_eq(first[i], first[k]), "%s / %s", texts[i],
				  texts[k]);
	}
	for (size_t turn = 1; turn < 6; turn++) {
		group(texts, N, turn, again, ids_again, &a);
		for (size_t i = 0; i < N; i++)
			cr_expect(ids[i] == ids_again[i] && str_eq(first[i], again[i]), "order changed %s",
				  texts[i]);
	}
	arena_release(&a);
}

Test(template_group, empty_and_long_sets)
{
	struct template_entry *entries;
	struct arena a;

	arena_init(&a);
	template_group(NULL, 0, &a);
	entries = arena_new_n(&a, struct template_entry, 20000);
	for (size_t i = 0; i < 20000; i++) {
		entries[i].text = arena_printf(&a, "token %c%c%c%c of user u%c%c is late",
					       (int)('a' + i % 26), (int)('a' + i / 26 % 26),
					       (int)('a' + i / 676 % 26), 'x', (int)('a' + i % 7), 'y');
		entries[i].id = hash64(entries[i].text);
	}
	template_group(entries, 20000, &a);
	cr_expect(str_eq(entries[7].group_text, STR("token <*> of user <*> is late")), "%.*s",
		  STR_ARG(entries[7].group_text));
	cr_expect(entries[7].group == entries[19999].group);
	arena_release(&a);
}

/* ---- labelled logs ---- */

struct score {
	double lines, groups; /* grouping accuracy, F1 of it over groups */
};

/* Lines of a file, their ends off; 0 when it cannot be read. */
static size_t read_lines(const char *path, struct arena *a, struct str *out, size_t max)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0, n = 0;
	ssize_t len;

	while (f && n < max && (len = getline(&line, &cap, f)) >= 0)
		out[n++] = arena_str(a, str_make(line, (size_t)(len - (len > 0 && line[len - 1] == '\n'))));
	free(line);
	if (f)
		fclose(f);
	return n;
}

/* Share of lines and F1 of groups that agree exactly. */
static struct score agree(const uint64_t *got, const uint64_t *want, size_t n)
{
	struct map got_n, want_n, both;
	struct score s = { 0 };
	double right = 0;

	map_init(&got_n);
	map_init(&want_n);
	map_init(&both);
	for (size_t i = 0; i < n; i++) {
		++*map_put(&got_n, got[i], NULL);
		++*map_put(&want_n, want[i], NULL);
		++*map_put(&both, hash64_mix(got[i], want[i]), NULL);
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t g = *map_get(&got_n, got[i]), b = *map_get(&both, hash64_mix(got[i], want[i]));

		if (g == b && *map_get(&want_n, want[i]) == b) {
			s.lines += 1;
			right += 1.0 / (double)b;
		}
	}
	s.lines /= (double)n;
	s.groups = 2 * right / ((double)got_n.n + (double)want_n.n);
	map_release(&got_n);
	map_release(&want_n);
	map_release(&both);
	return s;
}

static bool score_system(const char *shared, const char *system, struct score *out)
{
	enum { LINES = 4000 };
	struct names masked;
	struct buf text;
	struct arena a;
	struct str *lines, *labels;
	struct template_entry *entries;
	uint64_t *got, *want;
	size_t n;

	arena_init(&a);
	lines = arena_new_n(&a, struct str, LINES);
	labels = arena_new_n(&a, struct str, LINES);
	got = arena_new_n(&a, uint64_t, LINES);
	want = arena_new_n(&a, uint64_t, LINES);
	n = read_lines(arena_printf(&a, "%s/corpora/loghub2k/%s/%s_2k.content", shared, system, system).ptr,
		       &a, lines, LINES);
	if (n == 0 || read_lines(arena_printf(&a, "%s/corpora/loghub2k/%s/truth.tsv", shared, system).ptr, &a,
				 labels, LINES) != n) {
		arena_release(&a);
		return false;
	}
	names_init(&masked);
	buf_init(&text, 4096);
	for (size_t i = 0; i < n; i++) {
		struct str rest;

		buf_clear(&text);
		template_mask(lines[i], &text);
		buf_addc(&text, ' ');
		got[i] = names_add(&masked, buf_str(&text));
		str_cut(labels[i], '\t', &rest);
		want[i] = hash64(str_cut(rest, '\t', &rest));
	}
	entries = arena_new_n(&a, struct template_entry, masked.n);
	for (size_t i = 0; i < masked.n; i++)
		entries[i] = (struct template_entry){ .id = masked.ids[i], .text = masked.texts[i] };
	template_group(entries, masked.n, &a);
	for (size_t i = 0; i < n; i++)
		got[i] = entries[*map_get(&masked.map, got[i])].group;
	*out = agree(got, want, n);
	buf_release(&text);
	names_release(&masked);
	arena_release(&a);
	return true;
}

Test(template_group, accuracy_on_labelled_logs)
{
	static const char *const systems[] = {
		"Apache", "HDFS", "Hadoop", "HealthApp", "Linux", "Mac", "OpenSSH", "OpenStack",
		"Proxifier", "Zookeeper",
	};
	const char *shared = getenv("INQUEST_SHARED");
	struct score sum = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
		struct score s;

		if (!score_system(shared ? shared : "../shared", systems[i], &s))
			continue;
		sum.lines += s.lines;
		sum.groups += s.groups;
		n++;
	}
	if (n == 0)
		cr_skip_test("labelled logs are not there (INQUEST_SHARED)");
	cr_expect(sum.lines / (double)n >= 0.97, "grouping accuracy %.4f", sum.lines / (double)n);
	cr_expect(sum.groups / (double)n >= 0.94, "F1 of grouping accuracy %.4f", sum.groups / (double)n);
}
