#include "values.h"
#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads a file of the kernel, up to `size` bytes. */
bool text_read(const char *path, char *text, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  size_t length = 0;
  for (ssize_t got; length + 1 < size && (got = read(fd, text + length, size - 1 - length)) > 0;) length += (size_t)got;
  close(fd);
  text[length] = '\0';
  return length > 0;
}

/* The number after `key` at the beginning of a line: `file 4096`, `MemFree:  123 kB`. */
number text_number(const char *text, const char *key, number missing) {
  size_t length = strlen(key);
  for (const char *line = text; line; line = strchr(line, '\n')) {
    line += *line == '\n';
    if (strncmp(line, key, length) != 0 || !strchr(" :\t", line[length])) continue;
    line += length;
    while (*line == ' ' || *line == ':' || *line == '\t') line++;
    return isdigit((unsigned char)*line) ? strtoull(line, NULL, 10) : missing;
  }
  return missing;
}
