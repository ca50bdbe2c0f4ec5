#include "console.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * systemd marks what it does as `[  OK  ] …`, or by nine spaces (src/core/show-status.c); all of that is in the journal
 * too while journald runs. Both names of a unit are looked for, as `StatusUnitFormat=` chooses one.
 */
static const char *const journald[] = {"systemd-journald.service", "Journal Service"};
static const char *const command[] = {"pouch-command.service", "Command of the container"};

enum { longest_line = 2048, queue_bytes = 64 * 1024, kept_bytes = 64 * 1024, known_lines = 16 };

/* Milliseconds after which a line without an end, such as a prompt, is one. */
static const int64_t prompt_ms = 2000;
/* Milliseconds between two lines that overwrite each other, such as `A start job is running`. */
static const int64_t progress_ms = 30000;
/* Milliseconds that a boot may take to the command whose output the log is for. */
static const int64_t late_ms = 30000;

static struct {
  char text[longest_line];
  size_t length;
  /* The time of its last byte; 0: it is empty. */
  int64_t since;
} line;
static enum { plain, escape, control, string } state;
static bool returned, journal_runs, command_runs, isnt_late;
static int64_t begin, last_progress;
/* What is not in the log yet, and will be if the boot fails. */
static struct queue kept;
static uint64_t known[known_lines];
static unsigned known_next;

void lines_begin(struct lines *lines, const char *mode, const char *directory) {
  static const char *const names[] = {"all", "journal", "late", "none"};
  for (lines->mode = log_all; strcmp(names[lines->mode], mode) != 0; lines->mode++)
    if (lines->mode == log_none) fail("expected all, journal, late or none");
  begin = now_ms();
  last_progress = begin - progress_ms;
  lines->fd = -1;
  if (lines->mode == log_none) return;
  char path[4096];
  /* Whatever prints to stdout may be in the middle of a line. */
  strncpy(path, directory, sizeof path - 16);
  path[sizeof path - 16] = 0;
  strcat(path, "/stderr");
  lines->fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (lines->fd < 0) fail(path);
}

static bool names_one(const char *text, const char *verb, const char *const names[2]) {
  return strstr(text, verb) && (strstr(text, names[0]) || strstr(text, names[1]));
}

static bool is_status(const char *text, size_t length) {
  if (length > 9 && strncmp(text, "         ", 9) == 0) return true;
  return length > 9 && text[0] == '[' && text[7] == ']' && text[8] == ' ';
}

/* sysvinit complains about its terminals again and again. */
static bool is_repeated(const char *text) {
  if (strncmp(text, "INIT: Id ", 9) != 0) return false;
  uint64_t hash = 1469598103934665603u;
  for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 1099511628211u;
  for (unsigned i = 0; i < known_lines; i++)
    if (known[i] == hash) return true;
  known[known_next++ % known_lines] = hash;
  return false;
}

static void note_units(const char *text) {
  if (names_one(text, "Started", journald)) journal_runs = true;
  if (names_one(text, "Stopped", journald)) journal_runs = false;
  if (names_one(text, "Started", command)) command_runs = true;
}

static bool is_for_log(const struct lines *lines, bool was_journaled) {
  if (lines->mode == log_none || is_repeated(line.text)) return false;
  if (lines->mode == log_journal && was_journaled && is_status(line.text, line.length)) return false;
  return lines->mode != log_late || !command_runs;
}

static void emit(struct lines *lines) {
  bool was_journaled = journal_runs;
  line.text[line.length] = 0;
  if (is_status(line.text, line.length)) note_units(line.text);
  if (line.length > 0 && is_for_log(lines, was_journaled)) {
    struct queue *queue = lines->mode == log_late && !isnt_late ? &kept : &lines->queue;
    line.text[line.length] = '\n';
    queue_add(queue, line.text, line.length + 1, kept_bytes);
  }
  line.length = 0;
  line.since = 0;
}

/* A line that the next one overwrites. */
static void emit_progress(struct lines *lines) {
  if (line.length > 0 && now_ms() - last_progress >= progress_ms) {
    last_progress = now_ms();
    emit(lines);
  }
  line.length = 0;
  line.since = 0;
}

static void add(struct lines *lines, char byte) {
  if (returned) emit_progress(lines);
  returned = false;
  line.text[line.length++] = byte;
  line.since = now_ms();
  if (line.length == longest_line - 1) emit(lines);
}

/* Leaves sequences that control a terminal out (ECMA-48). */
static void step(struct lines *lines, char byte) {
  switch (state) {
  case escape: state = byte == '[' ? control : byte == ']' ? string : plain; return;
  case control:
    if (byte >= '@' && byte <= '~') state = plain;
    return;
  case string:
    if (byte == '\a' || byte == '\\') state = plain;
    return;
  case plain: break;
  }
  if (byte == '\033') state = escape;
  else if (byte == '\r') returned = true;
  else if (byte == '\n') emit(lines), returned = false;
  else if ((unsigned char)byte >= ' ' || byte == '\t') add(lines, byte);
}

void lines_push(struct lines *lines, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) step(lines, bytes[i]);
}

static bool waits_for_command(void) { return !command_runs && !isnt_late; }

int lines_wait(void) {
  int64_t at = line.since ? line.since + prompt_ms : INT64_MAX;
  if (kept.length > 0 && waits_for_command() && begin + late_ms < at) at = begin + late_ms;
  int64_t wait = at - now_ms();
  return at == INT64_MAX ? -1 : wait < 0 ? 0 : (int)wait;
}

static void show_kept(struct lines *lines) {
  isnt_late = true;
  if (kept.length > 0) queue_add(&lines->queue, kept.bytes, kept.length, queue_bytes + kept_bytes);
  kept.length = 0;
}

void lines_tick(struct lines *lines) {
  if (line.since && now_ms() - line.since >= prompt_ms) emit(lines);
  if (lines->mode == log_late && waits_for_command() && now_ms() - begin >= late_ms) show_kept(lines);
}

void lines_end(struct lines *lines) {
  emit(lines);
  if (lines->mode == log_late && waits_for_command()) show_kept(lines);
}

bool lines_full(const struct lines *lines) { return lines->queue.length > queue_bytes / 2; }
