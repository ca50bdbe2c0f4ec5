import { check, libcFunction } from '../../host/libc.ts';

/** Node has no mkfifo(3). A call of libc takes 0.1 ms, a child process for mkfifo(1) 3 ms. */
const mkfifo = libcFunction('int mkfifo(const char *path, unsigned int mode)');

/**
 * Creates a FIFO that only its owner can open.
 * @throws a system error with `code`, such as EEXIST
 */
export function makeFifo(path: string): void {
  check(mkfifo(path, 0o600), `mkfifo ${path}`);
}
