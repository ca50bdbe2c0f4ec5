#include "fail.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The size up to which a write to a FIFO is atomic (PIPE_BUF, pipe(7)). */
#define MESSAGE_SIZE 4096

static int report_fd = -1;

void report_to(int fd)
{
	report_fd = fd;
}

void end_reports(void)
{
	close(report_fd);
	report_fd = -1;
}

void report(const char *word)
{
	if (write(report_fd, word, strlen(word) + 1) < 0)
		_exit(1);
}

static void append(char *message, size_t *used, const char *format, va_list arguments)
{
	int more = vsnprintf(message + *used, MESSAGE_SIZE - *used, format, arguments);

	*used += more < 0 ? 0 : (size_t)more;
	if (*used >= MESSAGE_SIZE)
		*used = MESSAGE_SIZE - 1;
}

/* Texts of strerror(3) in the form of runtimes written in Go: "no such file or directory". */
static void append_errno(char *message, size_t *used, int error)
{
	const char *text = strerror(error);
	int room = MESSAGE_SIZE - *used;
	int lower = isupper(text[0]) && !isupper(text[1]);
	int more = snprintf(message + *used, room, ": %c%s", lower ? tolower(text[0]) : text[0], text + 1);

	*used += more < room ? more : room - 1;
}

static void send_and_end(const char *message, size_t used)
{
	if (report_fd >= 0)
		(void)!write(report_fd, message, used + 1);
	else
		dprintf(STDERR_FILENO, "%s\n", message);
	_exit(1);
}

void fail(const char *format, ...)
{
	char message[MESSAGE_SIZE];
	size_t used = report_fd < 0 ? 0 : sprintf(message, "error ");
	va_list arguments;

	va_start(arguments, format);
	append(message, &used, format, arguments);
	send_and_end(message, used);
	__builtin_unreachable();
}

void fail_errno(const char *format, ...)
{
	int error = errno;
	char message[MESSAGE_SIZE];
	size_t used = report_fd < 0 ? 0 : sprintf(message, "error ");
	va_list arguments;

	va_start(arguments, format);
	append(message, &used, format, arguments);
	append_errno(message, &used, error);
	send_and_end(message, used);
	__builtin_unreachable();
}
