import assert from 'node:assert/strict';
import { ContainerLab, calls } from '../support/crash/ContainerLab.ts';

const seconds = 1000;

const moments = [
  ['before', 'before'],
  ['applied', 'having done, and not noted,'],
  ['after', 'after'],
] as const;

describe('pouchd, killed at any step', function () {
  this.timeout(300 * seconds);
  this.slow(60 * seconds);
  let lab: ContainerLab;
  before(async () => {
    lab = await ContainerLab.open();
  });
  after(async () => {
    await lab?.close();
  });

  for (const call of calls) {
    for (const [moment, when] of moments)
      it(`${when} each step of ${call}: the call is finished or undone, works again, and leaves nothing`, async () => {
        const steps = (await lab.stepsOf(call)).filter((step) => step.startsWith(`${moment}:`));
        assert.ok(steps.length > 2, `steps of ${call}: ${steps.join(', ')}`);
        await each(steps, (step) => lab.killAt(step, call));
      });

    it(`before each step of the recovery of ${call}: the next recovery does it all the same`, async () => {
      const steps = (await lab.recoveryStepsOf(call)).filter((step) => step.startsWith('before:'));
      assert.ok(steps.length > 2, `steps of the recovery of ${call}: ${steps.join(', ')}`);
      await each(steps, (step) => lab.killInRecovery(step, call));
    });
  }
});

describe('pouchd, killed at any step of a container with users of its own', function () {
  this.timeout(300 * seconds);
  this.slow(60 * seconds);
  let lab: ContainerLab;
  before(async () => {
    lab = await ContainerLab.open('userns: { default: auto }\n');
  });
  after(async () => {
    await lab?.close();
  });

  for (const [moment, when] of moments)
    it(`${when} each step of its start: it is undone, works again, and leaves nothing`, async () => {
      const all = (await lab.stepsOf('start')).filter((step) => step.startsWith(`${moment}:`));
      const own = all.filter((step) => /userns|netns|idmap|container$|task/.test(step));
      assert.ok(own.length > 3, all.join(', '));
      await each(own, (step) => lab.killAt(step, 'start'));
    });
});

/** Does it for every step, and then tells all that failed. */
async function each(steps: string[], work: (step: string) => Promise<void>): Promise<void> {
  const failures: Error[] = [];
  for (const step of steps) await work(step).catch((error: Error) => failures.push(named(step, error)));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
}

function named(step: string, cause: Error): Error {
  return new Error(`killed ${step}: ${cause.message}`, { cause });
}
