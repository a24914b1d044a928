/*
 * browse BROWSER FOLDER: opens the page of the sample case in a headless browser and looks whether it does what it
 * should and nothing else. Prints a line for each check that fails, then "browser: N passed, N failed".
 */
#include <stdio.h>

#include "report/assets.h"
#include "report/renderer.h"
#include "tests/browser/browser.h"
#include "tests/unit/sample_case.h"

struct test {
	struct browser b;
	const char *folder;
	int passed, failed;
};

static void expect(struct test *t, const char *name, bool good, struct str got)
{
	good ? t->passed++ : t->failed++;
	if (!good)
		printf("  browser: %s: %.*s\n", name, STR_ARG(got));
}

/* The expression must give `want`. */
static void expect_value(struct test *t, const char *name, const char *expression, const char *want)
{
	struct str got = browser_value(&t->b, expression);

	expect(t, name, str_eq(got, str_of(want)), got);
}

/* Nothing was complained of since the last time. */
static void expect_silence(struct test *t, const char *name)
{
	struct str first = t->b.complaints.n ? t->b.complaints.at[0] : STR_NONE;

	expect(t, name, t->b.complaints.n == 0, first);
	t->b.complaints.n = 0;
}

/* Writes a page and opens it. */
static void open_page(struct test *t, const char *name, const struct casefile *c, const struct zone *zone)
{
	const struct render_options o = { .redact = true, .version = "1.2.3", .zone = zone };
	struct str path = arena_printf(&t->b.arena, "%s/%s.html", t->folder, name);
	struct buf page;

	buf_init(&page, 16 << 20);
	renderer_by_name(STR("html"))->render(c, &o, &page);
	FILE *f = fopen(path.ptr, "wb");
	bool written = f && fwrite(page.ptr, 1, page.len, f) == page.len;
	if (f)
		written = fclose(f) == 0 && written;
	expect(t, "a page is written", written, path);
	expect(t, "a page is small enough for a mail", page.len < (3 << 19), STR_NONE);
	buf_release(&page);
	expect(t, "a page loads", browser_open(&t->b, path.ptr), path);
}

/* The middle of the second chart, and where a share of its width is. */
static double place(struct test *t, const char *what)
{
	double v = 0;

	str_to_double(browser_value(&t->b, what), &v);
	return v;
}

#define CHART "document.querySelectorAll('.chart')[1].getBoundingClientRect()"
#define AXIS "[...document.querySelectorAll('.plots .axis text')].map(t => t.textContent).join(' ')"

/* Pixels that are painted, in each of the charts: "yes" when all have some. */
static const char painted[] =
	"[...document.querySelectorAll('.chart')].every(chart => [...chart.querySelectorAll('canvas')].some(canvas => {"
	"	const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });"
	"	copy.drawImage(canvas, 0, 0);"
	"	const p = copy.getImageData(0, 0, canvas.width, canvas.height).data;"
	"	let n = 0;"
	"	for (let i = 3; i < p.length; i += 4) n += p[i] > 100;"
	"	return n > 500; })) ? 'yes' : 'no'";

static void check_plots(struct test *t, const struct casefile *c)
{
	open_page(t, "sample", c, NULL);
	expect_value(t, "all plots are charts", "String(document.querySelectorAll('.chart .canvas canvas').length > 0 && "
	             "document.querySelectorAll('.chart').length === document.querySelectorAll('.chart .canvas').length)", "true");
	expect_value(t, "plots are painted", painted, "yes");
	expect_value(t, "the drawn plots give way", "getComputedStyle(document.querySelector('.chart > svg')).display", "none");
	expect_value(t, "ticks stand below", AXIS, "13:30 13:40 13:50 14:00 14:10 14:20 14:30 14:40");

	/* The cursor: in all plots at one time, which the page says. */
	double y = place(t, "String(" CHART ".top + 40)"), left = place(t, "String(" CHART ".left)"),
	       width = place(t, "String(" CHART ".width)");
	browser_mouse(&t->b, "mouseMoved", left + width / 2, y, 0);
	expect_value(t, "one cursor in all plots",
	             "String(new Set([...document.querySelectorAll('.cursor')].map(c => c.hidden + c.style.left)).size)", "1");
	expect_value(t, "the cursor is seen", "String(document.querySelector('.cursor').hidden)", "false");
	expect_value(t, "the cursor's time", "document.querySelector('.reading').textContent.slice(0, 16)", "2026-05-12 14:02");
	expect_value(t, "the cursor's values",
	             "String([...document.querySelectorAll('.now')].every(v => /^[0-9.]+ |^no data$/.test(v.textContent)))", "true");

	/* Zoom by dragging, and back. */
	browser_mouse(&t->b, "mouseMoved", left + width * 0.2, y, 0);
	browser_mouse(&t->b, "mousePressed", left + width * 0.2, y, 1);
	browser_mouse(&t->b, "mouseMoved", left + width * 0.4, y, 1);
	expect_value(t, "what is chosen is shown", "String(document.querySelectorAll('.choice').length > 0)", "true");
	browser_mouse(&t->b, "mouseReleased", left + width * 0.4, y, 1);
	expect_value(t, "dragging zooms", AXIS, "13:40 13:42 13:44 13:46 13:48 13:50 13:52 13:54");
	expect_value(t, "the picture shows where", "String(document.querySelectorAll('.picture .veil').length)", "2");
	expect_value(t, "zoomed plots are painted", painted, "yes");
	for (int clicks = 1; clicks <= 2; clicks++) {
		browser_mouse(&t->b, "mousePressed", left + width / 2, y, clicks);
		browser_mouse(&t->b, "mouseReleased", left + width / 2, y, clicks);
	}
	expect_value(t, "a double click shows all", AXIS, "13:30 13:40 13:50 14:00 14:10 14:20 14:30 14:40");
	browser_mouse(&t->b, "mouseMoved", 5, 5, 0);
	expect_value(t, "the cursor leaves with the pointer", "String(document.querySelector('.cursor').hidden)", "true");

	/* Keys and buttons. */
	browser_value(&t->b, "document.querySelector('.plots').focus()");
	browser_key(&t->b, "ArrowRight");
	expect_value(t, "keys move the cursor", "String(document.querySelector('.cursor').hidden)", "false");
	browser_key(&t->b, "+");
	expect_value(t, "keys zoom", "String(document.querySelectorAll('.picture .veil').length)", "2");
	browser_key(&t->b, "0");
	expect_value(t, "keys show all", "String(document.querySelectorAll('.picture .veil').length)", "0");
	browser_value(&t->b, "document.querySelector('[data-zoom=onset]').click()");
	expect_value(t, "a button shows the onset", "document.querySelector('[data-zoom=onset]').getAttribute('aria-pressed')", "true");
	expect_silence(t, "no errors, no requests");
}

/* The page's times are those of the page's zone, wherever the browser is. */
static void check_zones(struct test *t, const struct casefile *c)
{
	struct zone zone;
	struct err err = ERR_INIT;

	browser_call(&t->b, "Emulation.setTimezoneOverride", "{\"timezoneId\":\"Asia/Kolkata\"}");
	if (zone_open(&zone, &t->b.arena, STR("-05:00"), &err)) {
		open_page(t, "zone", c, &zone);
		expect_value(t, "ticks in the page's zone", AXIS, "08:30 08:40 08:50 09:00 09:10 09:20 09:30 09:40");
		browser_value(&t->b, "document.querySelector('.plots').focus()");
		browser_key(&t->b, "End");
		expect_value(t, "the cursor in the page's zone", "document.querySelector('.reading').textContent", "2026-05-12 09:40:00");
	}
	browser_call(&t->b, "Emulation.setTimezoneOverride", "{\"timezoneId\":\"\"}");
	expect_silence(t, "no errors in another zone");
}

static void check_looks(struct test *t, const struct casefile *c)
{
	static const int widths[] = { 360, 390, 768, 1600 };

	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
		browser_call(&t->b, "Emulation.setDeviceMetricsOverride",
		             "{\"width\":%d,\"height\":900,\"deviceScaleFactor\":1,\"mobile\":false}", widths[i]);
		open_page(t, "looks", c, NULL);
		expect_value(t, "nothing is wider than the window",
		             "String(document.documentElement.scrollWidth <= innerWidth)", "true");
	}
	browser_call(&t->b, "Emulation.setEmulatedMedia", "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"dark\"}]}");
	expect_value(t, "dark is dark", "String(getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every(v => v < 60))", "true");
	expect_value(t, "plots are painted in the dark", painted, "yes");
	browser_call(&t->b, "Emulation.setEmulatedMedia", "{\"media\":\"print\"}");
	expect_value(t, "paper has the lines that were opened", "String([...document.querySelectorAll('.around')].map(d => {"
	             " const closed = getComputedStyle(d).display; d.open = true; return closed + getComputedStyle(d).display; }))", "noneblock,noneblock");
	expect_value(t, "paper has the drawn plots", "getComputedStyle(document.querySelector('.chart > svg')).display", "block");
	browser_call(&t->b, "Emulation.setEmulatedMedia", "{}");
	struct str pdf = browser_call(&t->b, "Page.printToPDF", "{}");
	expect(t, "it prints", pdf.len > 20000, str_head(pdf, 100));
	expect_silence(t, "no errors in any look");
}

static void check_without_script(struct test *t, const struct casefile *c)
{
	browser_call(&t->b, "Emulation.setScriptExecutionDisabled", "{\"value\":true}");
	open_page(t, "plain", c, NULL);
	expect_value(t, "drawn plots without a script",
	             "String([...document.querySelectorAll('.chart > svg')].every(s => s.getBoundingClientRect().height > 50))", "true");
	expect_value(t, "no buttons that do nothing", "getComputedStyle(document.querySelector('.tools')).display", "none");
	browser_value(&t->b, "document.querySelector('.around > summary').click()");
	expect_value(t, "lines around a line open without a script",
	             "String(document.querySelector('.around').open && document.querySelector('.around pre').getBoundingClientRect().height > 20)", "true");
	expect_value(t, "the line stands once", "getComputedStyle(document.querySelector('.around[open]').parentElement.querySelector('pre')).display", "none");
	expect_value(t, "the series as a table", "String(document.querySelectorAll('.numbers tbody tr').length > 20)", "true");
	browser_call(&t->b, "Emulation.setScriptExecutionDisabled", "{\"value\":false}");
	t->b.complaints.n = 0; /* blocked scripts are told of */
}

static void check_hostile(struct test *t)
{
	struct casefile c = sample_hostile(&t->b.arena, sample_hostile_text());

	open_page(t, "hostile", &c, NULL);
	expect_value(t, "no element comes from a log",
	             "String(document.querySelectorAll('img, iframe, object, embed, form, link, base').length)", "0");
	expect_value(t, "no script comes from a log", "String(document.scripts.length)", asset_charts().len ? "2" : "1");
	expect_value(t, "no link leads out", "String([...document.links].filter(a => !a.getAttribute('href').startsWith('#')).length)",
	             "0");
	browser_value(&t->b, "document.querySelectorAll('details').forEach(d => d.open = true)");
	expect_value(t, "text around a line stays text",
	             "String(document.querySelector('.around span').innerText.includes('<script>alert(1)</script>'))", "true");
	expect_value(t, "around a line are only its lines", "String(document.querySelectorAll('.around pre *:not(span):not(b):not(i)').length)", "0");
	expect_value(t, "text stays text", "String(document.body.innerText.includes('<script>alert(1)</script>'))", "true");
	expect_value(t, "nothing reorders a line", "String(/[\\u202a-\\u202e\\u2066-\\u2069\\x1b]/.test(document.body.textContent))", "false");
	expect_silence(t, "no errors, requests or dialogs from a hostile log");
}

int main(int argc, char **argv)
{
	struct test t = { .folder = argc > 2 ? argv[2] : "." };

	if (argc != 3) {
		fputs("browse BROWSER FOLDER\n", stderr);
		return 2;
	}
	if (!browser_start(&t.b, argv[1], t.folder)) {
		/* Some systems have a name that only says where to get one. */
		printf("browser: 0 passed, 0 failed (%s does not start)\n", argv[1]);
		return 0;
	}
	browser_call(&t.b, "Emulation.setDeviceMetricsOverride",
	             "{\"width\":1200,\"height\":2400,\"deviceScaleFactor\":1,\"mobile\":false}");
	struct casefile c = sample_case(&t.b.arena);
	if (asset_charts().len) {
		check_plots(&t, &c);
		check_zones(&t, &c);
		check_looks(&t, &c);
	}
	check_without_script(&t, &c);
	check_hostile(&t);
	browser_stop(&t.b);
	printf("browser: %d passed, %d failed\n", t.passed, t.failed);
	return t.failed > 0;
}
