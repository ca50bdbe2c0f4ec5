#include "proxy.h"
#include <arpa/inet.h>
#include <string.h>

bool address_parse(struct address *address, const char *ip, unsigned port) {
  memset(address, 0, sizeof *address);
  if (strchr(ip, ':')) {
    address->six.sin6_family = AF_INET6;
    address->six.sin6_port = htons((uint16_t)port);
    address->length = sizeof address->six;
    return inet_pton(AF_INET6, ip, &address->six.sin6_addr) == 1;
  }
  address->four.sin_family = AF_INET;
  address->four.sin_port = htons((uint16_t)port);
  address->length = sizeof address->four;
  return inet_pton(AF_INET, ip, &address->four.sin_addr) == 1;
}

bool address_equal(const struct address *a, const struct address *b) {
  if (a->any.sa_family != b->any.sa_family) return false;
  if (a->any.sa_family == AF_INET)
    return a->four.sin_port == b->four.sin_port && a->four.sin_addr.s_addr == b->four.sin_addr.s_addr;
  return a->six.sin6_port == b->six.sin6_port && a->six.sin6_scope_id == b->six.sin6_scope_id &&
         memcmp(&a->six.sin6_addr, &b->six.sin6_addr, sizeof a->six.sin6_addr) == 0;
}
