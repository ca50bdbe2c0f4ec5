import { PassThrough } from 'node:stream';
import type { Terminal } from '../../../../cli/Session.ts';

/** Returns streams that are not a terminal and keep their output. */
export function fakeTerminal(env: Record<string, string | undefined> = {}) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const terminal = { stdin, stdout, stderr, env } as unknown as Terminal;
  return {
    terminal,
    out: () => textOf(stdout),
    err: () => textOf(stderr),
  };
}

function textOf(stream: PassThrough): string {
  const bytes = stream.read() as Buffer | null;
  return bytes?.toString() ?? '';
}
