/*
 * recvtty SOCKET: takes the terminal that a runtime sends to its console socket and stands between it and its own
 * standard streams until the other side is closed.
 */
#define _GNU_SOURCE
#include "receive.h"
#include <poll.h>

/* Answers whether more may come; reading a terminal whose other side is closed fails with EIO. */
static int copy(int from, int to)
{
	char buffer[4096];
	ssize_t length = read(from, buffer, sizeof buffer);
	return length > 0 && write(to, buffer, length) == length;
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
		if (sides[0].revents && !copy(fds[0], STDOUT_FILENO))
			return 0;
		if (sides[1].revents && !copy(STDIN_FILENO, fds[0]))
			sides[1].fd = -1;
	}
	return 0;
}
