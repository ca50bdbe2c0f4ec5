import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { isKnownOrphan } from './knownDefects.ts';
import type { Lab } from './lab/Lab.ts';
import { readLog } from './load/streams.ts';
import type { Model } from './model/Model.ts';
import { type Found, lost, type Seen } from './oracles/lost.ts';
import { leftovers, orphans } from './oracles/orphans.ts';
import type { Violation } from './oracles/violation.ts';

/** What is under way behind an acknowledged call, such as the end of `run --rm`, is over by then. */
const settleMs = 20_000;

/** Oracles 1 to 3, once everything has settled. */
export async function check(model: Model, lab: Lab, faults: readonly string[]): Promise<Violation[]> {
  let found = await look(lab, { logs: false });
  let wrongs: Violation[] = [];
  const isSettled = async () => {
    found = await look(lab, { logs: false });
    wrongs = lost(model, found);
    return wrongs.length === 0;
  };
  if (await waitUntil(isSettled, { withinMs: settleMs, everyMs: 250 }))
    wrongs = lost(model, await look(lab, { logs: true }));
  return [...wrongs, ...(await findOrphans(lab, faults)), ...(await lab.bystanders.check())];
}

/** Removes all that clients and faults have made; then the host is as it was at first. */
export async function removeAll(model: Model, lab: Lab, faults: readonly string[]): Promise<Violation[]> {
  const { containers, volumes } = lab.pouchd.client;
  const failed: Violation[] = [];
  const attempt = (what: string, work: Promise<unknown>) =>
    work.catch((error: Error) => void failed.push(notRemoved(what, error)));
  for (const { Id } of await others(lab))
    await attempt(`container ${Id}`, containers.remove(Id, { force: true, volumes: true }));
  for (const { name } of model.volumes)
    await attempt(`volume ${name}`, volumes.remove(name, { force: true }));
  let left: Violation[] = [];
  const isClean = async () => {
    left = leftovers(await withoutBystanders(lab), lab.atFirst);
    return left.length === 0;
  };
  await waitUntil(isClean, { withinMs: settleMs, everyMs: 250 });
  return [...failed, ...withoutKnown(left, lab, faults)];
}

/** What a bystander has on the host changes: its script starts other programs. */
async function withoutBystanders(lab: Lab): Promise<string[]> {
  const isTheirs = (line: string) => lab.bystanders.ids.some((id) => line.includes(id));
  return (await lab.inventory()).filter((line) => !isTheirs(line));
}

async function findOrphans(lab: Lab, faults: readonly string[]): Promise<Violation[]> {
  let wrongs: Violation[] = [];
  const isClean = async () => {
    const all = await lab.pouchd.client.containers.list({ all: true });
    const containers = all.map(({ Id, State }) => ({
      id: Id,
      isUp: State === 'running' || State === 'paused',
    }));
    wrongs = orphans(await lab.inventory(), containers);
    return wrongs.length === 0;
  };
  await waitUntil(isClean, { withinMs: settleMs, everyMs: 250 });
  return withoutKnown(wrongs, lab, faults);
}

function withoutKnown(wrongs: readonly Violation[], lab: Lab, faults: readonly string[]): Violation[] {
  return wrongs.filter(({ evidence }) => {
    const line = evidence.slice(evidence.indexOf(': ') + 2);
    const isKnown = isKnownOrphan(line, faults);
    if (isKnown) lab.knownOrphans.add(line);
    return !isKnown;
  });
}

async function look(lab: Lab, { logs }: { logs: boolean }): Promise<Found> {
  const containers: Seen[] = [];
  for (const { Id } of await others(lab)) {
    const seen = await lab.pouchd.inspect(Id);
    if (!seen) continue;
    const wasStarted = seen.State.Status !== 'created';
    containers.push({ ...seen, ...(logs && wasStarted && { log: await readLog(lab.pouchd.client, Id) }) });
  }
  return { containers, volumes: await markersIn(join(lab.pouchd.root, 'volumes')) };
}

async function others(lab: Lab): Promise<{ Id: string }[]> {
  const all = await lab.pouchd.client.containers.list({ all: true });
  return all.filter(({ Id }) => !lab.bystanders.ids.includes(Id));
}

async function markersIn(directory: string): Promise<Map<string, string | undefined>> {
  const names = await readdir(directory).catch(() => []);
  const read = (name: string) =>
    readFile(join(directory, name, '_data/marker'), 'utf8').catch(() => undefined);
  return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}

function notRemoved(what: string, { message }: Error): Violation {
  return { oracle: 'errors are coded and true', evidence: `${what} cannot be removed: ${message}` };
}
