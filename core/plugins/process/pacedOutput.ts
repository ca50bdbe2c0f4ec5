import type { CallOptions } from './openCall.ts';

/** Bytes or characters that a client may not have taken yet while output is not a flood. */
const window = 256 * 1024;

/** Checks what the process has sent. */
type Writer = (chunk: unknown) => Promise<void>;

/**
 * Methods by which a process writes to a client. It counts as a flood, which is read slowly, once the client is behind
 * by more than the window.
 */
export function pacedOutput(
  writers: Readonly<Record<string, Writer>>,
): Required<Pick<CallOptions, 'methods' | 'isAwaited'>> {
  let waiting = 0;
  const paced = (write: Writer) => async (given: unknown) => {
    const { length = 1 } = given as { length?: number };
    waiting += length;
    try {
      await write(given);
    } finally {
      waiting -= length;
    }
  };
  return {
    methods: Object.fromEntries(Object.entries(writers).map(([name, write]) => [name, paced(write)])),
    isAwaited: (method) => Object.hasOwn(writers, method) && waiting <= window,
  };
}
