#include "proxy.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A chunk is what waits for a side that does not read; rounds and accepts are for one event, so that others get theirs. */
enum { chunk_bytes = 16 * 1024, rounds = 4, most_accepts = 64 };
/* Seconds after which a silent peer is asked, between further questions, and their number. */
enum { keep_idle = 60, keep_interval = 15, keep_count = 4 };
static const int64_t connect_ms = 10000;

/* One end of a connection. */
struct side {
  struct watched watched;
  struct connection *connection;
  /* What the peer has not taken yet. */
  char *bytes;
  size_t from, length;
  /* The peer sends nothing more; it gets nothing more. */
  bool has_ended, is_shut;
};

struct connection {
  struct connection *next, **link;
  struct owner *owner;
  struct side client, server;
  /* When the container must have accepted it; 0: it has. */
  int64_t deadline;
  struct connection *next_waiting, **waiting_link;
};

/* Those that the container has not accepted, the oldest first. */
static struct connection *waiting, **last_waiting = &waiting;
static int64_t complained;

static void stop_waiting(struct connection *connection) {
  if (connection->deadline == 0) return;
  connection->deadline = 0;
  *connection->waiting_link = connection->next_waiting;
  if (connection->next_waiting) connection->next_waiting->waiting_link = connection->waiting_link;
  else last_waiting = connection->waiting_link;
}

static void side_end(struct side *side, bool is_reset) {
  struct linger at_once = {.l_onoff = 1};
  if (is_reset) setsockopt(side->watched.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  watched_close(&side->watched);
  free(side->bytes);
  side->bytes = NULL;
}

/* `is_reset`: what has failed on one side fails on the other. */
static void end(struct connection *connection, bool is_reset) {
  stop_waiting(connection);
  side_end(&connection->client, is_reset);
  side_end(&connection->server, is_reset);
  *connection->link = connection->next;
  if (connection->next) connection->next->link = connection->link;
  owner_leaves(connection->owner);
  free_later(connection);
}

/* Keeps what a side does not take now. */
static bool put(struct side *to, const char *bytes, size_t length) {
  ssize_t sent = send(to->watched.fd, bytes, length, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
  size_t taken = sent < 0 ? 0 : (size_t)sent;
  if (taken == length) return true;
  to->bytes = malloc(length - taken);
  if (!to->bytes) return false;
  memcpy(to->bytes, bytes + taken, length - taken);
  to->from = 0, to->length = length - taken;
  return true;
}

static bool flush(struct side *side) {
  if (side->length == 0) return true;
  ssize_t sent = send(side->watched.fd, side->bytes + side->from, side->length, MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  side->from += (size_t)sent, side->length -= (size_t)sent;
  if (side->length > 0) return true;
  free(side->bytes);
  side->bytes = NULL;
  return true;
}

/* One that does not read keeps the other from being read. */
static bool copy(struct side *from, struct side *to) {
  static char bytes[chunk_bytes];
  for (int round = 0; round < rounds && to->length == 0 && !from->has_ended; round++) {
    ssize_t got = recv(from->watched.fd, bytes, sizeof bytes, 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) from->has_ended = true;
    else if (!put(to, bytes, (size_t)got)) return false;
  }
  return true;
}

/* Passes the end of one direction on. */
static void pass_end(struct side *from, struct side *to) {
  if (!from->has_ended || to->length > 0 || to->is_shut) return;
  shutdown(to->watched.fd, SHUT_WR);
  to->is_shut = true;
}

static bool watch_side(struct side *side, const struct side *other) {
  uint32_t events = side->length > 0 ? EPOLLOUT : 0;
  if (!side->has_ended && other->length == 0) events |= EPOLLIN;
  return watch(&side->watched, events);
}

static void proceed(struct connection *connection) {
  struct side *client = &connection->client, *server = &connection->server;
  pass_end(client, server);
  pass_end(server, client);
  if (client->is_shut && server->is_shut) end(connection, false);
  else if (!watch_side(client, server) || !watch_side(server, client)) end(connection, true);
}

static bool has_connected(struct connection *connection) {
  int error = 0;
  socklen_t length = sizeof error;
  bool is_known = getsockopt(connection->server.watched.fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0;
  stop_waiting(connection);
  return is_known && error == 0;
}

static void on_side(struct watched *watched, uint32_t events) {
  struct side *side = (struct side *)watched;
  struct connection *connection = side->connection;
  struct side *other = side == &connection->client ? &connection->server : &connection->client;
  if (connection->deadline != 0 && !has_connected(connection)) return end(connection, true);
  bool is_well = !(events & EPOLLOUT) || flush(side);
  if (is_well && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) is_well = copy(side, other);
  if (is_well) proceed(connection);
  else end(connection, true);
}

static void configure(int fd) {
  int on = 1, idle = keep_idle, interval = keep_interval, count = keep_count;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
}

static int connect_to(const struct address *target) {
  int fd = socket(target->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  configure(fd);
  if (connect(fd, &target->any, target->length) == 0 || errno == EINPROGRESS) return fd;
  close(fd);
  return -1;
}

static void wait_for_container(struct connection *connection) {
  connection->deadline = now + connect_ms;
  connection->waiting_link = last_waiting;
  *last_waiting = connection;
  last_waiting = &connection->next_waiting;
}

static void begin(struct forward *forward, int client) {
  struct connection *connection = calloc(1, sizeof *connection);
  int server = connection ? connect_to(&forward->target) : -1;
  if (server < 0) {
    struct side refused = {.watched.fd = client};
    side_end(&refused, true);
    owner_leaves(forward->owner);
    free(connection);
    return;
  }
  configure(client);
  struct owner *owner = connection->owner = forward->owner;
  connection->client = (struct side){.watched = {.fd = client, .handle = on_side}, .connection = connection};
  connection->server = (struct side){.watched = {.fd = server, .handle = on_side}, .connection = connection};
  connection->next = owner->connections, connection->link = &owner->connections;
  if (owner->connections) owner->connections->link = &connection->next;
  owner->connections = connection;
  wait_for_container(connection);
  if (!watch(&connection->server.watched, EPOLLOUT)) end(connection, true);
}

void tcp_accept(struct watched *watched, uint32_t events) {
  (void)events;
  struct forward *forward = (struct forward *)watched;
  for (int i = 0; i < most_accepts; i++) {
    int client = accept4(watched->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        complain(&complained, "cannot accept a connection: %s", strerror(errno));
      return;
    }
    struct side refused = {.watched.fd = client};
    if (owner_takes(forward->owner)) begin(forward, client);
    else side_end(&refused, true);
  }
}

void tcp_close_all(struct owner *owner) {
  while (owner->connections) end(owner->connections, true);
}

void tcp_tick(void) {
  while (waiting && waiting->deadline <= now) end(waiting, true);
}
