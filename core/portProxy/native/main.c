/*
 * pouch-proxy DIRECTORY: listens on addresses of the host and copies to containers, for ports that no rule of the kernel
 * can forward: from IPv6 to a container that has only IPv4, and from ::1.
 *
 * pouchd sends the ports to the socket DIRECTORY/proxy.sock (control.c). It outlives pouchd, and ends once nobody has
 * needed it for a while.
 */
#include "proxy.h"
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t idle_ms = 30000, quiet_ms = 10000;

void fail(const char *what) {
  dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
  _exit(1);
}

void complain(int64_t *last, const char *format, ...) {
  if (*last != 0 && now - *last < quiet_ms) return;
  *last = now;
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line - 1, format, arguments);
  va_end(arguments);
  size_t end = length < (int)sizeof line - 1 ? (size_t)length : sizeof line - 2;
  line[end] = '\n';
  (void)!write(STDERR_FILENO, line, end + 1);
}

static bool is_needed(void) { return control_exists() || forwards_exist(); }

int main(int count, char **arguments) {
  if (count != 2) return fputs("usage: pouch-proxy DIRECTORY (started by pouchd)\n", stderr), 2;
  /* A terminal's hang-up and Ctrl-C are meant for the daemon, which this process outlives. */
  signal(SIGHUP, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  /* pouchd may have had it blocked or ignored. */
  signal(SIGTERM, SIG_DFL);
  if (chdir(arguments[1]) != 0) fail(arguments[1]);
  loop_begin();
  control_begin("proxy.sock");
  drop_rights();
  loop_run(is_needed, idle_ms, forwards_tick);
  return 0;
}
