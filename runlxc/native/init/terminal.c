#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <termios.h>
#include <unistd.h>

#include "../common/fail.h"
#include "rootpath.h"
#include "send.h"

static void bind_console(int master)
{
	char path[32];
	unsigned number;
	int target;

	if (ioctl(master, TIOCGPTN, &number) < 0)
		fail_errno("process.terminal: /dev/console");
	snprintf(path, sizeof(path), "/dev/pts/%u", number);
	target = open_in_root("/dev/console", MISSING_FILE);
	if (target < 0 || mount(path, fd_path(target), NULL, MS_BIND, NULL) < 0)
		fail_errno("process.terminal: cannot bind mount the terminal on /dev/console");
	close(target);
}

static int open_slave(int master)
{
	int unlock = 0;

	if (ioctl(master, TIOCSPTLCK, &unlock) < 0)
		fail_errno("process.terminal: cannot unlock the terminal");
	return ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
}

static void take(int slave)
{
	setsid();
	if (ioctl(slave, TIOCSCTTY, 0) < 0)
		fail_errno("process.terminal: cannot set the controlling terminal");
	for (int fd = 0; fd <= 2; fd++)
		dup2(slave, fd);
	if (slave > 2)
		close(slave);
}

void run_terminal(struct plan *plan)
{
	int socket = plan_number(plan);
	struct winsize size = { .ws_row = plan_number(plan) };
	int console, master, slave;

	size.ws_col = plan_number(plan);
	console = plan_number(plan);
	master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0)
		fail_errno("process.terminal: cannot open /dev/ptmx in the container");
	slave = open_slave(master);
	if (slave < 0)
		fail_errno("process.terminal: cannot open the terminal");
	if ((size.ws_row || size.ws_col) && ioctl(master, TIOCSWINSZ, &size) < 0)
		fail_errno("process.consoleSize");
	if (console)
		bind_console(master);
	/* Sent with its name, as by runc; receivers use it as the file's name. */
	send_descriptor(socket, master, "/dev/ptmx", strlen("/dev/ptmx"), "process.terminal");
	close(master);
	take(slave);
}

void run_session(struct plan *plan)
{
	(void)plan;
	setsid();
}
