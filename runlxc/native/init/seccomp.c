#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/fail.h"
#include "process.h"

void run_seccomp(struct plan *plan)
{
	int fd = plan_number(plan);
	unsigned flags = plan_number(plan);
	struct stat info;
	struct sock_fprog program;

	if (fstat(fd, &info) < 0)
		fail_errno("linux.seccomp: cannot read the compiled filter");
	program.len = info.st_size / sizeof(struct sock_filter);
	program.filter = mmap(NULL, info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (program.filter == MAP_FAILED)
		fail_errno("linux.seccomp: cannot read the compiled filter");
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) < 0)
		fail_errno("linux.seccomp: cannot load the filter");
}
