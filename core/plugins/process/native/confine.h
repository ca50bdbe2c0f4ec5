/* pouch-confine: starts the process of a plugin with the rights of the plugin (docs/guides/process-plugins.md). */
#ifndef POUCH_CONFINE_H
#define POUCH_CONFINE_H

#include <stddef.h>

enum place_kind {
	/* Of the plugin or of its interpreter: read-only, and without what is mounted below it. */
	PLACE_OWN,
	/* Granted, with what is mounted below it. No part of the path may be a symbolic link. */
	PLACE_READ,
	PLACE_WRITE,
	/* Covered, if it exists. */
	PLACE_HIDDEN,
};

/* A path of the host, and where the plugin sees it. */
struct place {
	enum place_kind kind;
	const char *source;
	const char *target;
};

/*
 * Replaces the root of this process, and of all in its mount namespace, by one with the system's programs and
 * libraries, the places in their order, and temporary directories of its own.
 */
void enter_own_root(const struct place *places, size_t count);

/* Mounts a /proc for the PID namespace of this process. */
void mount_proc(void);

/* Prints a message with the text of errno, if it is set, and exits with 125. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
