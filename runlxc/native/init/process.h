/* Steps before the user's program is executed: config.md#process and config-linux.md. */
#ifndef RUNLXC_PROCESS_H
#define RUNLXC_PROCESS_H

#include "../common/plan.h"

/* PATH VALUE */
void run_sysctl(struct plan *plan);
/* OFFSETS: lines of /proc/PID/timens_offsets. */
void run_time_namespace(struct plan *plan);
/* NAME */
void run_domainname(struct plan *plan);
/* PATH CREATE: the working directory; created if it does not exist and CREATE is set. */
void run_cwd(struct plan *plan);
/* MASK */
void run_umask(struct plan *plan);
/* RESOURCE SOFT HARD: numbers of getrlimit(2). */
void run_rlimit(struct plan *plan);
/* CLASS PRIORITY: ioprio_set(2). */
void run_io_priority(struct plan *plan);
/* POLICY FLAGS NICE PRIORITY RUNTIME DEADLINE PERIOD: sched_setattr(2), times in nanoseconds. */
void run_scheduler(struct plan *plan);
/* PERSONA: personality(2). */
void run_personality(struct plan *plan);
/* FIELD PATH OLDER LABEL: the label of SELinux or AppArmor for the next program; OLDER is the path on kernels without PATH. */
void run_label(struct plan *plan);
/* MASK: the bounding set. */
void run_bounding(struct plan *plan);
/* UID GID GROUPS: changes the user and keeps the capabilities. */
void run_user(struct plan *plan);
/* EFFECTIVE PERMITTED INHERITABLE AMBIENT: masks of capabilities. */
void run_capabilities(struct plan *plan);
void run_no_new_privileges(struct plan *plan);
/* Kills the container when its monitor dies. */
void run_die_with_monitor(struct plan *plan);
/*
 * FD FLAGS LISTENER VERSION METADATA: loads a program of classic BPF; its notification descriptor is sent to the
 * socket LISTENER, unless that is -1.
 */
void run_seccomp(struct plan *plan);
/* NAME PATH: finds the program like execvp(3) with this PATH. */
void run_lookup(struct plan *plan);
/* ARGS ENV */
void run_exec(struct plan *plan);

#endif
