#include "devices.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The longest is `allow c 2147483647:2147483647 rwm`. */
enum { line_bytes = 64 };

/* `*`, or a number that is written without a sign and without leading zeros. */
static bool take_number(const char **text, int *value) {
  const char *at = *text;
  if (*at == '*') return *value = any, *text = at + 1, true;
  if (*at < '0' || *at > '9' || (at[0] == '0' && at[1] >= '0' && at[1] <= '9')) return false;
  char *end;
  errno = 0;
  long number = strtol(at, &end, 10);
  if (errno != 0 || number > INT_MAX) return false;
  return *value = (int)number, *text = end, true;
}

static bool take_type(const char **text, int *type) {
  switch (*(*text)++) {
  case 'a': return *type = any, true;
  case 'b': return *type = BPF_DEVCG_DEV_BLOCK, true;
  case 'c': return *type = BPF_DEVCG_DEV_CHAR, true;
  default: return false;
  }
}

static int access_of(char letter) {
  switch (letter) {
  case 'r': return BPF_DEVCG_ACC_READ;
  case 'w': return BPF_DEVCG_ACC_WRITE;
  case 'm': return BPF_DEVCG_ACC_MKNOD;
  default: return 0;
  }
}

/* One or more of r, w and m, each at most once. */
static bool take_access(const char **text, int *access) {
  *access = 0;
  for (; **text != '\0'; (*text)++) {
    int one = access_of(**text);
    if (one == 0 || (*access & one)) return false;
    *access |= one;
  }
  return *access != 0;
}

static bool take(const char **text, const char *word) {
  size_t length = strlen(word);
  if (strncmp(*text, word, length) != 0) return false;
  *text += length;
  return true;
}

static bool parse(const char *text, struct rule *rule) {
  rule->allows = take(&text, "allow ");
  if (!rule->allows && !take(&text, "deny ")) return false;
  return take_type(&text, &rule->type) && take(&text, " ") && take_number(&text, &rule->major) && take(&text, ":") &&
         take_number(&text, &rule->minor) && take(&text, " ") && take_access(&text, &rule->access);
}

size_t read_rules(struct rule rules[most_rules]) {
  char line[line_bytes];
  size_t count = 0;
  for (; fgets(line, sizeof line, stdin); count++) {
    size_t length = strlen(line);
    if (count == most_rules) errno = 0, fail("expected at most %d rules", most_rules);
    if (length == 0 || line[length - 1] != '\n') errno = 0, fail("rule %zu: the line does not end", count + 1);
    line[length - 1] = '\0';
    if (!parse(line, &rules[count])) errno = 0, fail("rule %zu: expected such as \"allow c 10:229 rwm\"", count + 1);
  }
  if (ferror(stdin)) fail("cannot read the rules");
  errno = 0;
  if (count == 0) fail("expected rules, found nothing");
  return count;
}
