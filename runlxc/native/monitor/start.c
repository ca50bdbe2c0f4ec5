#include <fcntl.h>
#include <lxc/lxccontainer.h>
#include <stdlib.h>
#include <unistd.h>

#include "../common/fail.h"
#include "programs.h"
#include "slim.h"
#include "standins.h"

/* The exit code if LXC did not start the container; LXC has written the reason to its log. */
#define NOT_STARTED 255
static struct lxc_container *load(const char *name, const char *lxcpath, const char *config)
{
	struct lxc_container *container = lxc_container_new(name, lxcpath);

	if (!container || !container->load_config(container, config) || !container->want_daemonize(container, false))
		fail("LXC does not accept the configuration %s", config);
	return container;
}

void run_join(struct plan *plan)
{
	const char *procs = plan_string(plan);
	int fd = open(procs, O_WRONLY | O_CLOEXEC);

	/* 0 means the writing process. */
	if (fd < 0 || write(fd, "0", 1) < 0)
		fail_errno("cannot join the parent cgroup: %s", procs);
	close(fd);
}

void run_start(struct plan *plan)
{
	struct passed passed = { .first = plan_number(plan) };
	const char *name, *lxcpath, *config;
	struct lxc_container *container;
	int ready[2], writer;

	passed.count = plan_number(plan);
	name = plan_string(plan);
	lxcpath = plan_string(plan);
	config = plan_string(plan);
	writer = plan_number(plan);
	container = load(name, lxcpath, config);
	if (pipe2(ready, O_CLOEXEC) < 0 || dup2(ready[1], writer) < 0)
		fail_errno("cannot create a pipe");
	close(ready[1]);
	passed.ready = ready[0];
	slim_when_ready(&passed);
	keep_mounts_of(getpid());
	container->start(container, 0, plan_list(plan));
	/* Returns only if the container was not started: otherwise the monitor has exited with it. */
	exit(NOT_STARTED);
}
