/*
 * The part of runlxc that is linked to liblxc: runs as the parent of a container, starts processes in a container,
 * compiles seccomp filters.
 *
 * runlxc-monitor run CHANNEL PLAN     runs a plan that ends with `start`; reports go to CHANNEL
 * runlxc-monitor enter CHANNEL PLAN   the same with `attach`, from a copy of this program, as it is briefly visible
 * in the container runlxc-monitor seccomp RULES TARGET
 * runlxc-monitor terminal SOCKET CHANNEL
 * runlxc-monitor version              prints the version of liblxc
 */
#include <fcntl.h>
#include <lxc/version.h>
#include <lxc/lxccontainer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/fail.h"
#include "copy.h"
#include "descriptors.h"
#include "programs.h"

static const struct instruction instructions[] = {
	{ "open", run_open },
	{ "fifo", run_fifo },
	{ "connect", run_connect },
	{ "copy", run_copy },
	{ "tree", run_tree },
	{ "attributes", run_attributes },
	{ "tree-attributes", run_tree_attributes },
	{ "idmap", run_idmap },
	{ "raise-limit", run_raise_limit },
	{ "check-namespace", run_check_namespace },
	{ "oom", run_oom },
	{ "join", run_join },
	{ "start", run_start },
	{ "cgroup", run_cgroup },
	{ "attach", run_attach },
	{ NULL, NULL },
};

static int run_plan(const char *channel, const char *path)
{
	struct plan plan;
	int fd;

	report_to(atoi(channel));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail_errno("cannot open %s", path);
	plan_read(&plan, fd);
	close(fd);
	plan_run(&plan, instructions);
	return 1;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "run"))
		return run_plan(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "enter")) {
		continue_from_copy(argv);
		return run_plan(argv[2], argv[3]);
	}
	if (argc == 4 && !strcmp(argv[1], "seccomp"))
		return compile_seccomp(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "terminal"))
		return proxy_terminal(argv[2], atoi(argv[3]));
	if (argc == 2 && !strcmp(argv[1], "version"))
		return puts(lxc_get_version()) < 0;
	fprintf(stderr, "runlxc-monitor can only be started by runlxc\n");
	return 2;
}
