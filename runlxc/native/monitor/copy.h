/*
 * Executables as copies in memory that nobody can write: a process of a container may open /proc/PID/exe of what comes from outside,
 * and must not find a file of the host there (CVE-2019-5736).
 */
#ifndef RUNLXC_COPY_H
#define RUNLXC_COPY_H

/* Answers a descriptor of the copy. */
int sealed_copy(const char *path);
/* Executes this program once more, from a copy; returns in the copy. */
void continue_from_copy(char **argv);

#endif
