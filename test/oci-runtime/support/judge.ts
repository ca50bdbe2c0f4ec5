import assert from 'node:assert/strict';
import { deviationOf, type Found } from '../deviations/index.ts';
import { Bed } from './Bed.ts';
import { failed, succeeded, type Container } from './Container.ts';
import type { Row } from './row.ts';
import type { Runtime } from './runtimes.ts';
import type { Workshop } from './workshop.ts';

/** The outcome of a row with one runtime. */
export type Verdict = { is: 'passed' } | { is: 'deviates' | 'not here'; why: string };

/** Printed by a container that should have been refused. */
const wasStarted = 'was started';

/** Tries a row; throws if it neither passes nor deviates as declared. */
export async function judge(row: Row, runtime: Runtime, workshop: Workshop, name: string): Promise<Verdict> {
  const obstacle = row.notHere?.();
  if (obstacle !== undefined) return { is: 'not here', why: obstacle };
  const failure = await tried(row, new Bed(runtime, workshop, name));
  const deviation = deviationOf(runtime, row);
  if (deviation === undefined && failure) throw failure;
  if (deviation === undefined) return { is: 'passed' };
  const verdict: Verdict = { is: 'deviates', why: deviation.why };
  if (failure === undefined) return mendedOr(verdict, deviation, runtime);
  if (!deviation.found.test(failure.message)) throw failure;
  return verdict;
}

/** The row passes although a deviation is declared. */
function mendedOr(
  verdict: Verdict,
  { isOfThisVersion, sometimes }: Found,
  { name, version }: Runtime,
): Verdict {
  if (!isOfThisVersion) return { is: 'passed' };
  if (sometimes) return verdict;
  throw new Error(`${name} is declared to deviate, but passes the row: fix deviations/ (${version})`);
}

/** Returns the failure; leftovers on the host are also a failure. */
async function tried(row: Row, bed: Bed): Promise<Error | undefined> {
  let failure: Error | undefined;
  try {
    row.spec?.(bed.main.spec, bed);
    await (row.test ?? simply(row))(bed.main, bed);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  const left = await bed.end();
  return failure ?? (left.length > 0 ? new Error(`left on the host:\n  ${left.join('\n  ')}`) : undefined);
}

function simply(row: Row): (container: Container) => Promise<void> {
  const { sh, args, prints, exits = 0, refused } = row;
  return async (container) => {
    const { process } = container.spec;
    if (sh !== undefined) process.args = ['/bin/sh', '-c', sh];
    if (args) process.args = args;
    if (refused) return isRefused(container, refused, sh === undefined && args === undefined);
    const called = await container.run();
    if (exits === 0) succeeded(called);
    else assert.equal(called.code, exits, `it exited with ${called.code}: ${called.stderr}`);
    if (prints instanceof RegExp) assert.match(called.stdout, prints);
    else if (prints !== undefined) assert.equal(called.stdout.trimEnd(), prints, called.stderr);
  };
}

async function isRefused(container: Container, message: RegExp, isPlain: boolean): Promise<void> {
  const { process } = container.spec as Partial<Container['spec']>;
  if (isPlain && Array.isArray(process?.args) && process.args.length > 0)
    process.args = ['/bin/sh', '-c', `echo ${wasStarted}`];
  const called = failed(await container.run(), message);
  assert.doesNotMatch(called.stdout, new RegExp(wasStarted));
}
