/*
 * measure: what a command costs. Runs a shell command and prints "CPU_S WALL_S PEAK_KIB": processor time of
 * the command and all its children, elapsed time, and the largest resident size of any one of them.
 *
 *	measure COMMAND              the cost of sh -c COMMAND
 *	measure --inflate FILE...    the cost of nothing but zlib's inflate over gzip files: the floor of any reader
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { CHUNK_BYTES = 256 * 1024 };

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now_s(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int inflate_file(const char *path)
{
	static char out[CHUNK_BYTES];
	gzFile in = gzopen(path, "rb");
	int n;

	if (!in || gzbuffer(in, CHUNK_BYTES) != 0)
		return 1;
	while ((n = gzread(in, out, sizeof out)) > 0)
		continue;
	return gzclose(in) != Z_OK || n != 0;
}

static void print_cost(int who, double wall_s)
{
	struct rusage use = { 0 };

	getrusage(who, &use);
	printf("%.3f %.3f %ld\n", seconds(use.ru_utime) + seconds(use.ru_stime), wall_s, use.ru_maxrss);
}

int main(int argc, char **argv)
{
	double start_s = now_s();
	int status = 0;

	if (argc >= 3 && strcmp(argv[1], "--inflate") == 0) {
		for (int i = 2; i < argc; i++) {
			if (inflate_file(argv[i]) != 0) {
				fprintf(stderr, "measure: cannot inflate %s\n", argv[i]);
				return 1;
			}
		}
		print_cost(RUSAGE_SELF, now_s() - start_s);
		return 0;
	}
	if (argc != 2) {
		fprintf(stderr, "usage: measure COMMAND | measure --inflate FILE...\n");
		return 2;
	}
	pid_t child = fork();

	if (child == 0) {
		execl("/bin/sh", "sh", "-c", argv[1], (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "measure: failed: %s\n", argv[1]);
		return 1;
	}
	print_cost(RUSAGE_CHILDREN, now_s() - start_s);
	return 0;
}
