#include "proxy.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { backlog = 1024, most_of_owner = 2048, most_of_all = 8192, spare_descriptors = 128 };

static struct owner *owners;
static unsigned count_of_all, listening;
static int64_t complained;

static struct owner *owner_of(const char *id) {
  for (struct owner *owner = owners; owner; owner = owner->next)
    if (strcmp(owner->id, id) == 0) return owner;
  return NULL;
}

/* Each has up to two descriptors. */
static unsigned most_now(void) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  rlim_t taken = listening + spare_descriptors;
  rlim_t left = files.rlim_cur > taken ? (files.rlim_cur - taken) / 2 : 0;
  return left < most_of_all ? (unsigned)left : most_of_all;
}

bool owner_takes(struct owner *owner) {
  if (owner->count >= most_of_owner) {
    complain(&owner->complained, "container %.12s has %u connections: closes new ones", owner->id, owner->count);
    return false;
  }
  if (count_of_all >= most_now()) {
    complain(&complained, "all containers have %u connections: closes new ones", count_of_all);
    return false;
  }
  owner->count++, count_of_all++;
  return true;
}

void owner_leaves(struct owner *owner) { owner->count--, count_of_all--; }

static int open_socket(const struct forward *forward) {
  int family = forward->listen.any.sa_family, on = 1;
  int fd = socket(family, forward->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  bool is_tcp = forward->type == SOCK_STREAM, is_six = family == AF_INET6;
  /* The addresses of IPv4 have rules of the kernel. */
  bool is_ready = !is_six || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0;
  /* Connections of an earlier listener may still be closing. Of UDP, two sockets would share datagrams. */
  if (is_ready && is_tcp) is_ready = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
  /* A response leaves from the address that was asked. */
  if (is_ready && !is_tcp)
    is_ready = setsockopt(fd, is_six ? IPPROTO_IPV6 : IPPROTO_IP, is_six ? IPV6_RECVPKTINFO : IP_PKTINFO, &on,
                          sizeof on) == 0;
  is_ready = is_ready && bind(fd, &forward->listen.any, forward->listen.length) == 0 &&
             (!is_tcp || listen(fd, backlog) == 0);
  if (is_ready) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

static void forward_end(struct forward *forward) {
  if (forward->clients) udp_end(forward);
  watched_close(&forward->watched);
  listening--;
  free_later(forward);
}

static struct forward *forward_begin(struct owner *owner, const struct forward *wanted) {
  struct forward *forward = calloc(1, sizeof *forward);
  if (!forward) return NULL;
  *forward = *wanted;
  forward->owner = owner, forward->state = added;
  forward->watched = (struct watched){.fd = open_socket(wanted)};
  if (forward->watched.fd < 0) {
    free(forward);
    return NULL;
  }
  listening++;
  forward->watched.handle = forward->type == SOCK_STREAM ? tcp_accept : udp_receive;
  if ((forward->type == SOCK_DGRAM && !udp_begin(forward)) || !watch(&forward->watched, EPOLLIN)) {
    int error = errno;
    forward_end(forward);
    errno = error;
    return NULL;
  }
  forward->next = owner->forwards;
  owner->forwards = forward;
  return forward;
}

static struct forward *forward_of(struct owner *owner, const struct forward *wanted) {
  for (struct forward *forward = owner->forwards; forward; forward = forward->next)
    if (forward->type == wanted->type && address_equal(&forward->listen, &wanted->listen)) return forward;
  return NULL;
}

/* Ends those in one state; the others are current. */
static void end_in_state(struct owner *owner, int state) {
  for (struct forward **link = &owner->forwards; *link;) {
    struct forward *forward = *link;
    if ((int)forward->state == state) {
      *link = forward->next;
      forward_end(forward);
    } else {
      forward->state = current;
      link = &forward->next;
    }
  }
}

/* Connections end with their container; clients of UDP do not know that it has another address. */
static void set_target(struct forward *forward, const struct address *target) {
  if (forward->clients && !address_equal(&forward->target, target)) udp_forget_all(forward);
  forward->target = *target;
}

int forwards_set(const char *id, struct forward *wanted, size_t count, size_t *at) {
  struct owner *owner = owner_of(id);
  if (!owner) {
    owner = calloc(1, sizeof *owner);
    if (!owner) return ENOMEM;
    strncpy(owner->id, id, sizeof owner->id - 1);
    owner->next = owners;
    owners = owner;
  }
  owner->is_known = true;
  for (struct forward *forward = owner->forwards; forward; forward = forward->next) forward->state = stale;
  for (*at = 0; *at < count; ++*at) {
    struct forward *forward = forward_of(owner, &wanted[*at]);
    if (!forward && !(forward = forward_begin(owner, &wanted[*at]))) {
      int error = errno;
      end_in_state(owner, added);
      return error;
    }
    if (forward->state == stale) forward->state = current;
  }
  /* All exist: only now the known ones change. */
  for (size_t i = 0; i < count; i++) set_target(forward_of(owner, &wanted[i]), &wanted[i].target);
  end_in_state(owner, stale);
  return 0;
}

void forwards_drop(const char *id) {
  for (struct owner **link = &owners; *link; link = &(*link)->next) {
    struct owner *owner = *link;
    if (strcmp(owner->id, id) != 0) continue;
    *link = owner->next;
    for (struct forward *forward = owner->forwards, *next; forward; forward = next) {
      next = forward->next;
      forward_end(forward);
    }
    tcp_close_all(owner);
    free_later(owner);
    return;
  }
}

void forwards_unknown(void) {
  for (struct owner *owner = owners; owner; owner = owner->next) owner->is_known = false;
}

void forwards_drop_unknown(void) {
  for (struct owner *owner = owners, *next; owner; owner = next) {
    next = owner->next;
    if (!owner->is_known) forwards_drop(owner->id);
  }
}

bool forwards_exist(void) { return owners != NULL; }

void forwards_tick(void) {
  tcp_tick();
  for (struct owner *owner = owners; owner; owner = owner->next)
    for (struct forward *forward = owner->forwards; forward; forward = forward->next)
      if (forward->clients) udp_tick(forward);
}
