#include "confine.h"
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <net/if.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_GROUPS 65536
#define FAILED 125
#define CHANNEL 3

static struct {
	const char *user;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int group_count;
	char **cgroups;
	size_t cgroup_count;
	struct place *places;
	size_t place_count;
	int has_own_root;
	int has_own_network;
	int hosts_module;
	int is_background;
	/* It outlives the process that starts it. */
	int is_kept;
	int has_host_namespaces;
	/* File of a network namespace. */
	const char *network;
	/* File that takes "started", and the exit code at the end. */
	const char *report;
	/* The process that starts it. */
	pid_t parent;
	/* The program starts there. */
	const char *directory;
	/* Descriptor 3 is for the program alone: its other end sees when that closes it. */
	int has_channel;
} wanted;

/* Closed by the start of the program; a byte says that it has not started. */
static int execution[2] = {-1, -1};

void fail(const char *format, ...)
{
	int error = errno;
	va_list arguments;

	if (execution[1] >= 0 && write(execution[1], "", 1) < 0)
		error = errno;
	va_start(arguments, format);
	vdprintf(STDERR_FILENO, format, arguments);
	va_end(arguments);
	dprintf(STDERR_FILENO, "%s%s\n", error ? ": " : "", error ? strerror(error) : "");
	_exit(FAILED);
}

static char *next(char ***argument)
{
	if (!**argument)
		fail("an argument is missing");
	return *(*argument)++;
}

static void add_place(enum place_kind kind, const char *source, const char *target)
{
	wanted.places[wanted.place_count++] = (struct place){kind, source, target};
	wanted.has_own_root = 1;
}

static void take_option(const char *name, char ***argument)
{
	if (!strcmp(name, "--user"))
		wanted.user = next(argument);
	else if (!strcmp(name, "--cgroup"))
		wanted.cgroups[wanted.cgroup_count++] = next(argument);
	else if (!strcmp(name, "--own")) {
		const char *source = next(argument);
		const char *target = next(argument);

		add_place(PLACE_OWN, source, target);
	} else if (!strcmp(name, "--runtime")) {
		const char *source = next(argument);
		const char *target = next(argument);

		add_place(PLACE_WRITE, source, target);
	} else if (!strcmp(name, "--read") || !strcmp(name, "--write")) {
		const char *path = next(argument);

		add_place(name[2] == 'r' ? PLACE_READ : PLACE_WRITE, path, path);
	} else if (!strcmp(name, "--hide"))
		add_place(PLACE_HIDDEN, NULL, next(argument));
	else if (!strcmp(name, "--own-network"))
		wanted.has_own_network = 1;
	else if (!strcmp(name, "--module"))
		wanted.hosts_module = 1;
	else if (!strcmp(name, "--kept"))
		wanted.is_kept = 1;
	else if (!strcmp(name, "--host-namespaces"))
		wanted.has_host_namespaces = 1;
	else if (!strcmp(name, "--network"))
		wanted.network = next(argument);
	else if (!strcmp(name, "--report"))
		wanted.report = next(argument);
	else if (!strcmp(name, "--parent"))
		wanted.parent = atoi(next(argument));
	else if (!strcmp(name, "--directory"))
		wanted.directory = next(argument);
	else if (!strcmp(name, "--channel"))
		wanted.has_channel = 1;
	else if (!strcmp(name, "--background"))
		wanted.is_background = 1;
	else
		fail("unknown option %s", name);
}

/* Returns the program and its arguments. */
static char **take_options(int count, char **arguments)
{
	char **argument = arguments + 1;

	wanted.cgroups = calloc(count, sizeof(*wanted.cgroups));
	wanted.places = calloc(count, sizeof(*wanted.places));
	if (!wanted.cgroups || !wanted.places)
		fail("cannot read the options");
	while (*argument && strcmp(*argument, "--")) {
		const char *name = next(&argument);

		take_option(name, &argument);
	}
	next(&argument);
	if (!*argument)
		fail("no program is named");
	return argument;
}

static void look_up_user(void)
{
	char *end;
	struct passwd *found;
	unsigned long number;

	if (!wanted.user)
		return;
	found = getpwnam(wanted.user);
	number = strtoul(wanted.user, &end, 10);
	if (!found && *end == '\0')
		found = getpwuid(number);
	if (!found) {
		errno = 0;
		fail("%s: no such user", wanted.user);
	}
	wanted.uid = found->pw_uid;
	wanted.gid = found->pw_gid;
	wanted.group_count = MOST_GROUPS;
	wanted.groups = calloc(MOST_GROUPS, sizeof(*wanted.groups));
	if (!wanted.groups ||
	    getgrouplist(found->pw_name, found->pw_gid, wanted.groups, &wanted.group_count) < 0)
		fail("cannot look up the groups of %s", wanted.user);
}

static void join_cgroups(void)
{
	for (size_t index = 0; index < wanted.cgroup_count; index++) {
		int fd = open(wanted.cgroups[index], O_WRONLY | O_CLOEXEC);

		if (fd < 0 || write(fd, "0", 1) != 1)
			fail("cannot enter the cgroup %s", wanted.cgroups[index]);
		close(fd);
	}
}

/* A network namespace begins with a loopback interface that is down. */
static void set_loopback_up(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		fail("cannot set the loopback interface up");
	close(fd);
}

static void become_user(void)
{
	if (!wanted.user)
		return;
	if (setgroups(wanted.group_count, wanted.groups) < 0 || setresgid(wanted.gid, wanted.gid, wanted.gid) < 0 ||
	    setresuid(wanted.uid, wanted.uid, wanted.uid) < 0)
		fail("cannot become user %s", wanted.user);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail("cannot give up new privileges");
}

static void leave_channel(void)
{
	if (wanted.has_channel)
		close(CHANNEL);
}

static void end_with_parent(void)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		fail("cannot end with pouchd");
}

static void run(char **program)
{
	become_user();
	if (wanted.directory && chdir(wanted.directory) < 0)
		fail("cannot enter the directory %s", wanted.directory);
	/* What a module prints goes to stderr: descriptor 4 is the stdout of the messages. */
	if (wanted.hosts_module && (dup2(STDOUT_FILENO, 4) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0))
		fail("cannot set the descriptors of a module");
	execvp(program[0], program);
	fail("cannot start %s", program[0]);
}

static int code_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Returns the exit code of a process, after it has reaped all others. */
static int wait_for(pid_t process)
{
	int status;

	for (;;) {
		pid_t ended = wait(&status);

		if (ended == process)
			return code_of(status);
		if (ended < 0 && errno != EINTR)
			fail("cannot wait for the plugin");
	}
}

/*
 * The first process of the PID namespace: it waits for the plugin instead of becoming it, as a process with pid 1 has
 * other signals, and orphans to reap. It is root's, so the plugin cannot signal it.
 */
static int run_inside(char **program)
{
	pid_t plugin;

	end_with_parent();
	join_cgroups();
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		fail("cannot change the propagation of mounts");
	if (wanted.has_own_network)
		set_loopback_up();
	if (wanted.has_own_root)
		enter_own_root(wanted.places, wanted.place_count);
	else
		mount_proc();
	plugin = fork();
	if (plugin < 0)
		fail("cannot fork");
	if (plugin == 0)
		run(program);
	leave_channel();
	if (execution[1] >= 0)
		close(execution[1]);
	return wait_for(plugin);
}

/* In the namespaces of the host the cgroups are what its children cannot leave. */
static void run_on_host(char **program)
{
	end_with_parent();
	join_cgroups();
	run(program);
}

static void enter_network(void)
{
	int fd = open(wanted.network, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		fail("cannot enter the network namespace %s", wanted.network);
	close(fd);
}

static int open_report(void)
{
	int fd = open(wanted.report, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 || pipe2(execution, O_CLOEXEC) < 0)
		fail("cannot open %s", wanted.report);
	return fd;
}

/* Returns whether the program was started. */
static int wait_for_execution(void)
{
	char byte;
	ssize_t length;

	close(execution[1]);
	execution[1] = -1;
	do
		length = read(execution[0], &byte, 1);
	while (length < 0 && errno == EINTR);
	close(execution[0]);
	return length == 0;
}

/* Waits for the program; when pouchd ends before it, kills it with all that it has started. */
static int guard(pid_t first, int parent)
{
	int child = open_process(first);
	struct pollfd ends[] = {{.fd = child, .events = POLLIN}, {.fd = parent, .events = POLLIN}};

	if (child < 0)
		fail("cannot watch the program");
	while (poll(ends, 2, -1) < 0)
		if (errno != EINTR)
			fail("cannot wait for the program");
	if (ends[1].revents)
		kill_cgroups(wanted.cgroups, wanted.cgroup_count);
	return wait_for(first);
}

static pid_t start_first(char **program)
{
	unsigned long namespaces = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC;
	pid_t first;

	if (wanted.has_own_network)
		namespaces |= CLONE_NEWNET;
	if (wanted.has_host_namespaces)
		namespaces = 0;
	first = syscall(SYS_clone, namespaces | SIGCHLD, NULL, NULL, NULL, 0);
	if (first < 0)
		fail("cannot create namespaces");
	if (first == 0 && wanted.has_host_namespaces)
		run_on_host(program);
	if (first == 0)
		_exit(run_inside(program));
	leave_channel();
	return first;
}

/*
 * Until the program runs, it ends with pouchd, even if it is kept: a process that enters its cgroups later than the
 * next pouchd has looked there would be nobody's.
 */
static int run_reported(char **program)
{
	int report = open_report();
	pid_t first = start_first(program);
	int code;

	if (wait_for_execution())
		dprintf(report, "started\n");
	if (wanted.is_kept)
		prctl(PR_SET_PDEATHSIG, 0);
	code = wait_for(first);
	dprintf(report, "%d\n", code);
	return code;
}

int main(int count, char **arguments)
{
	char **program = take_options(count, arguments);
	/* In the namespaces of the host the kernel ends only one process with pouchd. Linux before 5.3 has no pidfds. */
	int parent = wanted.has_host_namespaces && !wanted.is_kept ? open_process(getppid()) : -1;

	/* The kernel kills a PID namespace with its first process (pid_namespaces(7)), and that ends with this one. */
	if (parent < 0 && (!wanted.is_kept || wanted.report))
		end_with_parent();
	if (wanted.parent && getppid() != wanted.parent)
		fail("the process that has started this one is gone");
	if (wanted.is_background && setpriority(PRIO_PROCESS, 0, 19) < 0)
		fail("cannot give way to other processes");
	look_up_user();
	if (wanted.network)
		enter_network();
	if (wanted.report)
		_exit(run_reported(program));
	if (parent >= 0)
		_exit(guard(start_first(program), parent));
	_exit(wait_for(start_first(program)));
}
