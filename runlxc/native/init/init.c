/*
 * The first process of a container, and of each exec: applies config.json to itself, step by step according to the
 * plan, and executes the user's program.
 *
 * runlxc-init PLAN [SELF]: descriptors of the plan and of a sealed copy of this program. It continues from the copy,
 * because a process of the container that opens /proc/1/exe must not get a file of the host (CVE-2019-5736).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/fail.h"
#include "hook.h"
#include "mounts.h"
#include "process.h"
#include "sync.h"
#include "terminal.h"

static const struct instruction instructions[] = {
	{ "fifos", run_fifos },
	{ "report", run_report },
	{ "sync", run_sync },
	{ "hand-over", run_hand_over },
	{ "ready", run_ready },
	{ "hook", run_hook },
	{ "root", run_root },
	{ "mount", run_mount },
	{ "bind", run_bind },
	{ "bind-path", run_bind_path },
	{ "remount", run_remount },
	{ "symlink", run_symlink },
	{ "device", run_device },
	{ "sysctl", run_sysctl },
	{ "time-namespace", run_time_namespace },
	{ "domainname", run_domainname },
	{ "pivot", run_pivot },
	{ "root-propagation", run_root_propagation },
	{ "root-readonly", run_root_readonly },
	{ "mask", run_mask },
	{ "readonly", run_readonly },
	{ "terminal", run_terminal },
	{ "session", run_session },
	{ "own-streams", run_own_streams },
	{ "descriptors", run_descriptors },
	{ "cwd", run_cwd },
	{ "umask", run_umask },
	{ "rlimit", run_rlimit },
	{ "io-priority", run_io_priority },
	{ "scheduler", run_scheduler },
	{ "personality", run_personality },
	{ "label", run_label },
	{ "bounding", run_bounding },
	{ "user", run_user },
	{ "capabilities", run_capabilities },
	{ "no-new-privileges", run_no_new_privileges },
	{ "die-with-monitor", run_die_with_monitor },
	{ "seccomp", run_seccomp },
	{ "lookup", run_lookup },
	{ "exec", run_exec },
	{ NULL, NULL },
};

static void continue_from_copy(char **argv)
{
	int copy = atoi(argv[2]);
	char *args[] = { argv[0], argv[1], NULL }, *env[] = { NULL };

	fcntl(copy, F_SETFD, FD_CLOEXEC);
	syscall(SYS_execveat, copy, "", args, env, AT_EMPTY_PATH);
	fail_errno("cannot execute the copy of runlxc-init");
}

/* LXC unmounts the host's /proc if it does not match the PID namespace. */
static void have_proc(void)
{
	struct stat info;

	if (lstat("/proc/self", &info) < 0)
		(void)mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static void default_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
}

int main(int argc, char **argv)
{
	struct plan plan;
	int fd;

	if (argc < 2)
		fail("runlxc-init can only be started by runlxc");
	if (argc > 2)
		continue_from_copy(argv);
	/* Prevents processes in the same PID namespace from opening this process's descriptors; execve(2) resets it. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(022);
	default_signals();
	fd = atoi(argv[1]);
	plan_read(&plan, fd);
	close(fd);
	have_proc();
	plan_run(&plan, instructions);
	fail("invalid plan: it has no program");
}
