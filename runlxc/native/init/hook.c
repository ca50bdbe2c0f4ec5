/* Runs createContainer and startContainer hooks, config.md#posix-platform-hooks. */
#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../common/fail.h"
#include "sync.h"

#define SHOWN_OUTPUT 1000

static void write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, text, size);

		if (written <= 0)
			return;
		text += written;
		size -= written;
	}
}

/* Passes the state as a file, so that a hook that does not read it does not block the init. */
static int state_file(void)
{
	int fd = memfd_create("state", MFD_CLOEXEC);

	if (fd < 0)
		fail_errno("hooks: cannot create the file of the state");
	write_all(fd, hook_state(), strlen(hook_state()));
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void become_hook(const char *path, char **args, char **env, int state, int output, const sigset_t *mask)
{
	sigprocmask(SIG_SETMASK, mask, NULL);
	setpgid(0, 0);
	dup2(state, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execve(path, args, env);
	write_all(STDERR_FILENO, strerror(errno), strlen(strerror(errno)));
	_exit(127);
}

/* Waits for the exit of a child; returns 0 on timeout. */
static int wait_for(pid_t child, int *status, const sigset_t *child_signal, int seconds)
{
	struct timespec deadline, now, left = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += seconds;
	while (waitpid(child, status, WNOHANG) == 0) {
		if (!seconds) {
			sigwaitinfo(child_signal, NULL);
			continue;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
		left.tv_sec = deadline.tv_sec - now.tv_sec;
		left.tv_nsec = deadline.tv_nsec - now.tv_nsec;
		if (left.tv_nsec < 0) {
			left.tv_sec--;
			left.tv_nsec += 1000000000;
		}
		if (left.tv_sec < 0)
			return 0;
		sigtimedwait(child_signal, NULL, &left);
	}
	return 1;
}

static void fail_with_output(const char *kind, const char *path, int status, int output)
{
	char text[SHOWN_OUTPUT + 1];
	ssize_t size = pread(output, text, SHOWN_OUTPUT, 0);

	text[size < 0 ? 0 : size] = '\0';
	if (WIFSIGNALED(status))
		fail("hooks.%s: %s: signal %d, output: %s", kind, path, WTERMSIG(status), text);
	fail("hooks.%s: %s: exit status %d, output: %s", kind, path, WEXITSTATUS(status), text);
}

void run_hook(struct plan *plan)
{
	const char *kind = plan_string(plan), *path = plan_string(plan);
	int seconds = plan_number(plan);
	char **args = plan_list(plan), **env = plan_list(plan);
	int state = state_file(), output = memfd_create("output", MFD_CLOEXEC), status = 0;
	sigset_t child_signal, mask;
	pid_t child;

	sigemptyset(&child_signal);
	sigaddset(&child_signal, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_signal, &mask);
	child = fork();
	if (child < 0)
		fail_errno("hooks.%s: cannot start %s", kind, path);
	if (child == 0)
		become_hook(path, args, env, state, output, &mask);
	if (!wait_for(child, &status, &child_signal, seconds)) {
		kill(-child, SIGKILL);
		waitpid(child, &status, 0);
		fail("hooks.%s: %s did not exit within %d s", kind, path, seconds);
	}
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (status != 0)
		fail_with_output(kind, path, status, output);
	close(state);
	close(output);
}
