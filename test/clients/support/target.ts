/**
 * The daemon of the clients: a real pouchd with a real registry as root, else the API with a fake engine.
 *
 * `POUCH_TEST_SOCKET=/run/pouch/pouchd.sock npx mocha --import=tsx 'test/clients/*.test.ts'` tests an existing daemon;
 * `POUCH_TEST_IMAGE` is the name of its image with busybox (default `busybox`).
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busyboxImage } from '../../../scripts/lib/busyboxImage.ts';
import { serveApi } from '../../support/apiServer.ts';
import { fakeEngine } from '../../support/fakeEngine.ts';
import { TestPouchd } from '../../support/TestPouchd.ts';
import { TestRegistry } from '../../support/TestRegistry.ts';
import { Recorder } from './Recorder.ts';
import { checkUsed } from './usedOperations.ts';

export interface Target {
  socket: string;
  image: string;
  /** Two references in its registry that are not pulled; none for an existing daemon. */
  pullable: readonly [string, string] | undefined;
  /** Loads an image of one layer, `NAME:latest`; only a daemon of the tests does. */
  loadImage?: TestPouchd['loadImage'];
  stop(): Promise<void>;
}

/** @param client whose use of the API is recorded, see usedOperations.ts */
export async function target(client: string): Promise<Target> {
  const socket = process.env['POUCH_TEST_SOCKET'];
  const image = process.env['POUCH_TEST_IMAGE'] ?? 'busybox';
  if (socket) return { socket, image, pullable: undefined, stop: () => Promise.resolve() };
  return process.getuid?.() === 0 ? await realTarget(image, client) : await fakeTarget(image);
}

async function realTarget(image: string, client: string): Promise<Target> {
  const recorder = await Recorder.start();
  const [pouchd, registry] = await Promise.all([
    TestPouchd.create({ yaml: recorder.yaml }),
    TestRegistry.start(),
  ]);
  const stop = async () => {
    recorder.isOn = false;
    await Promise.all([pouchd.dispose(), registry.stop()]);
    await recorder.stop();
    await checkUsed(client, recorder);
  };
  try {
    const pullable = [await push(registry, 'tools:1'), await push(registry, 'tools:2')] as const;
    recorder.isOn = true;
    const loadImage: TestPouchd['loadImage'] = (...given) => pouchd.loadImage(...given);
    return { socket: join(pouchd.state, 'pouchd.sock'), image, pullable, loadImage, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function push(registry: TestRegistry, name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'push-'));
  try {
    const archive = join(folder, 'image.tar');
    await busyboxImage(archive, `docker.io/library/${name}`);
    return await registry.push(`oci-archive:${archive}`, name);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fakeTarget(image: string): Promise<Target> {
  const engine = fakeEngine();
  await engine.images.pull(image);
  return { ...(await serveApi(engine)), image, pullable: ['debian:bookworm', 'busybox:1.36'] };
}

/** Returns a unique name, as the daemon may have other containers. */
export function uniqueName(): string {
  return `client-test-${randomBytes(4).toString('hex')}`;
}
