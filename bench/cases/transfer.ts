import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { TestRegistry } from '../../test/support/TestRegistry.ts';
import { pushLargeImage } from '../images/large.ts';
import { type Command, interleaved, timed } from '../measure.ts';
import type { Ctr } from '../peers/ctr.ts';
import type { Pouch } from '../peers/pouch.ts';
import { ratioTarget } from '../target.ts';
import type { Case } from './case.ts';

export const pull: Case = {
  name: 'pull',
  about:
    'pull and unpack of an image of 200 MB in 5 layers from a registry on loopback, without cached content',
  async measure({ dir, options: { runs }, peers }) {
    const [pouch, ctr] = [await peers.pouch(), await peers.ctr()];
    const registry = await TestRegistry.start();
    try {
      const reference = await pushLargeImage(dir, registry);
      const contenders = [
        { name: 'pouch', once: () => pullByPouch(pouch, reference) },
        { name: 'ctr', once: () => pullByCtr(ctr, reference) },
      ];
      const series = await interleaved(contenders, runs);
      return { series, targets: [ratioTarget(series, 'pouch', ['ctr'], 1.1)] };
    } finally {
      await registry.stop();
    }
  },
};

export const push: Case = {
  name: 'push',
  about: 'push of an image of 200 MB in 5 layers to an empty registry on loopback',
  async measure({ dir, options: { runs }, peers }) {
    const [pouch, ctr] = [await peers.pouch(), await peers.ctr()];
    const source = await TestRegistry.start();
    try {
      const reference = await pushLargeImage(dir, source);
      await timed(pouch.command('pull', reference));
      await timed(ctr.command('images', 'pull', '--plain-http', reference));
      const contenders = [
        {
          name: 'pouch',
          once: () => pushTo((name) => [pouch.command('tag', reference, name), pouch.command('push', name)]),
        },
        {
          name: 'ctr',
          once: () =>
            pushTo((name) => [
              ctr.command('images', 'tag', reference, name),
              ctr.command('images', 'push', '--plain-http', name),
            ]),
        },
      ];
      const series = await interleaved(contenders, Math.min(runs, 10));
      return { series, targets: [ratioTarget(series, 'pouch', ['ctr'], 1.1)] };
    } finally {
      await source.stop();
    }
  },
};

/** Of a new registry, which has nothing to mount from. */
async function pushTo(commands: (name: string) => [tag: Command, push: Command]): Promise<number> {
  const registry = await TestRegistry.start();
  try {
    const [tag, command] = commands(`${registry.host}/bench/pushed:1`);
    await execa(tag.file, tag.args, { ...(tag.env && { env: tag.env }) });
    await settle();
    return await timed(command);
  } finally {
    await registry.stop();
  }
}

export async function pullByPouch({ command, daemon }: Pouch, reference: string): Promise<number> {
  const before = await blobs(daemon);
  await settle();
  const ms = await timed(command('pull', reference));
  await timed(command('rmi', reference));
  const isGone = await waitUntil(async () => (await blobs(daemon)) <= before, {
    withinMs: 30_000,
    everyMs: 50,
  });
  if (!isGone)
    throw new Error('the content of the removed image still exists: the next pull would not fetch it');
  return ms;
}

async function blobs(daemon: Pouch['daemon']): Promise<number> {
  return (await daemon.containerd.content.list()).length;
}

async function pullByCtr({ command }: Ctr, reference: string): Promise<number> {
  await settle();
  const ms = await timed(command('images', 'pull', '--plain-http', reference));
  await timed(command('images', 'remove', '--sync', reference));
  return ms;
}

/** Otherwise dirty pages of a pull would be written during the next one. */
async function settle(): Promise<void> {
  await timed({ file: 'sync', args: [] });
}
