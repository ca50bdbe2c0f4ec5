/* Messages to the runtime: a word and its text, ended by NUL, e.g. "error exec: …". */
#ifndef RUNLXC_FAIL_H
#define RUNLXC_FAIL_H

/* The file that messages go to; stderr before it is set. */
void report_to(int fd);
void end_reports(void);
/* Tells the runtime that a stage is reached. */
void report(const char *word);
/* Tells what is wrong and ends the program with 1. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* The same, with ": " and the text of errno behind it. */
void fail_errno(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
