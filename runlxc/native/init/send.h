#ifndef RUNLXC_SEND_H
#define RUNLXC_SEND_H

#include <stddef.h>

/* Sends a descriptor with a text, and closes the socket. Errors name `field`. */
void send_descriptor(int socket, int fd, const char *text, size_t size, const char *field);

#endif
