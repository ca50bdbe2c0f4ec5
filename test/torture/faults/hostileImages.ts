/** Faults that are images: their files and their configuration want to hurt the daemon or the host. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientError } from '../../../client/index.ts';
import { busyboxFiles } from '../../../scripts/lib/busyboxImage.ts';
import type { Fault, Scene } from './fault.ts';

/** An image may declare so many volumes (core/images/imageConfig.ts). */
const mostVolumes = 256;

export const hostileImages: readonly Fault[] = [
  { name: 'an image whose /etc is a directory of the host', codes: [], strike: execWithLinkedEtc },
  { name: 'an image with as many volumes as it may have', codes: [], strike: useManyVolumes },
  { name: 'an image with too many volumes', codes: [], strike: useTooManyVolumes },
];

/** The accounts there are the host's: a name that only the host knows is not found. */
async function execWithLinkedEtc(scene: Scene): Promise<void> {
  const { lab, name } = scene;
  const { containers, execs, images } = lab.pouchd.client;
  const etc = join(lab.pouchd.dir, `${name}-etc`);
  await mkdir(etc);
  await writeFile(join(etc, 'passwd'), 'intruder:x:0:0::/:/bin/sh\n');
  const files = (await busyboxFiles()).filter(({ path }) => !/^etc(\/|$)/.test(path));
  await lab.pouchd.loadImage(name, [...files, { path: 'etc', link: etc }]);
  const id = await lab.pouchd.runContainer({ Image: name, Cmd: ['sleep', '100'] }, name);
  await expectFailure(scene, 'exec -u intruder', /^PCH_USER_NOT_FOUND$/, async () => {
    await execs.startDetached((await execs.create(id, { Cmd: ['true'], User: 'intruder' })).Id);
  });
  await containers.remove(id, { force: true });
  await images.remove(name);
  const found = await readdir(etc);
  if (found.join() !== 'passwd')
    scene.report({ oracle: 'nothing is orphaned', evidence: `${etc} of the host holds ${found.join(', ')}` });
  await rm(etc, { recursive: true });
}

async function useManyVolumes({ lab, name }: Scene): Promise<void> {
  const { containers, images } = lab.pouchd.client;
  await lab.pouchd.loadImage(name, await busyboxFiles(), { Volumes: volumes(mostVolumes) });
  const id = await lab.pouchd.runContainer({ Image: name, Cmd: ['sleep', '100'] }, name);
  await containers.remove(id, { force: true, volumes: true });
  await images.remove(name);
}

async function useTooManyVolumes(scene: Scene): Promise<void> {
  const { lab, name } = scene;
  const { images } = lab.pouchd.client;
  await expectFailure(scene, 'create', /^PCH_(?!INTERNAL|DAEMON_)/, async () => {
    await lab.pouchd.loadImage(name, await busyboxFiles(), { Volumes: volumes(mostVolumes + 1) });
    await lab.pouchd.createContainer({ Image: name, Cmd: ['true'] }, name);
  });
  await images.remove(name).catch(() => undefined);
}

function volumes(count: number): Record<string, object> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`/volumes/${n}`, {}]));
}

async function expectFailure(
  { report }: Scene,
  call: string,
  expected: RegExp,
  work: () => Promise<unknown>,
): Promise<void> {
  const failure = await work().then(
    () => undefined,
    (error: ClientError) => error,
  );
  const code = failure?.code ?? 'no error';
  if (!expected.test(code))
    report({
      oracle: 'errors are coded and true',
      evidence: `${call}: expected ${expected.source}, found ${code} ${failure?.message ?? ''}`,
    });
}
