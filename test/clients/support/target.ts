/**
 * What the clients talk to: the API over the fake engine, or a daemon that runs already.
 *
 * `POUCH_TEST_SOCKET=/run/pouch/pouchd.sock npx mocha --import=tsx 'test/clients/*.test.ts'` runs the same tests on a real
 * daemon; `POUCH_TEST_IMAGE` names an image with busybox that it has (default `busybox`).
 */
import { randomBytes } from 'node:crypto';
import { serveApi } from '../../support/apiServer.ts';
import { fakeEngine } from '../../support/fakeEngine.ts';

export interface Target {
  socket: string;
  image: string;
  /** The fake engine's registry has `debian:bookworm`; a real daemon need not reach any. */
  canPull: boolean;
  stop(): Promise<void>;
}

export async function target(): Promise<Target> {
  const socket = process.env['POUCH_TEST_SOCKET'];
  const image = process.env['POUCH_TEST_IMAGE'] ?? 'busybox';
  if (socket) return { socket, image, canPull: false, stop: () => Promise.resolve() };
  const engine = fakeEngine();
  await engine.images.pull(image);
  return { ...(await serveApi(engine)), image, canPull: true };
}

/** A name of its own for each container: the daemon may have others. */
export function uniqueName(): string {
  return `client-test-${randomBytes(4).toString('hex')}`;
}
