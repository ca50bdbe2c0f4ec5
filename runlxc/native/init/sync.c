#include "sync.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/fail.h"
#include "rootpath.h"

static int go = -1, last_report = -1;
/* The init's pid, and the state, in the same memory. */
static char *pid, *state;

/* Opened for reading and writing: open(2) does not wait for the runtime, and the go FIFO has no end before it is written. */
static int open_fifo(int path_fd)
{
	int fd = open(fd_path(path_fd), O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fail_errno("cannot open a FIFO of the state directory");
	close(path_fd);
	return fd;
}

void run_fifos(struct plan *plan)
{
	int go_path = plan_number(plan), report_path = plan_number(plan);

	last_report = open_fifo(report_path);
	go = open_fifo(go_path);
}

void run_report(struct plan *plan)
{
	int fd = plan_number(plan);

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	report_to(fd);
}

/* A message ends with its second NUL; the next is sent only after the next report. */
static char *read_message(void)
{
	size_t size = 0, room = 64 * 1024;
	char *text = malloc(room);
	ssize_t more;

	while (text && (more = read(go, text + size, room - size)) > 0) {
		char *pid_end = memchr(text, '\0', size += more);

		if (pid_end && text[size - 1] == '\0' && pid_end != text + size - 1)
			return text;
		if (size == room)
			text = realloc(text, room *= 2);
	}
	fail_errno("cannot read the container's state");
}

static void take_state(void)
{
	free(pid);
	pid = read_message();
	state = pid + strlen(pid) + 1;
}

void run_sync(struct plan *plan)
{
	report(plan_string(plan));
	take_state();
}

void run_hand_over(struct plan *plan)
{
	report(plan_string(plan));
	end_reports();
	report_to(last_report);
	take_state();
}

const char *host_pid(void)
{
	return pid ? pid : "0";
}

const char *hook_state(void)
{
	return state ? state : "{}";
}

void run_ready(struct plan *plan)
{
	int fd = plan_number(plan);

	(void)!write(fd, "", 1);
	close(fd);
}
