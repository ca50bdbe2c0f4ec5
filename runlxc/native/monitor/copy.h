/*
 * Copies executables to sealed memory: a process of a container can open /proc/PID/exe of processes that enter it,
 * and must not get a file of the host (CVE-2019-5736).
 */
#ifndef RUNLXC_COPY_H
#define RUNLXC_COPY_H

/* Returns a descriptor of the copy. */
int sealed_copy(const char *path);
/* Executes this program again, from a copy; returns in the copy. */
void continue_from_copy(char **argv);

#endif
