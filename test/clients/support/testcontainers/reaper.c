/*
 * A stand-in for the image testcontainers/ryuk, which needs a registry: removes what a session of testcontainers has left.
 * Protocol (github.com/testcontainers/moby-ryuk): clients send filters as lines, `label=NAME=VALUE`, each acknowledged by
 * "ACK\n"; once the last connection is closed, the objects that match are removed.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char own_id[65];

/* Sends a request to the daemon and returns its response, at most the size of the buffer. */
static const char *request(const char *method, const char *path)
{
	static char response[1 << 20];
	char text[4096];
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/var/run/docker.sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t length = 0;
	ssize_t got;

	response[0] = 0;
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror("the daemon");
		exit(1);
	}
	snprintf(text, sizeof(text), "%s %s HTTP/1.0\r\nHost: docker\r\nContent-Length: 0\r\n\r\n", method, path);
	if (write(fd, text, strlen(text)) < 0)
		perror("write");
	while (length < sizeof(response) - 1 && (got = read(fd, response + length, sizeof(response) - 1 - length)) > 0)
		length += got;
	response[length] = 0;
	close(fd);
	return response;
}

static void encode(char *to, const char *from)
{
	for (; *from; from++)
		to += sprintf(to, "%%%02x", (unsigned char)*from);
}

/* Removes all objects with a label, `NAME=VALUE`. */
static void reap(const char *label)
{
	static char found[1 << 20];
	char filter[600], encoded[2000], path[2100];

	snprintf(filter, sizeof(filter), "{\"label\":[\"%.500s\"]}", label);
	encode(encoded, filter);
	snprintf(path, sizeof(path), "/containers/json?all=1&filters=%s", encoded);
	strcpy(found, request("GET", path));
	for (char *at = found; (at = strstr(at, "\"Id\":\"")) != NULL;) {
		at += strlen("\"Id\":\"");
		if (strncmp(at, own_id, strlen(own_id)) == 0)
			continue;
		snprintf(path, sizeof(path), "/containers/%.64s?force=1&v=1", at);
		request("DELETE", path);
		printf("removed %.12s\n", at);
	}
	snprintf(path, sizeof(path), "/networks/prune?filters=%s", encoded);
	request("POST", path);
	snprintf(path, sizeof(path), "/volumes/prune?filters=%s", encoded);
	request("POST", path);
}

int main(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(8080) };
	int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
	char line[600] = "", label[600] = "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	gethostname(own_id, 13);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(listener, 16) < 0) {
		perror("port 8080");
		return 1;
	}
	printf("Started!\n");
	while (label[0] == 0) {
		int client = accept(listener, NULL, NULL);
		FILE *input = fdopen(client, "r");

		while (input != NULL && fgets(line, sizeof(line), input) != NULL) {
			line[strcspn(line, "\r\n")] = 0;
			if (strncmp(line, "label=", 6) == 0)
				strcpy(label, line + 6);
			if (write(client, "ACK\n", 4) < 0)
				break;
		}
		if (input != NULL)
			fclose(input);
	}
	reap(label);
	return 0;
}
