/** Schedules of declared containers while the clock of the host is set: pouchd has a clock of its own (faketime(1)). */
import assert from 'node:assert/strict';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

const clockFile = join(tmpdir(), `clock-${process.pid}`);

/** Seconds for a container to be created before its time. */
let lead = 3;

/** Sets the clock of pouchd; it runs on from there. */
function setClock(time: string): void {
  writeFileSync(`${clockFile}.new`, `@${Date.parse(`${time}Z`) / 1000}\n`);
  renameSync(`${clockFile}.new`, clockFile);
}

function libfaketime(): string {
  const [architecture] = readdirSync('/usr/lib').filter((name) => /^\w+-linux-gnu$/.test(name));
  return `/usr/lib/${architecture}/faketime/libfaketimeMT.so.1`;
}

describe('schedules while the clock of the host is set', function () {
  this.timeout(60_000);
  this.slow(20_000);
  setClock('2026-03-01T01:00:00');
  const daemon = useDaemon({
    hasOwnNetwork: true,
    env: {
      LD_PRELOAD: libfaketime(),
      FAKETIME_TIMESTAMP_FILE: clockFile,
      // Seconds since the epoch.
      FAKETIME_FMT: '%s',
      FAKETIME_NO_CACHE: '1',
      // Timers are not about the time of day.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      TZ: 'Europe/Berlin',
    },
  });
  const { ok } = daemon;
  // pouchd has ended by then.
  after(() => rmSync(clockFile, { force: true }));

  const schedules: Record<string, string> = {};

  /** Declares a container with a schedule, beside those from before. pouchd looks at its clock at once. */
  async function declare(name: string, schedule: string): Promise<void> {
    schedules[name] = schedule;
    const declared = Object.entries(schedules).map(([one, times]) => [
      one,
      { image: 'busybox', command: ['true'], network: 'none', schedule: times },
    ]);
    await daemon.it.declare({ containers: Object.fromEntries(declared) as object });
    await ok('apply');
  }

  /** The times at which a schedule has started a container, of pouchd's clock. */
  async function starts(name: string): Promise<string[]> {
    const line = new RegExp(`^(\\S+) .*started by its schedule .*container=${name} `, 'gm');
    return [...(await daemon.it.log()).matchAll(line)].map(([, time = '']) => time.slice(0, 16));
  }

  async function hasStarted(name: string, times: readonly string[]): Promise<void> {
    let found: string[] = [];
    const isSo = async () => (found = await starts(name)).length >= times.length;
    await waitUntil(isSo, { withinMs: 10_000 });
    assert.deepEqual(found, times, name);
  }

  /** Sets the clock to seconds before a full minute, and resolves once pouchd has started a container in it. */
  async function pass(witness: string, minute: string): Promise<void> {
    // libfaketime leaves a clock whose file has the same time again.
    lead = lead === 3 ? 4 : 3;
    setClock(new Date(Date.parse(`${minute}Z`) - lead * 1000).toISOString().slice(0, 19));
    await declare(witness, '* * * * *');
    await hasStarted(witness, [minute]);
    delete schedules[witness];
  }

  it('start once after a clock that was set forward over several times', async () => {
    setClock('2026-03-01T00:59:58');
    await declare('daily', '0 2 * * *');
    setClock('2026-03-04T10:00:30');
    await hasStarted('daily', ['2026-03-04T10:00']);
  });

  it('do not start twice for a time that a clock has again', async () => {
    await pass('first', '2026-03-05T01:00');
    await hasStarted('daily', ['2026-03-04T10:00', '2026-03-05T01:00']);
    await pass('again', '2026-03-05T01:00');
    await hasStarted('daily', ['2026-03-04T10:00', '2026-03-05T01:00']);
  });

  it('start after a clock that was days ahead', async () => {
    await pass('back', '2026-03-02T01:00');
    await hasStarted('daily', ['2026-03-04T10:00', '2026-03-05T01:00', '2026-03-02T01:00']);
  });

  it('start once at the end of summer time, which has their time twice', async () => {
    setClock('2026-10-24T12:00:00');
    await declare('night', '30 2 * * *');
    await pass('summer', '2026-10-25T00:30');
    await pass('winter', '2026-10-25T01:30');
    await hasStarted('night', ['2026-10-25T00:30']);
  });

  it('start once at the beginning of summer time, which has their time never', async () => {
    setClock('2027-03-27T12:00:00');
    await declare('night', '30 2 * * *');
    await hasStarted('night', ['2026-10-25T00:30', '2027-03-27T12:00']);
    await pass('spring', '2027-03-28T01:30');
    await hasStarted('night', ['2026-10-25T00:30', '2027-03-27T12:00', '2027-03-28T01:30']);
  });

  it('end with their declarations', async () => {
    await daemon.it.declare({ containers: {} });
    await ok('apply', '--prune', '--yes');
  });
});
