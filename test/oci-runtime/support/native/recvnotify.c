/*
 * recvnotify SOCKET: receives the seccomp listener of a runtime, prints the state sent with it, and completes
 * the first system call with the value 4242 (seccomp_unotify(2)).
 */
#define _GNU_SOURCE
#include "receive.h"
#include <linux/seccomp.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	char state[16384];
	int fds[max_fds];
	struct seccomp_notif call = { 0 };
	if (argc != 2)
		return 2;
	int count = receive_fds(accept_at(argv[1]), state, sizeof state, fds);
	puts(state);
	fflush(stdout);
	/* If a pidfd is also sent, the listener is the descriptor that accepts the ioctl. */
	for (int i = 0; i < count; i++) {
		if (ioctl(fds[i], SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
			continue;
		struct seccomp_notif_resp response = { .id = call.id, .val = 4242 };
		return ioctl(fds[i], SECCOMP_IOCTL_NOTIF_SEND, &response) < 0;
	}
	perror("no listener");
	return 1;
}
