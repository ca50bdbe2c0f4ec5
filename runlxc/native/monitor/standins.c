/*
 * Replacements of C library functions for liblxc: these definitions take precedence over the library's, because the
 * program is linked with -rdynamic.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "slim.h"
#include "standins.h"

static pid_t monitor;

void keep_mounts_of(pid_t pid)
{
	monitor = pid;
}

/*
 * For a container without a rootfs LXC 5.0 makes all mounts slaves in the container's mount namespace, and also in
 * that of its caller, which is the host's. The monitor makes no mounts.
 */
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)
{
	if (getpid() == monitor)
		return 0;
	return syscall(SYS_mount, source, target, type, flags, data);
}

/*
 * LXC's child sends its credentials to its parent. In a joined user namespace it is nobody (65534,
 * kernel.overflowuid) until it becomes root, and the kernel refuses to send these credentials if the namespace does
 * not map that id.
 */
#define NOBODY 65534

uid_t getuid(void)
{
	uid_t uid = syscall(SYS_getuid);

	return uid == NOBODY && getpid() != monitor ? 0 : uid;
}

gid_t getgid(void)
{
	gid_t gid = syscall(SYS_getgid);

	return gid == NOBODY && getpid() != monitor ? 0 : gid;
}

/* The init is the only child that LXC does not wait for immediately. Does not reap it. */
static int init_has_ended(void)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

/*
 * LXC waits for its child on a socket whose other end it keeps open itself: forever, if the child has exited.
 */
ssize_t recvmsg(int socket, struct msghdr *message, int flags)
{
	struct pollfd file = { .fd = socket, .events = POLLIN };

	while (getpid() == monitor && poll(&file, 1, 100) == 0)
		if (init_has_ended() && poll(&file, 1, 0) == 0) {
			errno = ECONNRESET;
			return -1;
		}
	return syscall(SYS_recvmsg, socket, message, flags);
}

/*
 * LXC executes the container's first program by this function. In a joined user namespace LXC has not become root,
 * and would lose its capabilities here.
 */
int execvp(const char *file, char *const argv[])
{
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return -1;
	return execve(file, argv, environ);
}

/*
 * The monitor exits with the container. `delete` does the clean-up of LXC; LXC would only spend 10 ms on moves
 * between cgroups, and restart a container that has called reboot(2), which is the engine's decision.
 */
static void end_with_init(void)
{
	siginfo_t info = { .si_pid = 0 };

	/* The init is the only child that LXC does not wait for immediately. */
	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0)
		_exit(info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status);
}

/*
 * LXC does not notify its caller when the container runs, and refuses to start one in a program with threads. Its
 * main loop waits in this function, which is used as the notification.
 */
int epoll_wait(int epoll, struct epoll_event *events, int max, int timeout)
{
	struct pollfd files[] = { { .fd = epoll, .events = POLLIN }, { .fd = ready_fd(), .events = POLLIN } };

	while (files[1].fd >= 0 && poll(files, 2, timeout) > 0 && !files[0].revents) {
		become_slim();
		files[1].fd = ready_fd();
	}
	max = epoll_pwait(epoll, events, max, timeout, NULL);
	if (getpid() == monitor)
		end_with_init();
	return max;
}
