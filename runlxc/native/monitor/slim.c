/*
 * Reduces a monitor, which only waits for its container, in the container's namespaces. Its descriptors of the
 * container's output would prevent readers from seeing EOF, and most of its memory is code that no longer runs.
 */
#include "slim.h"

#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../common/fail.h"

static struct passed passed = { .ready = -1 };
static int slim;

static void let_go_of_streams(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		dup2(null, fd);
	close(null);
}

struct mapping {
	unsigned long start, end;
	int is_droppable;
};

/*
 * Clean pages of a file are read again on demand. Relocated read-only data is private: "Anonymous" in smaps shows it,
 * proc(5).
 */
static void read_line(const char *line, struct mapping *mapping)
{
	char permissions[5], device[16];
	unsigned long start, end, offset, anonymous;

	if (sscanf(line, "%lx-%lx %4s %lx %15s", &start, &end, permissions, &offset, device) == 5)
		*mapping = (struct mapping){ start, end, permissions[1] != 'w' && strcmp(device, "00:00") };
	else if (sscanf(line, "Anonymous: %lu", &anonymous) == 1 && anonymous == 0 && mapping->is_droppable)
		madvise((void *)mapping->start, mapping->end - mapping->start, MADV_DONTNEED);
}

static void drop_code(void)
{
	static char buffer[4096];
	FILE *file = fopen("/proc/self/smaps", "re");
	struct mapping mapping = { 0 };

	if (!file)
		return;
	while (fgets(buffer, sizeof(buffer), file))
		read_line(buffer, &mapping);
	fclose(file);
}

void slim_when_ready(const struct passed *descriptors)
{
	passed = *descriptors;
}

int ready_fd(void)
{
	return slim ? -1 : passed.ready;
}

/*
 * Engines use the namespaces of the process in the pid file, which is the monitor: a pod's containers join
 * /proc/PID/ns/ipc of its sandbox. The PID namespace is excluded: a process cannot change its own.
 */
static void join(pid_t init)
{
	static const char *const names[] = { "ipc", "uts", "net", "cgroup", "mnt" };
	char path[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/ns/%s", init, names[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		/* A host's namespace needs no change. */
		if (fd >= 0) {
			(void)setns(fd, 0);
			close(fd);
		}
	}
}

/* Returns the pid of the only child, without reaping it. */
static pid_t only_child(void)
{
	char path[64], number[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, number, sizeof(number) - 1) < 0)
		number[0] = '\0';
	close(fd);
	return atoi(number);
}

void become_slim(void)
{
	pid_t init = only_child();

	let_go_of_streams();
	for (int fd = passed.first; fd < passed.first + passed.count; fd++)
		close(fd);
	close(passed.ready);
	end_reports();
	malloc_trim(0);
	drop_code();
	if (init > 0)
		join(init);
	slim = 1;
}
