/*
 * Prints, from within a container, what busybox has no applet for:
 *   probe call NAME [ARG…]   makes one system call: "0" or another result, or the errno's name
 *   probe call32 umask MASK  the same, as from a 32-bit program (x86-64 only)
 *   probe sched              sched_getattr(2): policy nice priority flags runtime deadline period
 *   probe ioprio             ioprio_get(2): class level
 *   probe ptmx               opens /dev/ptmx and prints the name of its terminal (ptsname(3))
 *   probe connect PORT       0 if a socket of 127.0.0.1 listens there, or the errno's name
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct call {
	const char *name;
	long number;
};

static const struct call calls[] = {
	{ "getcwd", SYS_getcwd },	{ "mkdirat", SYS_mkdirat },	{ "fchmodat", SYS_fchmodat },
	{ "personality", SYS_personality }, { "getppid", SYS_getppid }, { "sync", SYS_sync },
	{ "sethostname", SYS_sethostname }, { "unshare", SYS_unshare },	{ "setuid", SYS_setuid },
	{ "setpriority", SYS_setpriority }, { "umask", SYS_umask },	{ "keyctl", SYS_keyctl },
};

/* sched_setattr(2); glibc 2.36 does not declare it. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static int say(long result)
{
	if (result < 0)
		puts(strerrorname_np(errno));
	else
		printf("%ld\n", result);
	return 0;
}

static int make_call(int argc, char **argv)
{
	long args[6] = { 0 };
	for (int i = 1; i < argc && i < 7; i++)
		args[i - 1] = strtol(argv[i], NULL, 0);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (!strcmp(calls[i].name, argv[0]))
			return say(syscall(calls[i].number, args[0], args[1], args[2], args[3], args[4], args[5]));
	fprintf(stderr, "probe: no call %s\n", argv[0]);
	return 2;
}

#ifdef __x86_64__
/* int 0x80 is the entry of 32-bit programs; seccomp sees AUDIT_ARCH_I386. Returns the kernel's result, -errno on failure. */
static int make_call32(long mask)
{
	const long umask32 = 60;
	long result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(umask32), "b"(mask) : "memory", "r8", "r9", "r10", "r11");
	errno = -result;
	return say(result);
}
#endif

static int show_scheduling(void)
{
	struct attributes a = { .size = sizeof a };
	if (syscall(SYS_sched_getattr, 0, &a, sizeof a, 0) < 0)
		return say(-1);
	printf("policy=%u nice=%d priority=%u flags=%lu runtime=%lu deadline=%lu period=%lu\n", a.policy, a.nice,
	       a.priority, a.flags, a.runtime, a.deadline, a.period);
	return 0;
}

/* ioprio_get(2): the class is in the upper three of 16 bits. */
static int show_io_priority(void)
{
	const int who_process = 1;
	long value = syscall(SYS_ioprio_get, who_process, 0);
	if (value < 0)
		return say(value);
	printf("class=%ld level=%ld\n", value >> 13, value & 7);
	return 0;
}

static int open_ptmx(void)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	if (fd < 0)
		return say(fd);
	puts(ptsname(fd));
	return 0;
}

static int connect_to(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return say(fd < 0 ? fd : connect(fd, (struct sockaddr *)&to, sizeof to));
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	if (!strcmp(what, "call") && argc > 2)
		return make_call(argc - 2, argv + 2);
#ifdef __x86_64__
	if (!strcmp(what, "call32") && argc > 3)
		return make_call32(strtol(argv[3], NULL, 0));
#endif
	if (!strcmp(what, "sched"))
		return show_scheduling();
	if (!strcmp(what, "ioprio"))
		return show_io_priority();
	if (!strcmp(what, "ptmx"))
		return open_ptmx();
	if (!strcmp(what, "connect") && argc > 2)
		return connect_to(argv[2]);
	fputs("usage: probe call NAME [ARG…] | call32 umask MASK | sched | ioprio | ptmx | connect PORT\n", stderr);
	return 2;
}
