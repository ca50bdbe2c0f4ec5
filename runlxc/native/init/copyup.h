#ifndef RUNLXC_COPYUP_H
#define RUNLXC_COPYUP_H

/* Copies the content of a directory that a mount covers into that mount: the option tmpcopyup. */
void copy_up(int hidden, const char *destination);

#endif
