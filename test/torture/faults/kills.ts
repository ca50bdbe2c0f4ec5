/** Faults that end a process: each kind that runs below a daemon, and the daemon itself. */
import { setTimeout as delay } from 'node:timers/promises';
import { killProcess } from '../../../core/supervise/killProcess.ts';
import { waitUntil } from '../../../core/wait/waitUntil.ts';
import { type HostProcess, processesOf } from '../../support/host/processes.ts';
import { pick } from '../../support/seededRandom.ts';
import type { Fault, Scene } from './fault.ts';

const findWithinMs = 3_000;

export const kills: readonly Fault[] = [
  {
    name: 'kill pouchd',
    codes: [],
    strike: ({ lab, random }) => lab.downtime(() => delay(random.below(500))),
  },
  {
    name: 'restart pouchd',
    // Of calls that are under way when it ends.
    codes: ['PCH_CANCELLED'],
    strike: ({ lab, random }) => lab.restart(() => delay(random.below(500))),
  },
  {
    name: 'kill pouchd at a step of the ledger',
    codes: [],
    strike: killAtStep,
  },
  {
    name: 'kill containerd',
    codes: ['PCH_CONTAINERD_UNAVAILABLE', 'PCH_CONTAINERD_FAILED'],
    strike: (scene) => killHelper(scene, 'containerd'),
  },
  {
    name: 'kill the log keeper',
    codes: ['PCH_LOG_KEEPER'],
    strike: (scene) => killHelper(scene, 'pouch-logkeeper'),
  },
  {
    name: 'kill pouchd, containerd and the log keeper',
    codes: [],
    strike: killAll,
  },
  {
    name: 'kill a shim',
    codes: ['PCH_RUNTIME_FAILED', 'PCH_CONTAINERD_FAILED', 'PCH_CONTAINERD_NOT_FOUND'],
    strike: (scene) => killOne(scene, /^shim of ([0-9a-f]{64})/),
  },
  {
    name: 'kill runc',
    codes: ['PCH_RUNTIME_FAILED', 'PCH_CONTAINERD_FAILED', 'PCH_UPDATE_FAILED'],
    strike: (scene) => killOne(scene, /^process \S*runc .*([0-9a-f]{64})$/),
  },
  {
    name: 'kill the init of a container',
    // Of an exec that was under way.
    codes: ['PCH_RUNTIME_FAILED'],
    strike: (scene) => killOne(scene, /^process in the cgroup of ([0-9a-f]{64}): sh -c trap/),
  },
];

/** At a step of what the clients do; once in three times, at one of what the next daemon does about it as well. */
async function killAtStep({ lab, random }: Scene): Promise<void> {
  const hasDied = await lab.dieAt(pick(random, lab.steps), 2_000);
  if (!hasDied) return await lab.downtime(async () => {});
  if (random.below(3) === 0) await lab.dieAt(pick(random, lab.steps), 500);
}

async function killHelper({ lab, model }: Scene, role: string): Promise<void> {
  if (role === 'pouch-logkeeper') model.keeperDeaths.push(performance.now());
  const old = processesOf(lab.pouchd.names).find((one) => one.role === role);
  if (old) killProcess(old.pid);
  const isNew = () => processesOf(lab.pouchd.names).some((one) => one.role === role && one.pid !== old?.pid);
  await waitUntil(isNew, { withinMs: 20_000, everyMs: 50 });
}

async function killAll({ lab }: Scene): Promise<void> {
  await lab.downtime(async () => {
    for (const one of processesOf(lab.pouchd.names))
      if (one.role === 'containerd' || one.role === 'pouch-logkeeper') killProcess(one.pid);
  });
}

/** Ends a process of a container that is not a bystander; the pattern's group is the container's id. */
async function killOne({ lab, model, random }: Scene, role: RegExp): Promise<void> {
  let victims: { process: HostProcess; id: string }[] = [];
  const isFound = () => {
    victims = processesOf(lab.pouchd.names).flatMap((process) => {
      const id = role.exec(process.role)?.[1];
      return id === undefined || lab.bystanders.ids.includes(id) ? [] : [{ process, id }];
    });
    return victims.length > 0;
  };
  if (!(await waitUntil(isFound, { withinMs: findWithinMs, everyMs: 10 }))) return;
  const { process, id } = pick(random, victims);
  model.hurt(id);
  killProcess(process.pid);
}
