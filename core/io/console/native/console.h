/* The parts of pouch-console: the terminal of a rich container, its lines for the log, and its clients. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Prints why to stderr, which pouchd reads, and exits. */
void fail(const char *what) __attribute__((noreturn));

/* Milliseconds since some moment of the past. */
int64_t now_ms(void);

/* Bytes that wait to be written. */
struct queue {
  char *bytes;
  size_t length, size;
};

/* Whether the bytes were taken: the queue holds `most` bytes. */
bool queue_add(struct queue *queue, const char *bytes, size_t length, size_t most);
/* Writes what the descriptor takes now. Returns false if it takes nothing any more. */
bool queue_write(struct queue *queue, int fd);

/* terminal.c */

/* What is opened inside the container. */
struct inside {
  int master;
  /* -1: the init reports nothing. */
  int notify;
};

/*
 * Opens a terminal of the container's own devpts, by a child in its namespaces, and links the container's /dev/console
 * to it. Binds a socket to the path `notify` there, if that is not empty.
 */
struct inside open_inside(const char *pid, const char *notify);
/* The other side, without a path. */
int open_slave(int master);
void set_size(int master, unsigned rows, unsigned columns);

/* notify.c */

/* A socket to which the init reports, by sd_notify(3). */
int bind_notify(const char *path);
/* Reads what has come. Returns whether the init has reported the end of its boot. */
bool read_notify(int fd);

/* lines.c */

enum log_mode { log_all, log_journal, log_late, log_none };

/* What the console prints, as lines of the container's log. */
struct lines {
  enum log_mode mode;
  /* The FIFO of the container's output. */
  int fd;
  struct queue queue;
};

void lines_begin(struct lines *lines, const char *mode, const char *directory);
void lines_push(struct lines *lines, const char *bytes, size_t length);
/* Milliseconds until `lines_tick` has something to do; -1: never. */
int lines_wait(void);
void lines_tick(struct lines *lines);
/* The init has ended. */
void lines_end(struct lines *lines);
/* The log takes no more for now. */
bool lines_full(const struct lines *lines);

/* clients.c */

enum { most_clients = 32 };

struct client {
  int fd;
  /* A client gets output once it has asked for it. */
  bool listens;
  struct queue output;
  /* What it has sent and is not a whole message. */
  unsigned char input[4096];
  size_t length;
};

struct clients {
  int listener;
  struct client *all[most_clients];
  /* The last output, for those that come later. */
  struct queue history;
};

void clients_begin(struct clients *clients);
void clients_accept(struct clients *clients);
void clients_output(struct clients *clients, const char *bytes, size_t length);
/* Reads what a client sends; `input` gets what it types. Frees one that has left. */
void clients_read(struct clients *clients, int which, int master, struct queue *input);
void clients_write(struct clients *clients, int which);
void clients_free(struct clients *clients, int which);
