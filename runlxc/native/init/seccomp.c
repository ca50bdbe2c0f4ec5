#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/fail.h"
#include "process.h"
#include "send.h"
#include "sync.h"

/* config-linux.md#the-container-process-state; version and metadata are JSON. */
static void send_listener(int socket, int fd, const char *version, const char *metadata)
{
	char *message;
	int size = asprintf(&message, "{\"ociVersion\":%s,\"fds\":[\"seccompFd\"],\"pid\":%s,\"metadata\":%s,\"state\":%s}",
			    version, host_pid(), metadata, hook_state());

	if (size < 0)
		fail_errno("linux.seccomp.listenerPath");
	send_descriptor(socket, fd, message, size, "linux.seccomp.listenerPath");
	close(fd);
	free(message);
}

void run_seccomp(struct plan *plan)
{
	int fd = plan_number(plan);
	unsigned flags = plan_number(plan);
	int listener = plan_number(plan);
	const char *version = plan_string(plan), *metadata = plan_string(plan);
	int result;
	struct stat info;
	struct sock_fprog program;

	if (fstat(fd, &info) < 0)
		fail_errno("linux.seccomp: cannot read the compiled filter");
	program.len = info.st_size / sizeof(struct sock_filter);
	program.filter = mmap(NULL, info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (program.filter == MAP_FAILED)
		fail_errno("linux.seccomp: cannot read the compiled filter");
	if (listener >= 0)
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	if (result < 0)
		fail_errno("linux.seccomp: cannot load the filter");
	if (listener >= 0)
		send_listener(listener, result, version, metadata);
}
