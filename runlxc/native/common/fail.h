/* Messages to the runtime: a word and its text, terminated by NUL, e.g. "error exec: …". */
#ifndef RUNLXC_FAIL_H
#define RUNLXC_FAIL_H

/* The descriptor for messages; stderr until it is set. */
void report_to(int fd);
void end_reports(void);
/* Reports to the runtime that a stage is reached. */
void report(const char *word);
/* Reports an error and exits with 1. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* The same, followed by ": " and the text of errno. */
void fail_errno(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
