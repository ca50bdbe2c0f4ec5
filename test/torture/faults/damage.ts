/**
 * Faults that damage a file while the daemon is down: other containers must not notice, and the data is available
 * once it is repaired.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../../core/wait/waitUntil.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { identityOf } from '../../support/host/inventory.ts';
import type { TestPouchd } from '../../support/TestPouchd.ts';
import { pick } from '../../support/seededRandom.ts';
import { excludedDamages } from '../knownDefects.ts';
import type { Fault, Scene } from './fault.ts';

/** A container of the fault's own, with all that the files refer to. */
interface Victim {
  id: string;
  volume: string;
  isRunning: boolean;
  /** Of its first process. */
  identity: string;
}

/** What may become of a file. */
const damages: Record<string, (path: string) => Promise<void>> = {
  'an empty object': (path) => writeFile(path, '{}'),
  null: (path) => writeFile(path, 'null\n'),
  garbage: (path) => writeFile(path, '\0\x01 }{ \n garbage \n'),
  'an empty file': (path) => writeFile(path, ''),
  'half of it': async (path) => {
    const content = await readFile(path);
    await writeFile(path, content.subarray(0, content.length / 2));
  },
  'the id of another container': async (path) => {
    const content = await readFile(path, 'utf8');
    await writeFile(path, content.replaceAll(/[0-9a-f]{64}/g, 'e'.repeat(64)));
  },
  'no file': (path) => rm(path),
};

const files: Record<string, (pouchd: TestPouchd, victim: Victim) => Promise<string | undefined>> = {
  'config.json': async ({ root }, { id }) => join(root, 'containers', id, 'config.json'),
  'plan.json': async ({ root }, { id }) => join(root, 'containers', id, 'plan.json'),
  'spec.json': async ({ root }, { id }) => join(root, 'containers', id, 'spec.json'),
  'journal.jsonl': async ({ root }, { id }) => join(root, 'containers', id, 'journal.jsonl'),
  'volume.json': async ({ root }, { volume }) => join(root, 'volumes', volume, 'volume.json'),
  'the lease': leaseOf,
};

/** Files that the daemon itself continues: the old content says nothing any more once a daemon has worked. */
const isNotRestored: readonly string[] = ['journal.jsonl', 'the lease'];

export const damagedFiles: readonly Fault[] = Object.keys(files).map((file) => ({
  name: `damage ${file}`,
  codes: [],
  strike: (scene) => damage(scene, file),
}));

async function damage(scene: Scene, file: string): Promise<void> {
  const { lab, random } = scene;
  const victim = await makeVictim(scene, random.below(2) === 0);
  const kinds = Object.keys(damages).filter((each) => !excludedDamages.includes(`${file}: ${each}`));
  const kind = pick(random, kinds);
  const where = `${kind} in ${file} of a container that ${victim.isRunning ? 'runs' : 'is stopped'}`;
  const path = await files[file]!(lab.pouchd, victim);
  let original: Buffer | undefined;
  await lab.downtime(async () => {
    if (path === undefined) return;
    original = await readFile(path);
    await damages[kind]!(path);
  });
  await checkHarm(scene, victim, where);
  if (original && !isNotRestored.includes(file)) {
    await lab.downtime(() => writeFile(path!, original!));
    await checkRepaired(scene, victim, where);
  }
  await expectDone(scene, `rm -f after ${where}`, async () => {
    await lab.pouchd.client.containers.remove(victim.id, { force: true, volumes: true });
    await lab.pouchd.client.volumes.remove(victim.volume, { force: true });
  });
}

async function makeVictim({ lab, name }: Scene, isRunning: boolean): Promise<Victim> {
  const volume = `${name}-volume`;
  const Cmd = ['sh', '-c', `echo ${name} > /v/marker; sleep 1000`];
  const id = await lab.pouchd.runContainer(
    { Cmd, Volumes: { '/anonymous': {} }, HostConfig: { Binds: [`${volume}:/v`] } },
    name,
  );
  const marker = join(lab.pouchd.root, 'volumes', volume, '_data/marker');
  await waitUntil(() => existsSync(marker), { withinMs: 10_000 });
  if (!isRunning) await lab.pouchd.client.containers.stop(id, { timeoutSeconds: 0 });
  const pid = (await lab.pouchd.inspect(id))?.State.Pid ?? 0;
  return { id, volume, isRunning, identity: isRunning ? identityOf(pid) : '' };
}

/** The calls that all users need work, and running containers keep running. */
async function checkHarm(scene: Scene, victim: Victim, where: string): Promise<void> {
  const { containers, volumes } = scene.lab.pouchd.client;
  await expectDone(scene, `ps after ${where}`, async () => {
    const all = await containers.list({ all: true });
    if (!all.some(({ Id }) => Id === victim.id)) throw new Error('the damaged container is not listed');
  });
  await expectDone(scene, `volume ls after ${where}`, () => volumes.list());
  await expectDone(scene, `the process after ${where}`, async () => checkProcess(victim));
}

async function checkRepaired(scene: Scene, victim: Victim, where: string): Promise<void> {
  const { pouchd } = scene.lab;
  await expectDone(scene, `after the repair of ${where}`, async () => {
    const expected = victim.isRunning ? 'running' : 'exited';
    await pouchd.until(victim.id, expected, 5_000);
    checkProcess(victim);
    const marker = await readFile(join(pouchd.root, 'volumes', victim.volume, '_data/marker'), 'utf8');
    if (marker !== `${scene.name}\n`) throw new Error(`its volume holds "${marker}"`);
  });
}

function checkProcess({ isRunning, identity }: Victim): void {
  if (isRunning && identityOf(Number(identity.split(' ')[0])) !== identity)
    throw new Error('its process is another one');
}

async function expectDone(scene: Scene, what: string, work: () => Promise<unknown>): Promise<void> {
  await work().catch((error: unknown) => {
    scene.report({ oracle: 'nothing acknowledged is lost', evidence: `${what}: ${messageOf(error)}` });
  });
}

/** host-local has a file for each address, which names the container. */
async function leaseOf({ root, names }: TestPouchd, { id }: Victim): Promise<string | undefined> {
  const directory = join(root, 'network/ipam', names.bridge);
  for (const name of await readdir(directory))
    if (/^[\d.]+$/.test(name) && (await readFile(join(directory, name), 'utf8')).startsWith(id))
      return join(directory, name);
  return undefined;
}
