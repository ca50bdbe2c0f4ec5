#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common/fail.h"
#include "copy.h"

/* Without close-on-exec, so that the init inherits it. */
static void place(int fd, int wanted, const char *what)
{
	if (fd < 0)
		fail_errno("cannot open %s", what);
	if (fd == wanted)
		return;
	if (dup2(fd, wanted) < 0)
		fail_errno("cannot open %s", what);
	close(fd);
}

void run_open(struct plan *plan)
{
	int wanted = plan_number(plan);
	const char *path = plan_string(plan);

	place(open(path, plan_number(plan)), wanted, path);
}

void run_fifo(struct plan *plan)
{
	int wanted = plan_number(plan);
	const char *path = plan_string(plan);
	mode_t mode = plan_number(plan);

	if (mkfifo(path, mode) < 0 || chmod(path, mode) < 0)
		fail_errno("cannot create %s", path);
	place(open(path, O_PATH), wanted, path);
}

/* Connects by the directory's descriptor, since a path may be longer than a socket's address. */
static int connect_to(int fd, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int file = open(path, O_PATH | O_CLOEXEC), result;

	if (file < 0)
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", file);
	result = connect(fd, (struct sockaddr *)&address, sizeof(address));
	close(file);
	return result;
}

void run_connect(struct plan *plan)
{
	int wanted = plan_number(plan);
	const char *path = plan_string(plan);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || connect_to(fd, path) < 0)
		fail_errno("cannot connect to the socket %s", path);
	place(fd, wanted, path);
}

void run_copy(struct plan *plan)
{
	int wanted = plan_number(plan);
	const char *path = plan_string(plan);

	place(sealed_copy(path), wanted, path);
}

void run_raise_limit(struct plan *plan)
{
	int resource = plan_number(plan);
	rlim_t hard = plan_number(plan);
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0 || limit.rlim_max >= hard)
		return;
	limit.rlim_max = hard;
	if (setrlimit(resource, &limit) < 0)
		fail_errno("process.rlimits: error setting rlimit type %d", resource);
}

void run_oom(struct plan *plan)
{
	const char *value = plan_string(plan);
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		fail_errno("process.oomScoreAdj: cannot set %s", value);
	close(fd);
}

void run_check_namespace(struct plan *plan)
{
	const char *path = plan_string(plan);
	int type = plan_number(plan);
	const char *field = plan_string(plan);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail_errno("%s: open %s", field, path);
	if (ioctl(fd, NS_GET_NSTYPE) != type)
		fail("%s: %s is not a namespace of this type", field, path);
	close(fd);
}
