import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorCode } from '../../hooks/errors.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { seededRandom } from '../support/seededRandom.ts';
import type { RoundPlan } from './draw.ts';
import { check, removeAll } from './check.ts';
import type { Lab } from './lab/Lab.ts';
import { LoadClient } from './load/LoadClient.ts';
import { chooseOperation } from './load/operations.ts';
import { commandOf } from './load/operations.ts';
import { Model } from './model/Model.ts';
import type { Tracked } from './model/Tracked.ts';
import { untrue } from './oracles/untrue.ts';
import { responsive } from './oracles/responsive.ts';
import { strayErrors } from './oracles/untrue.ts';
import type { Violation } from './oracles/violation.ts';

export interface RoundResult {
  /** Calls that were acknowledged, and calls that failed. */
  done: number;
  failed: number;
  violations: Violation[];
}

/** Milliseconds of load after the last fault: everything must work again. */
const aftermathMs = 700;
const sharedContainers = 3;
/** No call may hang: longer than any deadline of the daemon that a client waits for. */
const clientsEndWithinMs = 90_000;

/** Clients work, faults strike, then the five oracles are asked. */
export async function playRound(plan: RoundPlan, lab: Lab): Promise<RoundResult> {
  const model = new Model();
  const found: Violation[] = [];
  const logBefore = (await lab.pouchd.log()).length;
  lab.watch.take();
  const name = `r${plan.number}`;
  const faultNames = plan.strikes.map(({ fault }) => fault.name);
  const shared = await makeShared(name, model, lab);
  const clients = plan.clientSeeds.map(
    (seed, n) => new LoadClient({ name: `${name}c${n}`, lab, model, shared, random: seededRandom(seed) }),
  );
  const load = Promise.all(clients.map((client) => client.work(chooseOperation)));
  try {
    await strikeAll(plan, { lab, model, name, found });
  } finally {
    for (const client of clients) client.stop();
  }
  if (!(await endsWithin(load, clientsEndWithinMs))) found.push(hung(clientsEndWithinMs));
  found.push(...(await check(model, lab, faultNames)));
  const failures = clients.flatMap((client) => client.failures);
  const codes = new Set<ErrorCode>(plan.strikes.flatMap(({ fault }) => fault.codes));
  found.push(...clients.flatMap(({ wrongs }) => wrongs.map(wrong)));
  found.push(...untrue(failures, codes, lab.downtimes));
  found.push(...(await removeAll(model, lab, faultNames)));
  found.push(...responsive(lab.watch.take(), lab.downtimes));
  found.push(...strayErrors((await lab.pouchd.log()).slice(logBefore)));
  return { done: sum(clients.map(({ done }) => done)), failed: failures.length, violations: found };
}

async function strikeAll(
  { strikes }: RoundPlan,
  { lab, model, name, found }: { lab: Lab; model: Model; name: string; found: Violation[] },
): Promise<void> {
  for (const [n, { fault, afterMs, seed }] of strikes.entries()) {
    await delay(afterMs);
    const report = (violation: Violation) => found.push(violation);
    await fault.strike({ lab, model, name: `${name}f${n}`, random: seededRandom(seed), report });
  }
  await delay(aftermathMs);
}

async function makeShared(name: string, model: Model, lab: Lab): Promise<Tracked[]> {
  const numbers = [...Array(sharedContainers).keys()];
  return await Promise.all(
    numbers.map(async (n) => {
      const one = model.container({ name: `${name}s${n}`, kind: 'server', isShared: true });
      one.id = await lab.pouchd.createContainer(
        { ...commandOf(one), HostConfig: { NetworkMode: 'none' } },
        one.name,
      );
      one.is('created', 'running', 'paused', 'exited');
      one.exitCodes = undefined;
      one.hasWholeLog = false;
      return one;
    }),
  );
}

async function endsWithin(work: Promise<unknown>, withinMs: number): Promise<boolean> {
  let hasEnded = false;
  void work.then(() => (hasEnded = true));
  return await waitUntil(() => hasEnded, { withinMs });
}

function hung(ms: number): Violation {
  return {
    oracle: 'errors are coded and true',
    evidence: `a call has neither ended nor failed within ${ms} ms`,
  };
}

function wrong(evidence: string): Violation {
  return { oracle: 'nothing acknowledged is lost', evidence };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
