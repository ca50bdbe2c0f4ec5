#include "proxy.h"
#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { nobody = 65534 };

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#endif

/* Ports below 1024 are all that it may more than others. */
static void keep_one_capability(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{0}, {0}};
  data[0].effective = data[0].permitted = 1u << CAP_NET_BIND_SERVICE;
  if (syscall(SYS_capset, &header, data) != 0) fail("capset");
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ALLOW(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

/* What the loop calls, memory, time and its end: no file, no process, and sockets of IP alone. */
static void allow_calls(void) {
#ifdef ARCHITECTURE
  struct sock_filter filter[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
    REFUSE,
    LOAD(nr),
    ALLOW(accept4),
    ALLOW(bind),
    ALLOW(close),
    ALLOW(connect),
    ALLOW(epoll_ctl),
    ALLOW(epoll_pwait),
#ifdef SYS_epoll_wait
    ALLOW(epoll_wait),
#endif
    ALLOW(getsockopt),
    ALLOW(listen),
    ALLOW(recvfrom),
    ALLOW(recvmsg),
    ALLOW(sendmsg),
    ALLOW(sendto),
    ALLOW(setsockopt),
    ALLOW(shutdown),
    ALLOW(write),
    ALLOW(prlimit64),
    ALLOW(brk),
    ALLOW(madvise),
    ALLOW(mmap),
    ALLOW(mremap),
    ALLOW(munmap),
    ALLOW(clock_gettime),
    ALLOW(exit_group),
    ALLOW(restart_syscall),
    ALLOW(rt_sigreturn),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 1, 0),
    REFUSE,
    LOAD(args[0]),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 1, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    REFUSE,
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) fail("seccomp");
#endif
}

static void become_nobody(void) {
  if (chroot(".") != 0 || chdir("/") != 0) fail("chroot");
  if (prctl(PR_SET_KEEPCAPS, 1) != 0) fail("prctl");
  if (setgroups(0, NULL) != 0 || setresgid(nobody, nobody, nobody) != 0 || setresuid(nobody, nobody, nobody) != 0)
    fail("setresuid");
  keep_one_capability();
}

void drop_rights(void) {
  /* Tests run it as another user, who has none of what is given up here. */
  if (geteuid() == 0) become_nobody();
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("no_new_privs");
  allow_calls();
}
