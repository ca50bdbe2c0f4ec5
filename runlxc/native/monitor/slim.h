#ifndef RUNLXC_SLIM_H
#define RUNLXC_SLIM_H

/* The init's descriptors and the one that tells that they are needed no more. */
struct passed {
	int first, count, ready;
};

/* When the init needs the monitor no more, all is let go that the monitor can do without. */
void slim_when_ready(const struct passed *descriptors);
/* Whether that has been. */
int is_slim(void);

#endif
