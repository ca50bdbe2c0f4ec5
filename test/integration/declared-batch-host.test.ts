import assert from 'node:assert/strict';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { type DeclaredHost, type Edit, renewBusybox, testDeclaredHost } from '../support/declaredHost.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Ends at once when it is stopped. */
const sleeper = (seconds: number) => ['sleep', String(seconds)];
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

const edit = (
  what: string,
  container: string,
  words: Record<string, unknown>,
  plan: readonly string[],
): Edit => ({
  what,
  plan,
  change: ({ containers }) => void Object.assign(containers[container]!, words),
});
const workers = (step: string) => ['worker-1', 'worker-2'].map((name) => step.replace('NAME', name));

const edits: Edit[] = [
  edit('more memory', 'queue', { memory: '48m' }, ['~ container queue: change memory']),
  edit('the same in other words', 'queue', { memory: '49152k' }, []),
  edit('a share of the CPUs', 'queue', { cpus: '0.5' }, ['~ container queue: change cpus']),
  edit('a limit of processes', 'queue', { 'pids-limit': '64' }, ['~ container queue: change pids-limit']),
  edit('a label', 'queue', { label: { tier: 'core' } }, ['~ container queue: change label.tier']),
  edit('another restart policy', 'queue', { restart: 'unless-stopped' }, [
    '~ container queue: change restart',
  ]),
  edit('a variable', 'queue', { env: { LEVEL: 'info' } }, ['~ container queue: restart env.LEVEL']),
  edit('another value', 'queue', { env: { LEVEL: 'debug' } }, ['~ container queue: restart env.LEVEL']),
  edit('a host name', 'queue', { hostname: 'queue' }, ['± container queue: recreate hostname']),
  edit('a capability less', 'queue', { 'cap-drop': ['MKNOD'] }, [
    '± container queue: recreate cap-drop.MKNOD',
  ]),
  edit(
    'a limit of files',
    'worker',
    { ulimit: ['nofile=256:512'] },
    workers('± container NAME: recreate ulimit.nofile.soft ulimit.nofile.hard'),
  ),
  edit('one worker more', 'worker', { replicas: 3 }, ['+ container worker-3: create']),
  edit('two workers again', 'worker', { replicas: 2 }, ['- container worker-3: remove']),
  edit(
    'workers side by side',
    'worker',
    { update: { parallel: '100%' } },
    workers('~ container NAME: change update.parallel'),
  ),
  edit(
    'the same, and less time for them',
    'worker',
    { update: { parallel: '100%', order: 'stop-first', deadline: '1m' } },
    workers('~ container NAME: change update.deadline'),
  ),
  edit('what is not pulled', 'queue', { pull: 'never' }, ['~ container queue: change pull']),
  edit('another dependency', 'nightly', { dependsOn: { queue: 'healthy' } }, [
    '~ container nightly: change dependsOn.queue',
  ]),
  edit('another condition', 'nightly', { dependsOn: ['queue'] }, [
    '~ container nightly: change dependsOn.queue',
  ]),
  edit('a read-only root', 'worker', { 'read-only': true }, workers('± container NAME: recreate read-only')),
  edit('another time', 'hourly', { schedule: 'every 2h' }, ['~ container hourly: change schedule']),
  edit('another time, and less memory', 'hourly', { schedule: 'every 3h', memory: '24m' }, [
    '~ container hourly: change memory schedule',
  ]),
  {
    what: 'an image that is kept',
    plan: ['~ image busybox:latest: change keep'],
    change: (to) => void (to.images = { 'busybox:latest': { keep: true } }),
  },
  edit('another job', 'nightly', { command: ['sh', '-c', 'ls -l /spool/out >/reports/nightly'] }, [
    '± container nightly: recreate command',
  ]),
  {
    what: 'a profile',
    plan: ['migrate', 'nightly'].map((name) => `~ container ${name}: change memory`),
    change: ({ profiles }) => void (profiles!['job']!['memory'] = '40m'),
  },
  {
    what: 'a job that is gone',
    plan: ['- container hourly: remove'],
    change: ({ containers }) => void delete containers['hourly'],
  },
  {
    what: 'a job that is new, and has a volume of its own',
    plan: ['+ volume archive: create', '+ container weekly: create'],
    change: (to) => {
      to.volumes!['archive'] = { onRemove: 'remove' };
      to.containers['weekly'] = {
        image: 'busybox',
        profiles: ['job'],
        schedule: '0 4 * * 0',
        volume: ['archive:/archive'],
        command: sleeper(0),
      };
    },
  },
];

describe('a batch host that its file declares', function () {
  this.timeout(300_000);
  this.slow(60_000);
  const daemon = useDaemon({ hasOwnNetwork: true });
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
    edits,
    works,
    upWithinMs: 60_000,
    killedAt: someOf([0, 1, 2, 3, 4, 5, 6], 'kills of a batch host'),
    async refreshImage() {
      await renewBusybox(daemon);
      return ['migrate', 'queue', 'worker-1', 'worker-2', 'nightly', 'weekly'].map(
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
