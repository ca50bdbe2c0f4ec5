#include "values.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The files stay the same, as they are mounted: they are overwritten, not replaced. */
void output_begin(struct output *output, const char *name) {
  output->name = name;
  output->fd = open(output->name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0444);
  if (output->fd >= 0) return;
  perror(output->name);
  exit(1);
}

void output_add(struct output *output, const char *format, ...) {
  va_list values;
  va_start(values, format);
  size_t room = sizeof output->text - output->length;
  int length = vsnprintf(output->text + output->length, room, format, values);
  va_end(values);
  if (length > 0) output->length += (size_t)length < room ? (size_t)length : room - 1;
}

/* One write: a reader has the old text or the new one. A longer old text is cut afterwards. */
void output_write(struct output *output) {
  if (output->length == 0) return;
  if (pwrite(output->fd, output->text, output->length, 0) == (ssize_t)output->length &&
      ftruncate(output->fd, (off_t)output->length) != 0)
    perror(output->name);
  output->length = 0;
}
