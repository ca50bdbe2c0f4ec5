/* Creates a unix socket and receives file descriptors on it, as a console socket or a seccomp listener. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { max_fds = 8 };

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Prints "listening" once a runtime can connect, and accepts the first connection. */
static int accept_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		die(path);
	}
	strcpy(address.sun_path, path);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1) < 0)
		die(path);
	puts("listening");
	fflush(stdout);
	int connection = accept(listener, NULL, NULL);
	if (connection < 0)
		die("accept");
	return connection;
}

/* Receives one message; returns the number of its descriptors (unix(7), SCM_RIGHTS). */
static int receive_fds(int connection, char *text, size_t size, int fds[max_fds])
{
	union {
		char space[CMSG_SPACE(max_fds * sizeof(int))];
		struct cmsghdr aligned;
	} control;
	struct iovec data = { text, size - 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = sizeof control.space };
	ssize_t length = recvmsg(connection, &message, 0);
	struct cmsghdr *header = length < 0 ? NULL : CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS) {
		fputs("received no file descriptor\n", stderr);
		exit(1);
	}
	text[length] = '\0';
	memcpy(fds, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	return (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
}
