/* The process of a build's container: waits until it is ended. As PID 1 it gets only signals that it waits for. */
#include <signal.h>

int main(void) {
  sigset_t ends;
  int got;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigprocmask(SIG_BLOCK, &ends, 0);
  return sigwait(&ends, &got) == 0 ? 0 : 1;
}
