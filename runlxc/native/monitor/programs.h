/* The programs of runlxc-monitor, by its first argument. */
#ifndef RUNLXC_PROGRAMS_H
#define RUNLXC_PROGRAMS_H

#include "../common/plan.h"

/* PROCS: moves this process to a cgroup, by its cgroup.procs. */
void run_join(struct plan *plan);
/* FIRST COUNT NAME LXCPATH CONFIG READY ARGS: starts the container, with the init's descriptors, and waits for its exit. */
void run_start(struct plan *plan);
/* FILES: cgroup.procs files for the process of `attach`; the first that accepts it is used. */
void run_cgroup(struct plan *plan);
/* NAME LXCPATH REPORT DETACH PLAN COPY: starts a process in a running container. */
void run_attach(struct plan *plan);
/* Compiles seccomp rules to a BPF file. */
int compile_seccomp(const char *rules, const char *target);
/* Connects this terminal to one that arrives on a socket. */
int proxy_terminal(const char *socket_path, int channel);

#endif
