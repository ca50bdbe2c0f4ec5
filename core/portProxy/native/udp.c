#include "proxy.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { buckets = 256, most_datagrams = 64, most_bytes = 65536 };
/* Milliseconds of silence after which a client is forgotten, as with dockerd. */
static const int64_t idle_ms = 90000;

/* A client, and the socket by which the container sees it. */
struct client {
  struct watched watched;
  struct forward *forward;
  /* In its bucket, and among all of the port, the longest silent first. */
  struct client *next, *older, *newer;
  struct address address;
  /* The address of the host that it has sent to. */
  struct address host;
  int64_t used;
};

struct clients {
  struct client *all[buckets];
  struct client *oldest, *newest;
  int64_t complained;
};

static char bytes[most_bytes];

/* Hostile clients choose their ports, and at most as many as a container may have: a bucket has few. */
static unsigned bucket_of(const struct address *address) {
  const unsigned char *raw = (const unsigned char *)&address->any;
  uint32_t hash = 2166136261u;
  for (socklen_t i = 0; i < address->length; i++) hash = (hash ^ raw[i]) * 16777619u;
  return (hash ^ hash >> 16) % buckets;
}

static void leave_order(struct clients *clients, struct client *client) {
  *(client->older ? &client->older->newer : &clients->oldest) = client->newer;
  *(client->newer ? &client->newer->older : &clients->newest) = client->older;
}

static void enter_order(struct clients *clients, struct client *client) {
  client->older = clients->newest, client->newer = NULL;
  *(clients->newest ? &clients->newest->newer : &clients->oldest) = client;
  clients->newest = client;
}

static void note_use(struct client *client) {
  leave_order(client->forward->clients, client);
  enter_order(client->forward->clients, client);
  client->used = now;
}

static void forget(struct client *client) {
  struct clients *clients = client->forward->clients;
  struct client **link = &clients->all[bucket_of(&client->address)];
  while (*link != client) link = &(*link)->next;
  *link = client->next;
  leave_order(clients, client);
  watched_close(&client->watched);
  owner_leaves(client->forward->owner);
  free_later(client);
}

/* The address of the host in what the kernel says beside a datagram. */
static void read_host(struct msghdr *message, struct address *host) {
  for (struct cmsghdr *one = CMSG_FIRSTHDR(message); one; one = CMSG_NXTHDR(message, one)) {
    if (one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo info;
      memcpy(&info, CMSG_DATA(one), sizeof info);
      host->six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = info.ipi6_addr};
      if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) host->six.sin6_scope_id = info.ipi6_ifindex;
    }
    if (one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo info;
      memcpy(&info, CMSG_DATA(one), sizeof info);
      host->four = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = info.ipi_addr};
    }
  }
}

static void send_back(struct client *client, size_t length) {
  struct iovec data = {.iov_base = bytes, .iov_len = length};
  union {
    char raw[CMSG_SPACE(sizeof(struct in6_pktinfo))];
    struct cmsghdr header;
  } control = {0};
  struct msghdr message = {.msg_name = &client->address.any,
                           .msg_namelen = client->address.length,
                           .msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = control.raw};
  if (client->host.any.sa_family == AF_INET6) {
    struct in6_pktinfo info = {.ipi6_addr = client->host.six.sin6_addr,
                               .ipi6_ifindex = client->host.six.sin6_scope_id};
    control.header = (struct cmsghdr){
      .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO, .cmsg_len = CMSG_LEN(sizeof info)};
    memcpy(CMSG_DATA(&control.header), &info, sizeof info);
    message.msg_controllen = CMSG_SPACE(sizeof info);
  } else {
    struct in_pktinfo info = {.ipi_spec_dst = client->host.four.sin_addr};
    control.header =
      (struct cmsghdr){.cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO, .cmsg_len = CMSG_LEN(sizeof info)};
    memcpy(CMSG_DATA(&control.header), &info, sizeof info);
    message.msg_controllen = CMSG_SPACE(sizeof info);
  }
  /* A datagram that does not fit is lost, as on any network. */
  (void)!sendmsg(client->forward->watched.fd, &message, MSG_NOSIGNAL);
}

/* What the container sends to a client. An error says that nothing listens there: the next datagram may be taken. */
static void on_response(struct watched *watched, uint32_t events) {
  (void)events;
  struct client *client = (struct client *)watched;
  for (int i = 0; i < most_datagrams; i++) {
    ssize_t got = recv(watched->fd, bytes, sizeof bytes, 0);
    if (got < 0) return;
    note_use(client);
    send_back(client, (size_t)got);
  }
}

static struct client *find(struct forward *forward, const struct address *address, const struct address *host) {
  struct client *client = forward->clients->all[bucket_of(address)];
  for (; client; client = client->next)
    if (address_equal(&client->address, address) && address_equal(&client->host, host)) return client;
  return NULL;
}

static struct client *add(struct forward *forward, const struct address *address, const struct address *host) {
  struct clients *clients = forward->clients;
  if (!owner_takes(forward->owner)) {
    /* The longest silent one makes room, unless connections of TCP take all. */
    if (!clients->oldest) return NULL;
    forget(clients->oldest);
    if (!owner_takes(forward->owner)) return NULL;
  }
  struct client *client = calloc(1, sizeof *client);
  int fd = socket(forward->target.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (!client || fd < 0 || connect(fd, &forward->target.any, forward->target.length) != 0) goto failed;
  *client = (struct client){.watched = {.fd = fd, .handle = on_response},
                            .forward = forward,
                            .address = *address,
                            .host = *host,
                            .used = now};
  if (!watch(&client->watched, EPOLLIN)) goto failed;
  struct client **bucket = &clients->all[bucket_of(address)];
  client->next = *bucket, *bucket = client;
  enter_order(clients, client);
  return client;
failed:
  complain(&clients->complained, "cannot forward a datagram: %s", strerror(errno));
  if (fd >= 0) close(fd);
  free(client);
  owner_leaves(forward->owner);
  return NULL;
}

bool udp_begin(struct forward *forward) {
  forward->clients = calloc(1, sizeof *forward->clients);
  return forward->clients != NULL;
}

void udp_receive(struct watched *watched, uint32_t events) {
  (void)events;
  struct forward *forward = (struct forward *)watched;
  for (int i = 0; i < most_datagrams; i++) {
    struct address from = {0}, host = {0};
    char control[256];
    struct iovec data = {.iov_base = bytes, .iov_len = sizeof bytes};
    struct msghdr message = {.msg_name = &from.any,
                             .msg_namelen = sizeof from.six,
                             .msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t got = recvmsg(watched->fd, &message, 0);
    if (got < 0) return;
    from.length = message.msg_namelen;
    if (from.any.sa_family == AF_INET6) from.six.sin6_flowinfo = 0;
    read_host(&message, &host);
    struct client *client = find(forward, &from, &host);
    if (client) note_use(client);
    else client = add(forward, &from, &host);
    if (client) (void)!send(client->watched.fd, bytes, (size_t)got, MSG_NOSIGNAL);
  }
}

void udp_forget_all(struct forward *forward) {
  while (forward->clients->oldest) forget(forward->clients->oldest);
}

void udp_end(struct forward *forward) {
  udp_forget_all(forward);
  free(forward->clients);
  forward->clients = NULL;
}

void udp_tick(struct forward *forward) {
  struct clients *clients = forward->clients;
  while (clients->oldest && now - clients->oldest->used > idle_ms) forget(clients->oldest);
}
