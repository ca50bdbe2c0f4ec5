#include <errno.h>
#include <fcntl.h>
#include <lxc/attach_options.h>
#include <lxc/lxccontainer.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/fail.h"
#include "programs.h"

struct attached {
	/* Descriptors of the plan, of the copy of runlxc-init, and of the pipe for its errors. */
	int plan, copy, failure;
	/* A pipe that receives a byte when the process is in its cgroups. */
	int placed[2];
};

/* A list of cgroup.procs files: the first that accepts the process is its cgroup in that hierarchy. */
struct cgroup {
	char **candidates;
	struct cgroup *next;
};

static struct cgroup *cgroups;

void run_cgroup(struct plan *plan)
{
	struct cgroup *cgroup = malloc(sizeof(*cgroup));

	if (!cgroup)
		fail_errno("cannot read the plan");
	*cgroup = (struct cgroup){ .candidates = plan_list(plan), .next = cgroups };
	cgroups = cgroup;
}

static int become_init(void *argument)
{
	struct attached *attached = argument;
	char plan[16];
	char *args[] = { "runlxc-init", plan, NULL }, *env[] = { NULL }, byte;

	/* If the parent exits before it has moved this process, the pipe ends. */
	close(attached->placed[1]);
	if (read(attached->placed[0], &byte, 1) != 1)
		return 127;
	snprintf(plan, sizeof(plan), "%d", attached->plan);
	syscall(SYS_execveat, attached->copy, "", args, env, AT_EMPTY_PATH);
	return 127;
}

/*
 * Reads the error of a process before its program runs; the pipe ends without data after success. A failed process is
 * reaped: a container cannot exit while a zombie of its PID namespace has a parent outside that does not wait for it.
 */
static void pass_failure_on(int failure, pid_t pid)
{
	char message[4097];
	ssize_t size = read(failure, message, sizeof(message) - 1);

	if (size <= 0)
		return;
	message[size] = '\0';
	waitpid(pid, NULL, 0);
	/* The text begins with "error ", which fail() adds itself. */
	fail("%s", message + (strncmp(message, "error ", 6) ? 0 : 6));
}

static void report_pid(pid_t pid)
{
	char message[32];

	snprintf(message, sizeof(message), "pid %d", pid);
	report(message);
}

static int write_pid(const char *file, pid_t pid)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC), written;

	if (fd < 0)
		return -1;
	written = dprintf(fd, "%d", pid);
	close(fd);
	return written < 0 ? -1 : 0;
}

static int enter(const struct cgroup *cgroup, pid_t pid)
{
	for (char **file = cgroup->candidates; *file; file++)
		if (!write_pid(*file, pid))
			return 0;
	return -1;
}

/*
 * On v2 LXC would use a cgroup ".lxc" below the container's. As in runc, the process is moved to the container's
 * cgroup, or to that of the container's init if the former accepts no processes because it has others with
 * controllers below.
 */
static void place(pid_t pid, const int placed[2])
{
	for (struct cgroup *cgroup = cgroups; cgroup; cgroup = cgroup->next)
		if (enter(cgroup, pid) < 0) {
			int reason = errno;

			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
			errno = reason;
			fail_errno("cannot put the process into %s", cgroup->candidates[0]);
		}
	if (write(placed[1], "", 1) != 1)
		fail_errno("cannot resume the process");
	close(placed[0]);
	close(placed[1]);
}

static int wait_for_end(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 255;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static pid_t attach(const char *name, const char *lxcpath, struct attached *attached)
{
	struct lxc_container *container = lxc_container_new(name, lxcpath);
	lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
	pid_t pid;

	/* This program sets the cgroups, runlxc-init sets capabilities, identity and labels. */
	options.attach_flags = 0;
	options.initial_cwd = "/";
	options.env_policy = LXC_ATTACH_KEEP_ENV;
	if (!container || container->attach(container, become_init, attached, &options, &pid) < 0)
		fail("LXC cannot attach a process to the container");
	return pid;
}

void run_attach(struct plan *plan)
{
	const char *name = plan_string(plan), *lxcpath = plan_string(plan);
	int detach, failure[2];
	struct attached attached = { .failure = plan_number(plan) };
	pid_t pid;

	detach = plan_number(plan);
	attached.plan = plan_number(plan);
	attached.copy = plan_number(plan);
	if (pipe2(failure, O_CLOEXEC) < 0 || dup2(failure[1], attached.failure) < 0)
		fail_errno("cannot create a pipe");
	close(failure[1]);
	if (pipe2(attached.placed, O_CLOEXEC) < 0)
		fail_errno("cannot create a pipe");
	pid = attach(name, lxcpath, &attached);
	place(pid, attached.placed);
	close(attached.failure);
	pass_failure_on(failure[0], pid);
	report_pid(pid);
	exit(detach ? 0 : wait_for_end(pid));
}
