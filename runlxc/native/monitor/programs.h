/* What runlxc-monitor can be, by its first argument. */
#ifndef RUNLXC_PROGRAMS_H
#define RUNLXC_PROGRAMS_H

#include "../common/plan.h"

/* PROCS: moves this process to a cgroup, by its cgroup.procs. */
void run_join(struct plan *plan);
/* FIRST COUNT NAME LXCPATH CONFIG READY ARGS: starts the container, with the init's descriptors, and waits for its end. */
void run_start(struct plan *plan);
/* FILES: the cgroup.procs that the process of `attach` goes to; the first that takes it. */
void run_cgroup(struct plan *plan);
/* NAME LXCPATH REPORT DETACH PLAN COPY: starts a process in a running container. */
void run_attach(struct plan *plan);
/* Compiles rules of seccomp to a file of BPF. */
int compile_seccomp(const char *rules, const char *target);
/* Shows on this terminal the one that arrives on a socket. */
int proxy_terminal(const char *socket_path, int channel);

#endif
