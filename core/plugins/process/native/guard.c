#include "guard.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* In one round. */
#define MOST_KILLED 4096
#define KILL_ROUNDS 500
/* Microseconds. */
#define KILL_PAUSE 10000

/* Older headers lack them. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

int open_process(pid_t pid)
{
	return syscall(SYS_pidfd_open, pid, 0);
}

/* Returns whether a process is in a cgroup now, of which a file lists the processes. */
static int is_listed(const char *path, int pid)
{
	FILE *list = fopen(path, "re");
	int found = 0;

	if (!list)
		return 0;
	while (found != pid && fscanf(list, "%d", &found) == 1)
		;
	fclose(list);
	return found == pid;
}

/* Returns how many processes it has found. A pid may be another process's by now, so it is looked up again. */
static int kill_listed(const char *path)
{
	FILE *list = fopen(path, "re");
	int pids[MOST_KILLED];
	int count = 0;

	if (!list)
		return 0;
	while (count < MOST_KILLED && fscanf(list, "%d", &pids[count]) == 1)
		count++;
	fclose(list);
	for (int index = 0; index < count; index++) {
		int fd = open_process(pids[index]);

		if (fd >= 0 && is_listed(path, pids[index]))
			syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
		if (fd >= 0)
			close(fd);
	}
	return count;
}

void kill_cgroups(char **procs, size_t count)
{
	char path[PATH_MAX];
	int found = 1;

	for (size_t index = 0; index < count; index++) {
		const char *file = procs[index];
		int fd;

		snprintf(path, sizeof(path), "%.*spids.max", (int)(strlen(file) - strlen("cgroup.procs")), file);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		/* Where it fails, more rounds are needed. */
		if (write(fd, "0", 1) < 0)
			found = 1;
		close(fd);
	}
	for (int round = 0; found && round < KILL_ROUNDS; round++) {
		found = 0;
		for (size_t index = 0; index < count; index++)
			found += kill_listed(procs[index]);
		if (found)
			usleep(KILL_PAUSE);
	}
}
