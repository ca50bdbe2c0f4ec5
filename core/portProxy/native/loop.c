#include "proxy.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { most_events = 128, tick_ms = 1000 };

int64_t now;
static int epoll;

static struct {
  void **all;
  size_t count, size;
} freed;

static void look_at_clock(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  now = (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

void loop_begin(void) {
  epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) fail("epoll_create1");
  look_at_clock();
}

bool watch(struct watched *watched, uint32_t events) {
  if (watched->events == events) return true;
  struct epoll_event event = {.events = events, .data.ptr = watched};
  int operation = events == 0 ? EPOLL_CTL_DEL : watched->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (epoll_ctl(epoll, operation, watched->fd, &event) != 0) return false;
  watched->events = events;
  return true;
}

void watched_close(struct watched *watched) {
  if (watched->fd >= 0) close(watched->fd);
  watched->fd = -1, watched->events = 0;
}

void free_later(void *memory) {
  if (freed.count == freed.size) {
    size_t size = freed.size * 2 + 64;
    void **grown = realloc(freed.all, size * sizeof *grown);
    /* Lost rather than used after its end. */
    if (!grown) return;
    freed.all = grown, freed.size = size;
  }
  freed.all[freed.count++] = memory;
}

void loop_run(bool (*is_needed)(void), int64_t idle_ms, void (*tick)(void)) {
  struct epoll_event events[most_events];
  int64_t needed_at = now, ticked_at = now;
  while (now - needed_at <= idle_ms) {
    int count = epoll_wait(epoll, events, most_events, tick_ms);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    look_at_clock();
    for (int i = 0; i < count; i++) {
      struct watched *watched = events[i].data.ptr;
      if (watched->fd >= 0 && watched->events != 0) watched->handle(watched, events[i].events);
    }
    if (now - ticked_at >= tick_ms) tick(), ticked_at = now;
    while (freed.count > 0) free(freed.all[--freed.count]);
    if (is_needed()) needed_at = now;
  }
}
