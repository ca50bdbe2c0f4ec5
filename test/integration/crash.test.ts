import assert from 'node:assert/strict';
import type { HostConfig } from '../../client/wire.ts';
import { ContainerLab, calls } from '../support/crash/ContainerLab.ts';
import { everyCase, everyTest, sampleTests, someOf } from '../support/someOf.ts';

const seconds = 1000;

const moments = [
  ['before', 'before'],
  ['applied', 'having done, and not noted,'],
  ['after', 'after'],
] as const;

describe('pouchd, killed at any step', function () {
  this.timeout(600 * seconds);
  this.slow(60 * seconds);
  const labs = useLabs();

  for (const call of calls)
    describe(`of ${call}`, () => {
      for (const [moment, when] of moments)
        it(`${when} each: the call is finished or undone, works again, and leaves nothing`, async () => {
          const steps = (await labs.first.stepsOf(call)).filter((step) => step.startsWith(`${moment}:`));
          assert.ok(steps.length > 2, `steps of ${call}: ${steps.join(', ')}`);
          await labs.each(fewOf(steps, call), (lab, step) => lab.killAt(step, call));
        });
    });

  // The container stayed, although its run had ended.
  it('after each of a run with --rm: nothing stays of what did not start', async () => {
    const all = await labs.first.stepsOf('run --rm');
    const steps = all.filter((step) => /^after:(create:commit|start:)/.test(step));
    assert.ok(steps.length > 2, all.join(', '));
    await labs.each(fewOf(steps, 'run --rm'), (lab, step) => lab.killAt(step, 'run --rm'));
  });

  describe('of a recovery', () => {
    for (const call of calls)
      it(`before each of that of ${call}: the next recovery does it all the same`, async () => {
        const steps = (await labs.first.recoveryStepsOf(call)).filter((step) => step.startsWith('before:'));
        assert.ok(steps.length > 2, `steps of the recovery of ${call}: ${steps.join(', ')}`);
        await labs.each(fewOf(steps, call), (lab, step) => lab.killInRecovery(step, call));
      });
  });

  sampleTests(this);
});

describe('pouchd, killed at any step of a container with users and a disk of its own', function () {
  this.timeout(600 * seconds);
  this.slow(60 * seconds);
  const labs = useLabs('userns: { default: auto }\n', { StorageOpt: { size: '32m' } });

  for (const call of ['create', 'run', 'rm'] as const)
    it(`having done, and not noted, what has a disk in its ${call}: it is undone or finished`, async () => {
      const all = (await labs.first.stepsOf(call)).filter((step) => step.startsWith('applied:'));
      const own = all.filter((step) => /snapshot|disk/.test(step));
      assert.ok(own.length > 0, all.join(', '));
      await labs.each(fewOf(own, call), (lab, step) => lab.killAt(step, call));
    });

  for (const [moment, when] of moments)
    it(`${when} each of its start: it is undone, works again, and leaves nothing`, async () => {
      const all = (await labs.first.stepsOf('start')).filter((step) => step.startsWith(`${moment}:`));
      const own = all.filter((step) => /userns|netns|disk|idmap|container$|task/.test(step));
      assert.ok(own.length > 3, all.join(', '));
      await labs.each(fewOf(own, 'start'), (lab, step) => lab.killAt(step, 'start'));
    });

  sampleTests(this);
});

/** A step costs a kill and a start of pouchd: where tests are a sample, a sample of the sample. */
function fewOf(steps: string[], of: string): string[] {
  const some = someOf(steps, of);
  return everyTest() ? some : someOf(some, of);
}

/** For every step two, side by side: half of a kill is waiting. */
function useLabs(yaml?: string, host?: HostConfig) {
  const wanted = everyCase() ? 2 : 1;
  const labs: ContainerLab[] = [];
  before(async () => {
    for (let n = 0; n < wanted; n++) labs.push(await ContainerLab.open(yaml, host));
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
