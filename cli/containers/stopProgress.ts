import type { Session } from '../Session.ts';
import { waitingFor } from './waitingFor.ts';

/** Milliseconds before a stop that is still under way is reported, and between looks at it. */
const silentMs = 2000;
const everyMs = 1000;

/** Names that a line has at most. */
const maxNames = 3;

/**
 * Runs a stop or restart of a rich container and prints what it waits for to stderr: on a terminal in one line that
 * changes, otherwise a line for each change.
 */
export async function withStopProgress(
  session: Session,
  ref: string,
  isOnly: boolean,
  act: () => Promise<void>,
): Promise<void> {
  const { stderr } = session.terminal;
  const ended = new AbortController();
  const isLive = stderr.isTTY && isOnly;
  let isShown = false;
  const show = (names: string, seconds: number) => {
    if (!isLive) return session.warn(`${ref}: ${names}, ${seconds} s`);
    isShown = true;
    stderr.write(`\r\u001b[K${names}, ${seconds} s`);
  };
  // Progress must not fail the stop: a daemon or container that cannot be asked has none.
  const progress = report(session, ref, { show, isLive, signal: ended.signal }).catch(() => undefined);
  try {
    await act();
  } finally {
    ended.abort();
    if (isShown) stderr.write('\r\u001b[K');
    void progress;
  }
}

interface Report {
  show(names: string, seconds: number): void;
  isLive: boolean;
  signal: AbortSignal;
}

async function report({ client }: Session, ref: string, { show, isLive, signal }: Report): Promise<void> {
  const since = performance.now();
  let last = '';
  for (let pauseMs = silentMs; ; pauseMs = everyMs) {
    if (!(await pause(pauseMs, signal))) return;
    const container = await client.containers.inspect(ref);
    if (container.Config.Rich !== true || !container.State.Running) return;
    const names = namesText(await waitingFor(client, container));
    if (signal.aborted) return;
    if (isLive || names !== last) show(names, Math.round((performance.now() - since) / 1000));
    last = names;
  }
}

/** Resolves to whether it has passed; it does not keep the process alive. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(!signal.aborted), ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

export function namesText(names: string[]): string {
  if (names.length === 0) return 'waiting';
  const more = names.length - maxNames;
  const shown = names.slice(0, maxNames).join(', ');
  return `waiting for ${shown}${more > 0 ? ` and ${more} more` : ''}`;
}
