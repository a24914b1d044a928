#include "tests/browser/browser.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/json.h"

enum { PATIENCE_MS = 120000, IN_MAX = 64 << 20 };

static bool write_all(int fd, struct str s)
{
	while (s.len) {
		ssize_t n = write(fd, s.ptr, s.len);

		if (n <= 0)
			return false;
		s = str_from(s, (size_t)n);
	}
	return true;
}

bool browser_start(struct browser *b, const char *program, const char *folder)
{
	int to[2], from[2];

	*b = (struct browser){ 0 };
	arena_init(&b->arena);
	buf_init(&b->in, IN_MAX);
	signal(SIGPIPE, SIG_IGN);
	if (pipe(to) != 0 || pipe(from) != 0)
		return false;
	struct str profile = arena_printf(&b->arena, "--user-data-dir=%s/profile", folder);
	b->pid = fork();
	if (b->pid == 0) {
		int quiet = open("/dev/null", O_RDWR);
		int read_end = fcntl(to[0], F_DUPFD, 20), write_end = fcntl(from[1], F_DUPFD, 20);

		/* The protocol's descriptors are 3 and 4; a browser as root has no sandbox of its own. */
		if (quiet < 0 || dup2(quiet, 0) < 0 || dup2(quiet, 1) < 0 || dup2(quiet, 2) < 0 || dup2(read_end, 3) < 0 ||
		    dup2(write_end, 4) < 0)
			_exit(127);
		for (int fd = 5; fd < 40; fd++)
			close(fd);
		execlp(program, program, "--headless", "--remote-debugging-pipe", "--disable-gpu", "--hide-scrollbars",
		       "--no-first-run", "--disable-dev-shm-usage", profile.ptr, getuid() == 0 ? "--no-sandbox" : "--mute-audio",
		       "about:blank", (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	b->to = to[1];
	b->from = from[0];
	struct str target = browser_call(b, "Target.createTarget", "{\"url\":\"about:blank\"}");
	struct str id = json_get(json_value_at(target, NULL), STR("targetId")).raw;
	struct str attached = browser_call(b, "Target.attachToTarget", "{\"targetId\":\"%.*s\",\"flatten\":true}", STR_ARG(id));
	b->session = arena_str(&b->arena, json_get(json_value_at(attached, NULL), STR("sessionId")).raw);
	static const char *const domains[] = { "Page.enable", "Runtime.enable", "Log.enable", "Network.enable" };
	for (size_t i = 0; b->session.len && i < sizeof domains / sizeof domains[0]; i++)
		browser_call(b, domains[i], "{}");
	return b->session.len > 0;
}

void browser_stop(struct browser *b)
{
	if (b->pid > 0) {
		/* In order, so that nobody writes into its folder afterwards. */
		b->session = STR_NONE;
		if (browser_call(b, "Browser.close", "{}").len == 0)
			kill(b->pid, SIGKILL);
		waitpid(b->pid, NULL, 0);
	}
	close(b->to);
	close(b->from);
	buf_release(&b->in);
	arena_release(&b->arena);
}

static void complain(struct browser *b, const char *what, struct str text)
{
	*vec_push(&b->arena, &b->complaints) = arena_printf(&b->arena, "%s: %.*s", what, STR_ARG(str_head(text, 300)));
}

/* What the page does by itself. */
static void note_event(struct browser *b, struct json_value message)
{
	struct str method = json_get(message, STR("method")).raw;
	struct json_value params = json_get(message, STR("params"));

	if (str_eq(method, STR("Page.loadEventFired")))
		b->loaded = true;
	else if (str_eq(method, STR("Runtime.exceptionThrown")))
		complain(b, "exception", params.raw);
	else if (str_eq(method, STR("Runtime.consoleAPICalled")))
		complain(b, "console", params.raw);
	else if (str_eq(method, STR("Log.entryAdded")))
		complain(b, "log", params.raw);
	else if (str_eq(method, STR("Page.javascriptDialogOpening")))
		complain(b, "dialog", params.raw);
	else if (str_eq(method, STR("Network.requestWillBeSent")) &&
	         !str_eq(json_get(params, STR("type")).raw, STR("Document")))
		complain(b, "request", json_get(params, STR("request.url")).raw);
}

/* The next message, in the arena; empty when the browser is gone or has nothing to say for too long. */
static struct str next_message(struct browser *b)
{
	char chunk[1 << 16];
	struct pollfd wait = { .fd = b->from, .events = POLLIN };

	for (;;) {
		ptrdiff_t end = str_chr(buf_str(&b->in), '\0');
		if (end >= 0) {
			struct str message = arena_str(&b->arena, str_head(buf_str(&b->in), (size_t)end));

			memmove(b->in.ptr, b->in.ptr + end + 1, b->in.len - (size_t)end - 1);
			b->in.len -= (size_t)end + 1;
			return message;
		}
		if (poll(&wait, 1, PATIENCE_MS) <= 0)
			return STR_NONE;
		ssize_t n = read(b->from, chunk, sizeof chunk);
		if (n <= 0)
			return STR_NONE;
		buf_add(&b->in, str_make(chunk, (size_t)n));
	}
}

struct str browser_call(struct browser *b, const char *method, const char *parameters, ...)
{
	struct buf line;
	va_list args;

	buf_init(&line, IN_MAX);
	buf_addf(&line, "{\"id\":%lu,\"method\":\"%s\",\"params\":", ++b->id, method);
	va_start(args, parameters);
	buf_vaddf(&line, parameters, args);
	va_end(args);
	if (b->session.len)
		buf_addf(&line, ",\"sessionId\":\"%.*s\"", STR_ARG(b->session));
	buf_addc(&line, '}');
	buf_addc(&line, '\0');
	bool sent = write_all(b->to, buf_str(&line));
	buf_release(&line);
	while (sent) {
		struct str text = next_message(b);
		struct json_value message = json_value_at(text, NULL);
		int64_t id = 0;

		if (message.type != JSON_OBJECT)
			break;
		if (json_i64(json_get(message, STR("id")), &id) && id == (int64_t)b->id) {
			struct json_value failure = json_get(message, STR("error"));

			if (failure.type == JSON_OBJECT)
				fprintf(stderr, "%s: %.*s\n", method, STR_ARG(failure.raw));
			return json_get(message, STR("result")).raw;
		}
		note_event(b, message);
	}
	fprintf(stderr, "%s: the browser does not answer\n", method);
	return STR_NONE;
}

bool browser_open(struct browser *b, const char *path)
{
	b->loaded = false;
	browser_call(b, "Page.navigate", "{\"url\":\"file://%s\"}", path);
	while (!b->loaded) {
		struct str text = next_message(b);

		if (text.len == 0)
			return false;
		note_event(b, json_value_at(text, NULL));
	}
	return true;
}

struct str browser_value(struct browser *b, const char *expression)
{
	struct buf quoted;
	struct jsonw w;

	buf_init(&quoted, 1 << 20);
	jsonw_init(&w, &quoted, 0);
	jsonw_str(&w, str_of(expression));
	struct str result = browser_call(b, "Runtime.evaluate", "{\"expression\":%.*s,\"returnByValue\":true,\"awaitPromise\":true}",
	                                 STR_ARG(buf_str(&quoted)));
	buf_release(&quoted);
	struct json_value root = json_value_at(result, NULL), failure = json_get(root, STR("exceptionDetails"));
	if (failure.type == JSON_OBJECT)
		return arena_printf(&b->arena, "threw %.*s", STR_ARG(str_head(failure.raw, 400)));
	return json_text(json_get(root, STR("result.value")), &b->arena);
}

void browser_mouse(struct browser *b, const char *type, double x, double y, int clicks)
{
	bool move = strcmp(type, "mouseMoved") == 0;

	browser_call(b, "Input.dispatchMouseEvent",
	             "{\"type\":\"%s\",\"x\":%.1f,\"y\":%.1f,\"button\":\"%s\",\"buttons\":%d,\"clickCount\":%d}", type, x, y,
	             move && clicks == 0 ? "none" : "left", strcmp(type, "mouseReleased") == 0 || clicks == 0 ? 0 : 1, clicks);
}

void browser_key(struct browser *b, const char *key)
{
	static const char *const types[] = { "keyDown", "keyUp" };

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		browser_call(b, "Input.dispatchKeyEvent", "{\"type\":\"%s\",\"key\":\"%s\"}", types[i], key);
}
