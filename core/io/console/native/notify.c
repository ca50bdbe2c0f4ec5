#include "console.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int bind_notify(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) errno = ENAMETOOLONG, fail(path);
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) fail("socket");
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) fail(path);
  return fd;
}

/* A message is a list of lines (sd_notify(3)). */
static bool has_line(const char *text, const char *line) {
  size_t length = strlen(line);
  for (const char *at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
    if (strncmp(at, line, length) == 0 && (at[length] == 0 || at[length] == '\n')) return true;
  return false;
}

bool read_notify(int fd) {
  char text[4096];
  for (ssize_t got; (got = recv(fd, text, sizeof text - 1, 0)) >= 0;) {
    text[got] = 0;
    if (has_line(text, "READY=1")) return true;
  }
  return false;
}
