/* `run` and `exec` in the foreground with a terminal: copies the container's terminal to the caller's. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "../common/fail.h"
#include "programs.h"

static int master = -1;

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		fail("the path of the console socket is too long: %s", path);
	strcpy(address.sun_path, path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0)
		fail_errno("cannot listen at %s", path);
	return fd;
}

static int receive_terminal(int listener)
{
	char data[256], control[CMSG_SPACE(sizeof(int))];
	struct iovec vector = { data, sizeof(data) };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC), fd;

	if (connection < 0 || recvmsg(connection, &message, MSG_CMSG_CLOEXEC) <= 0 || !CMSG_FIRSTHDR(&message))
		fail("expected a terminal from the container, received none");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	close(connection);
	return fd;
}

static void copy_size(int signal)
{
	struct winsize size;

	(void)signal;
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(master, TIOCSWINSZ, &size);
}

static int pass_on(int from, int to)
{
	char data[8192];
	ssize_t size = read(from, data, sizeof(data)), written = 0, more;

	if (size < 0 && errno == EINTR)
		return 1;
	while (written < size && (more = write(to, data + written, size - written)) > 0)
		written += more;
	return size > 0;
}

/* Reading a terminal after its last process has exited fails with EIO. */
static void pass_both_ways(void)
{
	struct pollfd files[] = { { .fd = master, .events = POLLIN }, { .fd = STDIN_FILENO, .events = POLLIN } };
	static char end_of_file = 4;

	for (;;) {
		if (poll(files, 2, -1) < 0 && errno != EINTR)
			return;
		if (files[0].revents && !pass_on(master, STDOUT_FILENO))
			return;
		if (files[1].revents && !pass_on(STDIN_FILENO, master)) {
			files[1].fd = -1;
			(void)!write(master, &end_of_file, 1);
		}
	}
}

int proxy_terminal(const char *socket_path, int channel)
{
	struct termios before, raw;
	int listener, is_terminal;

	report_to(channel);
	listener = listen_at(socket_path);
	report("ready");
	end_reports();
	master = receive_terminal(listener);
	signal(SIGWINCH, copy_size);
	copy_size(SIGWINCH);
	is_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	if (is_terminal) {
		raw = before;
		cfmakeraw(&raw);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	pass_both_ways();
	if (is_terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	return 0;
}
