#ifndef RUNLXC_SLIM_H
#define RUNLXC_SLIM_H

/* The init's descriptors, and the one that signals that they are no longer needed. */
struct passed {
	int first, count, ready;
};

/* Resources to release when the init no longer needs the monitor. */
void slim_when_ready(const struct passed *descriptors);
/* Becomes readable at that time; -1 afterwards. */
int ready_fd(void);
/* Releases everything that the monitor does not need to wait. */
void become_slim(void);

#endif
