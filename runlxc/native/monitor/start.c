#include <fcntl.h>
#include <lxc/lxccontainer.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/fail.h"
#include "programs.h"
#include "slim.h"
#include "standins.h"

/* What LXC could not start has told nothing but its log. */
#define NOT_STARTED 255
/* 128 + SIGHUP, see init.c. */
#define REBOOTED 129

/* LXC's error_num: a wait status, or (signal << 8) | 0x7f. Answered as a shell's $?, which is what runc's shim makes of it too. */
static int exit_code(int error)
{
	return (error & 0x7f) == 0x7f ? 128 + (error >> 8) : WEXITSTATUS(error);
}

static struct lxc_container *load(const char *name, const char *lxcpath, const char *config)
{
	struct lxc_container *container = lxc_container_new(name, lxcpath);

	if (!container || !container->load_config(container, config) || !container->want_daemonize(container, false))
		fail("LXC does not accept the configuration %s", config);
	return container;
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
		fail_errno("cannot make a pipe");
	close(ready[1]);
	passed.ready = ready[0];
	slim_when_ready(&passed);
	keep_mounts_of(getpid());
	if (!container->start(container, 0, plan_list(plan)))
		exit(is_slim() ? REBOOTED : NOT_STARTED);
	exit(exit_code(container->error_num));
}
