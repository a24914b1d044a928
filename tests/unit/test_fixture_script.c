/* The text of scenarios: words, variables, choices, blocks, and what is refused. */
#include <criterion/criterion.h>

#include "core/buf.h"
#include "fixtures/scenario.h"
#include "fixtures/script.h"

/* The statements as "verb(word,key=value)-item(...)" for comparison. */
static void render(struct script *s, struct buf *out)
{
	for (size_t i = 0; i < s->stmts.n; i++) {
		const struct script_stmt *st = &s->stmts.at[i];
		for (size_t k = 0; k <= st->items.n; k++) {
			const struct script_line *l = k ? &st->items.at[k - 1] : &st->head;
			buf_addz(out, k ? "-" : i ? " " : "");
			for (size_t j = 0; j < l->n; j++)
				buf_addf(out, "%s%.*s%s%.*s", j ? "," : "", STR_ARG(l->words[j].key),
				         l->words[j].key.len ? "=" : "", STR_ARG(l->words[j].value));
		}
	}
}

static void expect(const char *text, const char *wanted)
{
	struct arena a;
	struct script s;
	struct err err = ERR_INIT;
	struct buf b;
	arena_init(&a);
	buf_init(&b, 1 << 16);
	script_init(&s, &a, 1);
	cr_expect(script_read_text(&s, STR("t"), str_of(text), &err), "%s", err.text);
	render(&s, &b);
	cr_expect(str_eq(buf_str(&b), str_of(wanted)), "%s: got %.*s", text, STR_ARG(buf_str(&b)));
	buf_release(&b);
	arena_release(&a);
}

Test(fixture_script, lines_become_words)
{
	expect("a b c=d # comment\n  - x y=\"two words\" # more\n", "a,b,c=d-x,y=two words");
	expect("a \"q \\\"uoted\\\" # no comment\"\n", "a,q \"uoted\" # no comment");
	expect("a SELECT=$1 \"x = $1\"\n", "a,SELECT=$1,x = $1");
	expect("a b==c\n", "a,b==c");
}

Test(fixture_script, variables_and_blocks)
{
	expect("let x = one two\na $x ${x}s\n", "a,one,two,one,twos");
	expect("let x = 1\ndefault x = 2\ndefault y = 3\na $x $y\n", "a,1,3");
	expect("let x = calc 3 * 4\nlet y = calc 90s + 1m\nlet z = calc 60 / 2m\na $x $y $z\n",
	       "a,12,150s,0.5000");
	expect("let x = b\nif $x == a\n  p\nelse\n  q\nend\n", "q");
	expect("if 3 > 2\n  p\nend\nif b in a b c\n  q\nend\n", "p q");
	expect("let r = 3\nrepeat $r\n  a $i\nend\n", "a,1 a,2 a,3");
	expect("if a == b\n  if c == c\n    p\n  end\nelse\n  q\nend\n", "q");
	expect("let x = pick u except u\na x$x\n", "a,x");
}

Test(fixture_script, draws_depend_on_their_own_name_only)
{
	static const char plain[] = "let x = int 1..1000000\na $x\n";
	static const char more[] = "let y = pick a | b\nlet z = int 1..9\nlet x = int 1..1000000\na $x\n";
	struct arena a;
	struct err err = ERR_INIT;
	struct script s, t, u;
	arena_init(&a);
	script_init(&s, &a, 5);
	script_init(&t, &a, 5);
	script_init(&u, &a, 6);
	cr_assert(script_read_text(&s, STR("s"), STR(plain), &err));
	cr_assert(script_read_text(&t, STR("t"), STR(more), &err));
	cr_assert(script_read_text(&u, STR("u"), STR(plain), &err));
	cr_expect(str_eq(script_var(&s, "x"), script_var(&t, "x")));
	cr_expect(!str_eq(script_var(&s, "x"), script_var(&u, "x")));
	arena_release(&a);
}

Test(fixture_script, where_the_file_lies_does_not_matter)
{
	static const char text[] = "if chance 0.5\na\nelse\nb\nend\n";
	bool seen[2] = { false, false };
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct str got[2];
		struct arena a;
		arena_init(&a);
		for (int i = 0; i < 2; i++) {
			struct script s;
			struct err err = ERR_INIT;
			script_init(&s, &a, seed);
			cr_assert(script_read_text(&s, i ? STR("/elsewhere/t") : STR("t"), str_of(text), &err));
			got[i] = arena_str(&a, s.stmts.at[0].head.words[0].value);
		}
		cr_expect(str_eq(got[0], got[1]), "seed %llu", (unsigned long long)seed);
		seen[str_eq(got[0], STR("a"))] = true;
		arena_release(&a);
	}
	cr_expect(seen[0] && seen[1]);
}

Test(fixture_script, nonsense_is_refused_with_its_place)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "a\nb $none\n", "t:2: no such variable: none" },
		{ "if 1 == 1\na\n", "t:1: a block without end" },
		{ "- item\n", "t:1: an item without a statement" },
		{ "let x = int 5\n", "t:1: a range is lo..hi" },
		{ "nonsense\n", "t:1: no such statement: nonsense" },
		{ "case x titel=\"typo\"\n", "t:1: what is 'titel=typo'?" },
		{ "case x\nwindow from=yesterday length=1h\n", "t:2: not a time: yesterday" },
		{ "case x\nwindow from=2024-01-01T00:00:00Z length=0s\n",
		  "t:2: the window is empty, or longer than a month" },
		{ "case x\nwindow from=2024-01-01T00:00:00Z length=1h\nservice s\n- pool none\n",
		  "no such database: 'none' (in s)" },
		{ "case x\nwindow from=2024-01-01T00:00:00Z length=1h\neffect e explode service=s\n",
		  "t:3: no such kind of effect: explode" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena a;
		struct scenario sc;
		struct err err = ERR_INIT;
		arena_init(&a);
		cr_expect(!scenario_read_text(&sc, &a, STR("t"), str_of(cases[i].text), 1, 1, &err));
		cr_expect_str_eq(err.text, cases[i].message);
		arena_release(&a);
	}
}

Test(fixture_script, spans)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = { { "90s", 90000 },    { "1h30m", 5400000 }, { "250ms", 250 },
		      { "1.5h", 5400000 }, { "2d", 172800000 },  { "12", 12000 },
		      { "", -1 },          { "5x", -1 },         { "m", -1 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t ns = -1000000;
		bool ok = span_parse(str_of(cases[i].text), &ns);
		cr_expect_eq(ok, cases[i].ms >= 0, "%s", cases[i].text);
		cr_expect_eq(ns, cases[i].ms * 1000000, "%s", cases[i].text);
	}
}
