#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/fail.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

/* By this name the runtime distinguishes an init from the user's program. */
static const char name[] = "runlxc-init";

static int executable_memory(void)
{
	int fd = memfd_create(name, MFD_ALLOW_SEALING | MFD_EXEC);

	/* Before Linux 6.3 MFD_EXEC does not exist and is not needed. */
	return fd < 0 && errno == EINVAL ? memfd_create(name, MFD_ALLOW_SEALING) : fd;
}

int sealed_copy(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC), memory = executable_memory();
	struct stat info;

	if (file < 0 || memory < 0 || fstat(file, &info) < 0)
		fail_errno("cannot copy %s", path);
	for (off_t copied = 0; copied < info.st_size;)
		if (sendfile(memory, file, &copied, info.st_size - copied) <= 0)
			fail_errno("cannot copy %s", path);
	close(file);
	fchmod(memory, 0555);
	if (fcntl(memory, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		fail_errno("cannot seal the copy of %s", path);
	return memory;
}

static int is_copy(void)
{
	char path[64] = "";

	return readlink("/proc/self/exe", path, sizeof(path) - 1) > 0 && strstr(path, name);
}

void continue_from_copy(char **argv)
{
	char *env[] = { NULL };
	int copy;

	if (is_copy())
		return;
	copy = sealed_copy("/proc/self/exe");
	fcntl(copy, F_SETFD, FD_CLOEXEC);
	syscall(SYS_execveat, copy, "", argv, env, AT_EMPTY_PATH);
	fail_errno("cannot execute the copy of runlxc-monitor");
}
