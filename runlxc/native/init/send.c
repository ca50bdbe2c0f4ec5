#include "send.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/fail.h"

void send_descriptor(int socket, int fd, const char *text, size_t size, const char *field)
{
	struct iovec data = { (void *)text, size };
	union {
		char buffer[CMSG_SPACE(sizeof(int))];
		struct cmsghdr alignment;
	} control = { { 0 } };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.buffer,
				  .msg_controllen = sizeof(control.buffer) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(int));
	if (sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
		fail_errno("%s: cannot send a descriptor to the socket", field);
	close(socket);
}
