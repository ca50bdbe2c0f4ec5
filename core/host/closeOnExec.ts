import { check, libcFunction } from './libc.ts';

/** CLOSE_RANGE_CLOEXEC of linux/close_range.h. */
const onExec = 4;
const afterStderr = 3;
const last = 0xffff_ffff;

/**
 * Keeps descriptors that this process has inherited from processes that it starts (close_range(2)). Node does so for
 * the lowest ones only, and opens its own in the same way.
 */
export function closeOnExec(): void {
  const closeRange = libcFunction('int close_range(uint first, uint last, int flags)');
  check(closeRange(afterStderr, last, onExec), 'close_range');
}
