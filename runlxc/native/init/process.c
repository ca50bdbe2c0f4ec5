#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/fail.h"
#include "rootpath.h"

/* linux/sched/types.h; its first version. */
struct sched_attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

/* linux/ioprio.h */
#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_CLASS_SHIFT 13

static void write_file(const char *field, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail_errno("%s: cannot write \"%s\" to %s", field, text, path);
	close(fd);
}

void run_sysctl(struct plan *plan)
{
	const char *path = plan_string(plan);

	write_file("linux.sysctl", path, plan_string(plan));
}

void run_label(struct plan *plan)
{
	const char *field = plan_string(plan), *path = plan_string(plan), *older = plan_string(plan);

	write_file(field, access(path, F_OK) == 0 ? path : older, plan_string(plan));
}

void run_time_namespace(struct plan *plan)
{
	char **offsets = plan_list(plan);
	int namespace;

	if (unshare(CLONE_NEWTIME) < 0)
		fail_errno("linux.namespaces: cannot create a time namespace");
	for (; *offsets; offsets++)
		write_file("linux.timeOffsets", "/proc/self/timens_offsets", *offsets);
	/* Only children enter the new namespace; a process with one thread may also join it. */
	namespace = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (namespace < 0 || setns(namespace, CLONE_NEWTIME) < 0)
		fail_errno("linux.namespaces: cannot join the time namespace");
	close(namespace);
}

void run_domainname(struct plan *plan)
{
	const char *name = plan_string(plan);

	if (setdomainname(name, strlen(name)) < 0)
		fail_errno("domainname");
}

void run_cwd(struct plan *plan)
{
	const char *path = plan_string(plan);
	int makes = plan_number(plan);

	if (makes) {
		int fd = open_in_root(path, MISSING_DIRECTORY);

		if (fd >= 0)
			close(fd);
	}
	if (chdir(path) < 0)
		fail_errno("chdir to cwd (\"%s\") set in config.json failed", path);
}

void run_umask(struct plan *plan)
{
	umask(plan_number(plan));
}

void run_rlimit(struct plan *plan)
{
	int resource = plan_number(plan);
	struct rlimit limit = { .rlim_cur = plan_number(plan) };

	limit.rlim_max = plan_number(plan);
	if (setrlimit(resource, &limit) < 0)
		fail_errno("process.rlimits: error setting rlimit type %d", resource);
}

void run_io_priority(struct plan *plan)
{
	int class = plan_number(plan), priority = plan_number(plan);

	if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, class << IOPRIO_CLASS_SHIFT | priority) < 0)
		fail_errno("process.ioPriority");
}

void run_scheduler(struct plan *plan)
{
	struct sched_attributes attributes = { .size = sizeof(attributes) };

	attributes.policy = plan_number(plan);
	attributes.flags = plan_number(plan);
	attributes.nice = plan_number(plan);
	attributes.priority = plan_number(plan);
	attributes.runtime = plan_number(plan);
	attributes.deadline = plan_number(plan);
	attributes.period = plan_number(plan);
	if (syscall(SYS_sched_setattr, 0, &attributes, 0) < 0)
		fail_errno("process.scheduler");
}

void run_personality(struct plan *plan)
{
	if (personality(plan_number(plan)) < 0)
		fail_errno("linux.personality");
}

void run_die_with_monitor(struct plan *plan)
{
	(void)plan;
	/* Otherwise the exit of the container would go unnoticed. A change of credentials resets it, prctl(2). */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		fail_errno("cannot set the parent death signal");
}
