#include "cli/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/str.h"

enum { WIDTH_DEFAULT = 80, WIDTH_MIN = 40, WIDTH_MAX = 400 };

static unsigned width_of(int fd)
{
	struct winsize size;
	uint64_t columns;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_MIN && size.ws_col <= WIDTH_MAX)
		return size.ws_col;
	if (str_to_u64(str_of(getenv("COLUMNS")), &columns) && columns >= WIDTH_MIN && columns <= WIDTH_MAX)
		return (unsigned)columns;
	return WIDTH_DEFAULT;
}

static bool wants_color(bool is_terminal, enum color_wish wish)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (wish != COLOR_AUTO)
		return wish == COLOR_ALWAYS;
	return is_terminal && !(no_color && no_color[0]) && !(term && strcmp(term, "dumb") == 0);
}

struct terminal terminal_of(int fd, enum color_wish wish)
{
	bool is_terminal = isatty(fd) == 1;

	return (struct terminal){ is_terminal, wants_color(is_terminal, wish), width_of(fd) };
}
