/*
 * recvtty SOCKET: receives the terminal that a runtime sends to its console socket and copies between it and the
 * standard streams until the other side is closed.
 */
#define _GNU_SOURCE
#include "receive.h"
#include <poll.h>

/* Returns the number of bytes; 0 if the other side is closed, which is EIO for a terminal (tty_ioctl(4)). */
static ssize_t copy(int from, int to)
{
	char buffer[4096];
	ssize_t length = read(from, buffer, sizeof buffer);
	return length > 0 && write(to, buffer, length) == length ? length : 0;
}

/* A runtime may open and close the other side once before it opens it for the process. */
static int copy_or_wait(int terminal)
{
	const useconds_t pause = 10000;
	for (int tries = 0; tries < 50; tries++) {
		if (copy(terminal, STDOUT_FILENO))
			return 1;
		usleep(pause);
	}
	return 0;
}

int main(int argc, char **argv)
{
	char name[4096];
	int fds[max_fds];
	if (argc != 2)
		return 2;
	if (receive_fds(accept_at(argv[1]), name, sizeof name, fds) != 1)
		return 1;
	struct pollfd sides[] = { { .fd = fds[0], .events = POLLIN }, { .fd = STDIN_FILENO, .events = POLLIN } };
	while (poll(sides, 2, -1) > 0) {
		if (sides[0].revents && !copy_or_wait(fds[0]))
			return 0;
		if (sides[1].revents && !copy(STDIN_FILENO, fds[0]))
			sides[1].fd = -1;
	}
	return 0;
}
