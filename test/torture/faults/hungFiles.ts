/** A fault that is a file system: it hangs under bind sources, as NFS or FUSE do when their server is gone. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientError } from '../../../client/index.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { HungFileSystem } from '../../support/HungFileSystem.ts';
import { filesTimeoutMs } from '../lab/Lab.ts';
import type { Fault, Scene } from './fault.ts';

/** Beyond the daemon's own deadline, which also covers the wait for a worker: two requests of a mount run at a time. */
const graceMs = 5_000;
const hungCreates = 2;

/** The watch sees meanwhile whether the daemon responds to others. */
export const hungFiles: Fault = {
  name: 'a hung file system',
  codes: [],
  async strike(scene) {
    const { lab, name, random } = scene;
    const path = join(lab.pouchd.dir, `${name}-hung`);
    await mkdir(path);
    const early = await create(scene, path, 'early');
    // With `takes`, those who wait cannot be killed (state D).
    const hung = new HungFileSystem(path, { takes: random.below(2) === 0 });
    try {
      await touch(scene, path, early);
    } finally {
      hung.unmount();
    }
    await expectRepaired(scene, path, early);
    await rm(path, { recursive: true });
  },
};

/** All that looks at the path fails with the code that says so, in time. */
async function touch(scene: Scene, path: string, early: string): Promise<void> {
  const { containers } = scene.lab.pouchd.client;
  const creates = Array.from({ length: hungCreates }, (_, n) =>
    expectTimeout(scene, `create with a hung bind source ${n}`, () => create(scene, path, `hung${n}`)),
  );
  const start = expectTimeout(scene, 'start with a hung bind source', () => containers.start(early));
  await Promise.all([...creates, start]);
}

async function expectTimeout(scene: Scene, call: string, work: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  const code = await work().then(
    () => 'no error',
    (error: ClientError) => `${error.code}: ${error.message}`,
  );
  const ms = Math.round(performance.now() - began);
  if (code.startsWith('PCH_FILE_TIMEOUT') && ms <= filesTimeoutMs + graceMs) return;
  complain(
    scene,
    `${call}: expected PCH_FILE_TIMEOUT within ${filesTimeoutMs + graceMs} ms, found ${code} after ${ms} ms`,
  );
}

/** The same calls work now. */
async function expectRepaired(scene: Scene, path: string, early: string): Promise<void> {
  const { containers } = scene.lab.pouchd.client;
  try {
    const late = await create(scene, path, 'late');
    for (const id of [early, late]) {
      await containers.start(id);
      await containers.remove(id, { force: true });
    }
  } catch (error) {
    complain(scene, `after a hung file system is back: ${messageOf(error)}`);
  }
}

async function create({ lab, name }: Scene, path: string, which: string): Promise<string> {
  const HostConfig = { NetworkMode: 'none', Binds: [`${path}:/in`] };
  return await lab.pouchd.createContainer({ Cmd: ['sleep', '1000'], HostConfig }, `${name}-${which}`);
}

function complain({ report }: Scene, evidence: string): void {
  report({ oracle: 'errors are coded and true', evidence });
}
