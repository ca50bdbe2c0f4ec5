#ifndef RUNLXC_SLIM_H
#define RUNLXC_SLIM_H

/* The init's descriptors and the one that tells that they are needed no more. */
struct passed {
	int first, count, ready;
};

/* What there is to let go, once the init needs the monitor no more. */
void slim_when_ready(const struct passed *descriptors);
/* Becomes readable then; -1 if that has been. */
int ready_fd(void);
/* Lets go of all that the monitor can do without. */
void become_slim(void);

#endif
