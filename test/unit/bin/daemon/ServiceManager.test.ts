import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceManager } from '../../../../bin/daemon/ServiceManager.ts';
import { waitUntil } from '../../../../core/wait/waitUntil.ts';
import { DatagramReceiver } from '../../../support/DatagramReceiver.ts';

describe('what systemd learns of pouchd', () => {
  let dir: string;
  let systemd: DatagramReceiver;
  let warnings: string[];
  const log = { warn: (message: string) => void warnings.push(message) };
  const manager = (env: NodeJS.ProcessEnv = {}, settleMs?: number) =>
    new ServiceManager({
      log,
      env: { NOTIFY_SOCKET: join(dir, 'notify'), ...env },
      ...(settleMs !== undefined && { settleMs }),
    });
  const until = async (condition: () => boolean) =>
    assert.ok(await waitUntil(condition, { withinMs: 10_000 }), systemd.received.join());
  const received = (state: string) => until(() => systemd.received.includes(state));

  beforeEach(async () => {
    warnings = [];
    dir = await mkdtemp(join(tmpdir(), 'pouch-notify-'));
    systemd = await DatagramReceiver.start(join(dir, 'notify'));
  });
  afterEach(async () => {
    systemd.stop();
    await rm(dir, { recursive: true });
  });

  it('is that it is ready once the host has settled, and before that what is under way', async () => {
    let settle: () => void = () => undefined;
    const ready = manager().readyAfter((report) => {
      report('1 of 2\nREADY=1');
      return new Promise((resolve) => (settle = resolve));
    });
    await received('STATUS=1 of 2 READY=1');
    assert.deepEqual(systemd.received, ['EXTEND_TIMEOUT_USEC=30000000', 'STATUS=1 of 2 READY=1']);
    settle();
    await ready;
    await received('READY=1');
  });

  it('is that it is ready after a time, too, and after a failure', async () => {
    await manager({}, 10).readyAfter(() => new Promise(() => undefined));
    await received('READY=1');
    assert.match(warnings.join(), /the host is not as it is declared/);
    await assert.rejects(manager().readyAfter(() => Promise.reject(new Error('broken'))));
    await until(() => systemd.received.filter((line) => line === 'READY=1').length === 2);
  });

  it('is when a reload begins and ends, once it is ready', async () => {
    const service = manager();
    await service.reloading(() => Promise.resolve());
    await service.readyAfter(() => Promise.resolve());
    await received('STATUS=serving');
    systemd.received.length = 0;
    await assert.rejects(service.reloading(() => Promise.reject(new Error('mistakes'))));
    await received('READY=1');
    const [begin, time = '', end] = systemd.received;
    assert.deepEqual([begin, end], ['RELOADING=1', 'READY=1']);
    const usec = Number(/^MONOTONIC_USEC=(\d+)$/.exec(time)?.[1]);
    assert.ok(Math.abs(usec - Number(process.hrtime.bigint() / 1000n)) < 10_000_000, time);
  });

  it('is that its event loop turns, if systemd asks this process', async () => {
    manager({ WATCHDOG_USEC: '20000', WATCHDOG_PID: '1' }).startWatchdog();
    manager({ WATCHDOG_USEC: 'soon' }).startWatchdog();
    const end = manager({ WATCHDOG_USEC: '20000', WATCHDOG_PID: String(process.pid) }).startWatchdog();
    await received('WATCHDOG=1');
    const before = systemd.received.length;
    // 30 are due while it does not turn.
    const busyUntil = performance.now() + 300;
    while (performance.now() < busyUntil);
    await new Promise((resolve) => setImmediate(resolve));
    end();
    assert.ok(systemd.received.length - before < 15, `${before} ${systemd.received.length}`);
  });

  it('is nothing without systemd, and a warning if it cannot be reached', async () => {
    await new ServiceManager({ log, env: {} }).readyAfter(() => Promise.resolve());
    assert.deepEqual(warnings, []);
    manager({ NOTIFY_SOCKET: join(dir, 'nobody') }).stopping();
    assert.deepEqual(warnings, ['cannot notify systemd']);
  });
});
