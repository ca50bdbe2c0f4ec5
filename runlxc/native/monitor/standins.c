/*
 * Functions of the C library as liblxc shall see them: these definitions come before the library's, for the program is linked
 * with -rdynamic.
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
 * For a container without a rootfs LXC 5.0 makes all mounts slaves not only in the container's mount namespace but in that of its
 * caller too, which is the host's. The monitor mounts nothing.
 */
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)
{
	if (getpid() == monitor)
		return 0;
	return syscall(SYS_mount, source, target, type, flags, data);
}

/*
 * LXC's child tells its parent who it is. In a user namespace that it has joined it is nobody until it becomes root, and where
 * the namespace has no id for nobody, the kernel refuses to pass that on. Nobody is 65534 (kernel.overflowuid).
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

/* The init is the only child that LXC does not wait for at once. It stays to be waited for. */
static int init_has_ended(void)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

/*
 * LXC waits for its child's word at a socket whose other end it holds open itself: for ever, if the child has ended.
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
 * How LXC executes the container's first program. In a user namespace that it has joined LXC has not become root, and would lose its
 * capabilities here.
 */
int execvp(const char *file, char *const argv[])
{
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return -1;
	return execve(file, argv, environ);
}

/*
 * The container's end is the monitor's. What LXC would do after it, `delete` does for all that may be left; LXC would only add
 * 10 ms of moves between cgroups, and start a container again that has called reboot(2), which whoever runs an OCI container
 * decides himself.
 */
static void end_with_init(void)
{
	siginfo_t info = { .si_pid = 0 };

	/* The init is the only child that LXC does not wait for at once. */
	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0)
		_exit(info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status);
}

/*
 * LXC tells nobody that its container runs, and refuses to start one in a program with threads. But its main loop waits here.
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
