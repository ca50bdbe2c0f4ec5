import assert from 'node:assert/strict';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { type DeclaredHost, renewBusybox, testDeclaredHost } from '../support/declaredHost.ts';
import { batchEdits } from '../support/hostEdits/batchEdits.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const common = { image: 'busybox', 'stop-timeout': '0' };

/** A queue of files, workers that empty it, jobs at their times, and a migration that comes before all of them. */
const sections = {
  profiles: { job: { network: 'none', memory: '32m', 'stop-timeout': '0' } },
  networks: { batch: {} },
  volumes: { spool: { onRemove: 'remove' }, reports: { onRemove: 'remove' } },
  containers: {
    migrate: {
      image: 'busybox',
      profiles: ['job'],
      volume: ['spool:/spool'],
      command: ['sh', '-c', 'mkdir -p /spool/in /spool/out'],
    },
    queue: {
      ...common,
      network: 'batch',
      volume: ['spool:/spool'],
      command: ['httpd', '-f', '-p', '80', '-h', '/spool'],
      dependsOn: { migrate: 'completed' },
      restart: 'always',
      'health-cmd': 'wget -qO- http://127.0.0.1/ >/dev/null 2>&1 || test -d /spool/out',
      'health-interval': '300ms',
    },
    worker: {
      ...common,
      network: 'batch',
      volume: ['spool:/spool'],
      replicas: 2,
      dependsOn: { queue: 'healthy' },
      command: [
        'sh',
        '-c',
        'while sleep 0.1; do for f in /spool/in/*; do [ -e "$f" ] && mv "$f" /spool/out/; done; done',
      ],
    },
    hourly: {
      image: 'busybox',
      profiles: ['job'],
      schedule: 'every 1h',
      volume: ['reports:/reports'],
      command: ['sh', '-c', 'date >/reports/hourly'],
    },
    nightly: {
      image: 'busybox',
      profiles: ['job'],
      schedule: '30 2 * * *',
      volume: ['spool:/spool:ro', 'reports:/reports'],
      command: ['sh', '-c', 'ls /spool/out >/reports/nightly'],
    },
  },
};

describe('a batch host that its file declares', function () {
  this.timeout(300_000);
  this.slow(60_000);
  const daemon = useDaemon({ hasOwnNetwork: true, env: { POUCH_TEST_LEVEL: 'debug' } });
  const { ok } = daemon;
  let count = 0;

  /** A file that is put into the queue comes out of it, and each job does its work. */
  async function works(): Promise<void> {
    const name = `job-${(count += 1)}`;
    await ok('exec', 'queue', 'sh', '-c', `echo ${name} >/spool/in/${name}`);
    const isDone = async () =>
      (await daemon.pouch('exec', 'queue', 'cat', `/spool/out/${name}`)).stdout.trim() === name;
    assert.ok(await waitUntil(isDone, { withinMs: 20_000 }), `${name} is not done`);
    await ok('start', 'nightly');
    assert.equal((await daemon.it.until('nightly', 'exited')).State.ExitCode, 0);
  }

  const host: DeclaredHost = {
    sections,
    edits: batchEdits,
    works,
    upWithinMs: 60_000,
    killedAt: (steps) => someOf(steps, 'kills of a batch host'),
    async refreshImage() {
      await renewBusybox(daemon);
      return ['migrate', 'queue', 'worker-1', 'worker-2', 'nightly', 'archiver'].map(
        (name) => `± container ${name}: recreate image`,
      );
    },
    drift: {
      commands: [
        ['update', '--memory', '64m', 'queue'],
        ['stop', 'worker-1'],
      ],
      reported: /container queue\n {4}memory: declared 48m, found 64m[^]*container worker-1: stopped/,
    },
  };
  testDeclaredHost(daemon, host);
});
