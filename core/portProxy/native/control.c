/*
 * What pouchd says, one line per request: `ID OPERATION …`. The reply is `{"id":ID,"ok":true}`, or has the errno and the
 * number of the port that has failed.
 *
 *   hello                 the containers are named from now on
 *   set CONTAINER PORT…   its ports, each as PROTOCOL,ADDRESS,PORT,ADDRESS,PORT: where it listens, and the container's
 *   drop CONTAINER        it has none, and its connections end
 *   only                  drops the containers that were not named
 */
#include "proxy.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { first_bytes = 4096, most_line = 16 * 1024 * 1024, backlog = 16 };

struct daemon {
  struct watched watched;
  char *line;
  size_t length, size;
};

static unsigned daemons;

static bool reply(struct daemon *daemon, const char *id, int error, size_t at) {
  char text[128];
  int length = error == 0 ? snprintf(text, sizeof text, "{\"id\":%s,\"ok\":true}\n", id)
                          : snprintf(text, sizeof text, "{\"id\":%s,\"ok\":false,\"errno\":%d,\"at\":%zu}\n", id, error, at);
  /* A daemon that does not read its replies is another program. */
  return send(daemon->watched.fd, text, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) == length;
}

static bool parse_port(char *text, struct forward *forward) {
  char *fields[5], *rest;
  for (int i = 0; i < 5; i++)
    if (!(fields[i] = strtok_r(i == 0 ? text : NULL, ",", &rest))) return false;
  unsigned long ports[2] = {strtoul(fields[2], NULL, 10), strtoul(fields[4], NULL, 10)};
  bool is_tcp = strcmp(fields[0], "tcp") == 0;
  if (!is_tcp && strcmp(fields[0], "udp") != 0) return false;
  if (ports[0] == 0 || ports[0] > 65535 || ports[1] == 0 || ports[1] > 65535) return false;
  *forward = (struct forward){.type = is_tcp ? SOCK_STREAM : SOCK_DGRAM};
  return address_parse(&forward->listen, fields[1], (unsigned)ports[0]) &&
         address_parse(&forward->target, fields[3], (unsigned)ports[1]);
}

static int set(const char *container, char **rest, size_t length, size_t *at) {
  /* A port takes more characters than this. */
  struct forward *wanted = calloc(length / 8 + 1, sizeof *wanted);
  if (!wanted) return ENOMEM;
  int error = 0;
  *at = 0;
  for (char *text; error == 0 && (text = strtok_r(NULL, " ", rest)); ++*at)
    if (!parse_port(text, &wanted[*at])) error = EINVAL;
  size_t count = *at;
  if (error == 0) error = forwards_set(container, wanted, count, at);
  free(wanted);
  return error;
}

/* Returns false if it is not a request. */
static bool obey(struct daemon *daemon, char *line, size_t length) {
  char *rest;
  const char *id = strtok_r(line, " ", &rest), *operation = strtok_r(NULL, " ", &rest);
  if (!id || !operation || strspn(id, "0123456789") != strlen(id) || strlen(id) > 15) return false;
  int error = 0;
  size_t at = 0;
  if (strcmp(operation, "hello") == 0) forwards_unknown();
  else if (strcmp(operation, "only") == 0) forwards_drop_unknown();
  else {
    const char *container = strtok_r(NULL, " ", &rest);
    if (!container || strlen(container) > 71) return false;
    if (strcmp(operation, "drop") == 0) forwards_drop(container);
    else if (strcmp(operation, "set") == 0) error = set(container, &rest, length, &at);
    else return false;
  }
  return reply(daemon, id, error, at);
}

static bool obey_lines(struct daemon *daemon) {
  for (char *end; (end = memchr(daemon->line, '\n', daemon->length));) {
    *end = 0;
    size_t length = (size_t)(end - daemon->line);
    if (!obey(daemon, daemon->line, length)) return false;
    daemon->length -= length + 1;
    memmove(daemon->line, end + 1, daemon->length);
  }
  return true;
}

static bool grow(struct daemon *daemon) {
  if (daemon->length < daemon->size) return true;
  size_t size = daemon->size == 0 ? first_bytes : daemon->size * 2;
  char *grown = size > most_line ? NULL : realloc(daemon->line, size);
  if (!grown) return false;
  daemon->line = grown, daemon->size = size;
  return true;
}

static void end(struct daemon *daemon) {
  watched_close(&daemon->watched);
  free(daemon->line);
  free_later(daemon);
  daemons--;
}

static void on_daemon(struct watched *watched, uint32_t events) {
  (void)events;
  struct daemon *daemon = (struct daemon *)watched;
  if (!grow(daemon)) return end(daemon);
  ssize_t got = recv(watched->fd, daemon->line + daemon->length, daemon->size - daemon->length, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return end(daemon);
  daemon->length += (size_t)got;
  if (!obey_lines(daemon)) end(daemon);
}

static void on_listener(struct watched *watched, uint32_t events) {
  (void)events;
  int fd = accept4(watched->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  struct daemon *daemon = calloc(1, sizeof *daemon);
  if (!daemon) {
    close(fd);
    return;
  }
  daemon->watched = (struct watched){.fd = fd, .handle = on_daemon};
  daemons++;
  if (!watch(&daemon->watched, EPOLLIN)) end(daemon);
}

void control_begin(const char *path) {
  static struct watched listener = {.handle = on_listener};
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) errno = ENAMETOOLONG, fail(path);
  strcpy(address.sun_path, path);
  unlink(path);
  listener.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  mode_t mask = umask(0177);
  if (listener.fd < 0 || bind(listener.fd, (struct sockaddr *)&address, sizeof address) != 0) fail(path);
  umask(mask);
  if (listen(listener.fd, backlog) != 0 || !watch(&listener, EPOLLIN)) fail("listen");
}

bool control_exists(void) { return daemons > 0; }
