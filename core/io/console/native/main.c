/*
 * pouch-console PID DIRECTORY LOG NOTIFY: the console of a rich container.
 *
 * Opens a terminal in the container of which PID is the init that has not run, makes it its /dev/console, prints
 * `ready` and serves it: to clients at the socket DIRECTORY/console, and to the log by the FIFO there. If NOTIFY is not
 * empty, it also binds a socket to that path in the container, and prints `booted` when the init reports the end of its
 * boot there. It is a process of the host: the end of a container's shutdown kills every process in it, and the scripts
 * that still print would get SIGHUP. It ends with the init, and does not need pouchd.
 */
#include "console.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { input_bytes = 64 * 1024, nobody = 65534 };

/* Milliseconds for the last output. */
static const int64_t last_ms = 1000;

void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  _exit(1);
}

int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool queue_add(struct queue *queue, const char *bytes, size_t length, size_t most) {
  if (queue->length + length > most) return false;
  if (queue->length + length > queue->size) {
    size_t size = (queue->length + length) * 2;
    char *grown = realloc(queue->bytes, size);
    if (!grown) return false;
    queue->bytes = grown, queue->size = size;
  }
  if (length > 0) memcpy(queue->bytes + queue->length, bytes, length);
  queue->length += length;
  return true;
}

bool queue_write(struct queue *queue, int fd) {
  if (queue->length == 0) return true;
  ssize_t written = write(fd, queue->bytes, queue->length);
  if (written < 0) return errno == EAGAIN || errno == EINTR;
  queue->length -= (size_t)written;
  memmove(queue->bytes, queue->bytes + written, queue->length);
  return true;
}

/*
 * What it has not read yet an init may flush (tcflush(3)), as sysvinit does when it begins. So it goes first then, and
 * not for longer: a container could have it work without end.
 */
static const int first_priority = -10;
static const int64_t first_ms = 10000;
static int64_t first_end;

/* Nothing that follows needs a right. */
static void drop_rights(void) {
  setpriority(PRIO_PROCESS, 0, first_priority);
  first_end = now_ms() + first_ms;
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (setgroups(0, NULL) != 0 || setresgid(nobody, nobody, nobody) != 0 || setresuid(nobody, nobody, nobody) != 0)
    fail("setresuid");
}

struct console {
  int init, master;
  /* Open, so that the master does not end when the container closes its console. */
  int slave;
  /* -1: the init reports nothing, or has reported. */
  int notify;
  struct lines lines;
  struct clients clients;
  struct queue input;
};

/* A hangup (vhangup(2)) ends every descriptor of the other side. */
static void reopen(struct console *console) {
  const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
  nanosleep(&pause, NULL);
  close(console->slave);
  console->slave = open_slave(console->master);
}

/* Returns false if there was nothing. */
static bool read_terminal(struct console *console) {
  char bytes[4096];
  ssize_t got = read(console->master, bytes, sizeof bytes);
  if (got < 0 && errno == EIO) reopen(console);
  if (got <= 0) return false;
  lines_push(&console->lines, bytes, (size_t)got);
  clients_output(&console->clients, bytes, (size_t)got);
  return true;
}

/* The descriptors stay taken: what is opened later must not become one of them. */
static void discard(int from, int to) {
  int null = open("/dev/null", O_RDWR);
  for (int fd = from; fd <= to; fd++) dup2(null, fd);
  close(null);
}

/* pouchd may be gone. */
static void report_boot(struct console *console) {
  if (!read_notify(console->notify)) return;
  (void)!write(STDOUT_FILENO, "booted\n", 7);
  close(console->notify);
  console->notify = -1;
  discard(STDOUT_FILENO, STDOUT_FILENO);
}

enum { at_init, at_master, at_log, at_listener, at_notify, at_clients };

static void prepare(struct console *console, struct pollfd *polled) {
  polled[at_init] = (struct pollfd){.fd = console->init, .events = POLLIN};
  short events = (short)((lines_full(&console->lines) ? 0 : POLLIN) | (console->input.length > 0 ? POLLOUT : 0));
  polled[at_master] = (struct pollfd){.fd = events ? console->master : -1, .events = events};
  polled[at_log] = (struct pollfd){.fd = console->lines.queue.length > 0 ? console->lines.fd : -1, .events = POLLOUT};
  polled[at_listener] = (struct pollfd){.fd = console->clients.listener, .events = POLLIN};
  polled[at_notify] = (struct pollfd){.fd = console->notify, .events = POLLIN};
  for (int i = 0; i < most_clients; i++) {
    struct client *client = console->clients.all[i];
    /* Input waits while the container reads none. */
    short wanted = (short)(console->input.length < input_bytes / 2 ? POLLIN : 0);
    if (client && client->output.length > 0) wanted |= POLLOUT;
    polled[at_clients + i] = (struct pollfd){.fd = client ? client->fd : -1, .events = wanted};
  }
}

static void serve_clients(struct console *console, const struct pollfd *polled) {
  struct clients *clients = &console->clients;
  for (int i = 0; i < most_clients; i++) {
    short events = polled[at_clients + i].revents;
    if (clients->all[i] && (events & POLLOUT)) clients_write(clients, i);
    if (clients->all[i] && (events & (POLLIN | POLLHUP | POLLERR)))
      clients_read(clients, i, console->master, &console->input);
  }
  if (polled[at_listener].revents) clients_accept(clients);
}

static void write_log(struct lines *lines) {
  if (queue_write(&lines->queue, lines->fd)) return;
  /* The log keeper is gone for good. */
  close(lines->fd);
  lines->fd = -1, lines->mode = log_none, lines->queue.length = 0;
}

static void end_first_priority(void) {
  if (first_end == 0 || now_ms() < first_end) return;
  setpriority(PRIO_PROCESS, 0, 0);
  first_end = 0;
}

/* Serves until the init has ended. */
static void serve(struct console *console) {
  struct pollfd polled[at_clients + most_clients];
  for (;;) {
    prepare(console, polled);
    int ready = poll(polled, at_clients + most_clients, lines_wait());
    lines_tick(&console->lines);
    end_first_priority();
    if (ready <= 0) continue;
    if (polled[at_init].revents) return;
    if (polled[at_master].revents & (POLLIN | POLLHUP | POLLERR)) read_terminal(console);
    if (polled[at_master].revents & POLLOUT) queue_write(&console->input, console->master);
    if (polled[at_log].revents) write_log(&console->lines);
    if (polled[at_notify].revents) report_boot(console);
    serve_clients(console, polled);
  }
}

static bool has_output(const struct console *console) {
  bool found = console->lines.fd >= 0 && console->lines.queue.length > 0;
  for (int i = 0; i < most_clients; i++) found |= console->clients.all[i] && console->clients.all[i]->output.length > 0;
  return found;
}

static void finish(struct console *console) {
  while (read_terminal(console)) continue;
  lines_end(&console->lines);
  for (int64_t end = now_ms() + last_ms; has_output(console) && now_ms() < end;) {
    struct pollfd polled[at_clients + most_clients];
    prepare(console, polled);
    polled[at_init].fd = polled[at_master].fd = polled[at_listener].fd = polled[at_notify].fd = -1;
    poll(polled, at_clients + most_clients, 100);
    if (polled[at_log].revents) write_log(&console->lines);
    for (int i = 0; i < most_clients; i++)
      if (console->clients.all[i] && polled[at_clients + i].revents) clients_write(&console->clients, i);
  }
}

int main(int count, char **arguments) {
  if (count != 5) return fputs("usage: pouch-console PID DIRECTORY LOG NOTIFY\n", stderr), 2;
  const char *pid = arguments[1], *directory = arguments[2];
  signal(SIGPIPE, SIG_IGN);
  static struct console console;
  console.init = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
  if (console.init < 0) fail("pidfd_open");
  lines_begin(&console.lines, arguments[3], directory);
  if (chdir(directory) != 0) fail(directory);
  clients_begin(&console.clients);
  struct inside inside = open_inside(pid, arguments[4]);
  console.master = inside.master, console.notify = inside.notify;
  console.slave = open_slave(console.master);
  drop_rights();
  if (chdir("/") != 0 || write(STDOUT_FILENO, "ready\n", 6) != 6) return 1;
  discard(STDIN_FILENO, STDIN_FILENO);
  if (console.notify < 0) discard(STDOUT_FILENO, STDOUT_FILENO);
  discard(STDERR_FILENO, STDERR_FILENO);
  serve(&console);
  finish(&console);
  return 0;
}
