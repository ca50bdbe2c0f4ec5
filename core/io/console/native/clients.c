#include "console.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { history_bytes = 64 * 1024, client_bytes = 512 * 1024, input_bytes = 64 * 1024, header_bytes = 3 };

/* The working directory is the container's in STATE/io: a path from the root may be too long for a socket. */
void clients_begin(struct clients *clients) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "console"};
  unlink(address.sun_path);
  clients->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  mode_t mask = umask(0077);
  if (bind(clients->listener, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
  umask(mask);
  if (listen(clients->listener, 16) != 0) fail("listen");
}

void clients_accept(struct clients *clients) {
  int fd = accept4(clients->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  for (int i = 0; i < most_clients; i++) {
    if (clients->all[i]) continue;
    clients->all[i] = calloc(1, sizeof(struct client));
    if (!clients->all[i]) break;
    clients->all[i]->fd = fd;
    return;
  }
  close(fd);
}

void clients_free(struct clients *clients, int which) {
  struct client *client = clients->all[which];
  close(client->fd);
  free(client->output.bytes);
  free(client);
  clients->all[which] = NULL;
}

/* One that does not read is left: the container does not wait for it. */
void clients_output(struct clients *clients, const char *bytes, size_t length) {
  for (int i = 0; i < most_clients; i++) {
    struct client *client = clients->all[i];
    if (client && client->listens && !queue_add(&client->output, bytes, length, client_bytes)) clients_free(clients, i);
  }
  struct queue *history = &clients->history;
  if (history->length + length > history_bytes) {
    size_t gone = history->length + length - history_bytes;
    gone = gone > history->length ? history->length : gone;
    memmove(history->bytes, history->bytes + gone, history->length - gone);
    history->length -= gone;
  }
  queue_add(history, bytes, length, history_bytes);
}

static void listen_from_now(struct clients *clients, struct client *client) {
  if (client->listens) return;
  client->listens = true;
  queue_add(&client->output, clients->history.bytes, clients->history.length, client_bytes);
}

/*
 * Takes whole messages: a letter, the length of what follows (16 bits, big endian), and that. `i` is input, `o` asks for
 * output, `r` has rows and columns. Returns false if the client does not keep to that.
 */
static bool take(struct clients *clients, struct client *client, int master, struct queue *input) {
  unsigned char *data = client->input + header_bytes;
  size_t length = (size_t)client->input[1] << 8 | client->input[2];
  if (length + header_bytes > sizeof client->input) return false;
  if (client->length < length + header_bytes) return true;
  switch (client->input[0]) {
  case 'i': queue_add(input, (char *)data, length, input_bytes); break;
  case 'o': listen_from_now(clients, client); break;
  case 'r':
    if (length != 4) return false;
    set_size(master, (unsigned)data[0] << 8 | data[1], (unsigned)data[2] << 8 | data[3]);
    break;
  default: return false;
  }
  client->length -= length + header_bytes;
  memmove(client->input, data + length, client->length);
  return client->length < header_bytes || take(clients, client, master, input);
}

void clients_read(struct clients *clients, int which, int master, struct queue *input) {
  struct client *client = clients->all[which];
  ssize_t got = read(client->fd, client->input + client->length, sizeof client->input - client->length);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) client->length += (size_t)got;
  if (got <= 0 || (client->length >= header_bytes && !take(clients, client, master, input)))
    clients_free(clients, which);
}

void clients_write(struct clients *clients, int which) {
  if (!queue_write(&clients->all[which]->output, clients->all[which]->fd)) clients_free(clients, which);
}
