#ifndef RUNLXC_COPYUP_H
#define RUNLXC_COPYUP_H

/* Copies what a directory holds, which a mount hides by now, into that mount: the option tmpcopyup. */
void copy_up(int hidden, const char *destination);

#endif
