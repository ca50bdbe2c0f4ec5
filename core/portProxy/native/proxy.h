/* The parts of pouch-proxy: its event loop, its rights, the ports that it listens on, and what it copies. */
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* main.c */

/* Prints why to the log and exits. */
void fail(const char *what) __attribute__((noreturn));
/* Prints a line to the log, at most one of its kind in ten seconds. `last` is when it was printed. */
void complain(int64_t *last, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* rights.c */

/* From here on it is `nobody` without files, and may bind ports below 1024. */
void drop_rights(void);

/* loop.c */

/* A descriptor and who handles its events. */
struct watched {
  int fd;
  /* 0: it is not watched. */
  uint32_t events;
  void (*handle)(struct watched *self, uint32_t events);
};

/* Milliseconds since some moment of the past, at the last event. */
extern int64_t now;

void loop_begin(void);
/* Watches a descriptor for these events; none: not even for its end, of which the kernel would report without end. */
bool watch(struct watched *watched, uint32_t events);
void watched_close(struct watched *watched);
/* The events that were read at once may still refer to it. */
void free_later(void *memory);
/* Runs until `is_needed` has returned false for `idle_ms`. `tick` is called every second. */
void loop_run(bool (*is_needed)(void), int64_t idle_ms, void (*tick)(void));

/* addresses.c */

struct address {
  union {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
  };
  socklen_t length;
};

bool address_parse(struct address *address, const char *ip, unsigned port);
bool address_equal(const struct address *a, const struct address *b);

/* forwards.c */

/* What is copied for one container. */
struct owner {
  struct owner *next;
  char id[72];
  /* pouchd knows it: it has named it on its present connection. */
  bool is_known;
  /* Connections and clients of UDP. */
  unsigned count;
  int64_t complained;
  struct forward *forwards;
  struct connection *connections;
};

/* A port that it listens on. */
struct forward {
  struct watched watched;
  struct forward *next;
  struct owner *owner;
  int type;
  struct address listen, target;
  enum { current, added, stale } state;
  /* Of UDP. */
  struct clients *clients;
};

/* Takes the place of what is listened on for a container, all or nothing. Returns 0, or the errno of the port `at`. */
int forwards_set(const char *id, struct forward *wanted, size_t count, size_t *at);
void forwards_drop(const char *id);
/* A daemon that has connected names its containers from now on. */
void forwards_unknown(void);
void forwards_drop_unknown(void);
bool forwards_exist(void);
void forwards_tick(void);

/* Counts one more for a container, within the limits of it and of all. */
bool owner_takes(struct owner *owner);
void owner_leaves(struct owner *owner);

/* tcp.c */

void tcp_accept(struct watched *watched, uint32_t events);
void tcp_close_all(struct owner *owner);
void tcp_tick(void);

/* udp.c */

bool udp_begin(struct forward *forward);
void udp_receive(struct watched *watched, uint32_t events);
void udp_forget_all(struct forward *forward);
void udp_end(struct forward *forward);
void udp_tick(struct forward *forward);

/* control.c */

void control_begin(const char *path);
bool control_exists(void);
