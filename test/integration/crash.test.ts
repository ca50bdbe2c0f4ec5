import assert from 'node:assert/strict';
import { ContainerLab, calls } from '../support/crash/ContainerLab.ts';
import { someOf } from '../support/someOf.ts';

const seconds = 1000;

const moments = [
  ['before', 'before'],
  ['applied', 'having done, and not noted,'],
  ['after', 'after'],
] as const;

describe('pouchd, killed at any step', function () {
  this.timeout(300 * seconds);
  this.slow(60 * seconds);
  const labs = useLabs();

  for (const call of calls) {
    for (const [moment, when] of moments)
      it(`${when} each step of ${call}: the call is finished or undone, works again, and leaves nothing`, async () => {
        const steps = (await labs.first.stepsOf(call)).filter((step) => step.startsWith(`${moment}:`));
        assert.ok(steps.length > 2, `steps of ${call}: ${steps.join(', ')}`);
        await labs.each(someOf(steps), (lab, step) => lab.killAt(step, call));
      });

    it(`before each step of the recovery of ${call}: the next recovery does it all the same`, async () => {
      const steps = (await labs.first.recoveryStepsOf(call)).filter((step) => step.startsWith('before:'));
      assert.ok(steps.length > 2, `steps of the recovery of ${call}: ${steps.join(', ')}`);
      await labs.each(someOf(steps), (lab, step) => lab.killInRecovery(step, call));
    });
  }
});

describe('pouchd, killed at any step of a container with users of its own', function () {
  this.timeout(300 * seconds);
  this.slow(60 * seconds);
  const labs = useLabs('userns: { default: auto }\n');

  for (const [moment, when] of moments)
    it(`${when} each step of its start: it is undone, works again, and leaves nothing`, async () => {
      const all = (await labs.first.stepsOf('start')).filter((step) => step.startsWith(`${moment}:`));
      const own = all.filter((step) => /userns|netns|idmap|container$|task/.test(step));
      assert.ok(own.length > 3, all.join(', '));
      await labs.each(someOf(own), (lab, step) => lab.killAt(step, 'start'));
    });
});

/** Two, side by side: half of a kill is waiting. */
function useLabs(yaml?: string) {
  const labs: ContainerLab[] = [];
  before(async () => {
    for (let n = 0; n < 2; n++) labs.push(await ContainerLab.open(yaml));
  });
  after(async () => {
    for (const lab of labs) await lab.close();
  });
  return {
    get first() {
      return labs[0]!;
    },
    /** Does it for every step, and then reports all that failed. */
    async each(steps: string[], work: (lab: ContainerLab, step: string) => Promise<void>): Promise<void> {
      const failures: Error[] = [];
      const left = steps.values();
      const doAll = async (lab: ContainerLab) => {
        for (const step of left)
          await work(lab, step).catch((error: Error) => void failures.push(named(step, error)));
      };
      await Promise.all(labs.map(doAll));
      if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
    },
  };
}

function named(step: string, cause: Error): Error {
  return new Error(`killed ${step}: ${cause.message}`, { cause });
}
