/** The changes of the batch host of test/integration/declared-batch-host.test.ts, in their order. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Daemon } from '../useDaemon.ts';
import { type Edit, edit, set } from './edit.ts';

const mib = 1 << 20;
const workers = (step: string) => ['worker-1', 'worker-2'].map((name) => step.replace('NAME', name));
const tokenFile = ({ it }: Daemon) => join(it.dir, 'token');
const listJob = (options: string) => ['sh', '-c', `ls ${options}/spool/out >/reports/nightly`];

const ofLimits: Edit[] = [
  edit('more memory', set('queue', { memory: '48m' }), ['~ container queue: change memory'], {
    queue: { 'HostConfig.Memory': 48 * mib, 'HostConfig.MemorySwap': 96 * mib },
  }),
  edit('the same in other words', set('queue', { memory: '49152k' }), []),
  edit('a share of the CPUs', set('queue', { cpus: '0.5' }), ['~ container queue: change cpus'], {
    queue: { 'HostConfig.NanoCpus': 500_000_000 },
  }),
  edit('a limit of processes', set('queue', { 'pids-limit': '64' }), [
    '~ container queue: change pids-limit',
  ]),
  edit('a weight for the CPUs, and one for disks', set('queue', { 'cpu-shares': 512, 'blkio-weight': 300 }), [
    '~ container queue: change cpu-shares blkio-weight',
  ]),
  edit('a soft limit of memory', set('queue', { 'memory-reservation': '24m' }), [
    '~ container queue: change memory-reservation',
  ]),
  edit('a limit less', set('nightly', { memory: '64m' }), ['~ container nightly: change memory']),
  edit(
    'that of the profile again',
    set('nightly', { memory: undefined }),
    ['~ container nightly: change memory'],
    { nightly: { 'HostConfig.Memory': 32 * mib } },
  ),
  edit(
    'a limit of files',
    set('worker', { ulimit: ['nofile=256:512'] }),
    workers('± container NAME: recreate ulimit.nofile.soft ulimit.nofile.hard'),
  ),
  edit('who is killed first', set('nightly', { 'oom-score-adj': 700 }), [
    '± container nightly: recreate oom-score-adj',
  ]),
  edit('more memory, and another host name', set('queue', { memory: '56m', hostname: 'spooler' }), [
    '± container queue: recreate memory hostname',
  ]),
  edit('both as they were', set('queue', { memory: '48m', hostname: undefined }), [
    '± container queue: recreate hostname memory',
  ]),
];

const ofProcesses: Edit[] = [
  edit('a label', set('queue', { label: { tier: 'core' } }), ['~ container queue: change label.tier'], {
    queue: { 'Config.Labels.tier': 'core' },
  }),
  edit(
    'an annotation',
    set('worker', { annotation: { owner: 'ops' } }),
    workers('~ container NAME: restart annotation.owner'),
  ),
  edit('another restart policy', set('queue', { restart: 'unless-stopped' }), [
    '~ container queue: change restart',
  ]),
  edit('a variable', set('queue', { env: { LEVEL: 'info' } }), ['~ container queue: restart env.LEVEL']),
  edit('a reference to one of the daemon', set('queue', { env: { LEVEL: '${env:POUCH_TEST_LEVEL}' } }), [
    '~ container queue: restart env.LEVEL',
  ]),
  edit('its value', set('queue', { env: { LEVEL: 'debug' } }), []),
  edit(
    'a secret',
    async (sections, daemon) => {
      await writeFile(tokenFile(daemon), 'first-secret', { mode: 0o600 });
      await set('nightly', { 'secret-env': { KEY: '${file:' + tokenFile(daemon) + '}' } })(sections, daemon);
    },
    ['± container nightly: recreate secret-env.KEY'],
  ),
  edit('another secret in its file', (_, daemon) => writeFile(tokenFile(daemon), 'second-secret'), [
    '~ container nightly: restart secret-env.KEY',
  ]),
  edit('a capability less', set('queue', { 'cap-drop': ['MKNOD'] }), [
    '± container queue: recreate cap-drop.MKNOD',
  ]),
  edit('it in other words', set('queue', { 'cap-drop': ['cap_mknod'] }), []),
  edit(
    'a read-only root, and a place to write',
    set('worker', { 'read-only': true, tmpfs: ['/tmp:size=1m'] }),
    workers('± container NAME: recreate tmpfs./tmp read-only'),
  ),
  edit('another job', set('nightly', { command: listJob('-l '), workdir: '/tmp' }), [
    '± container nightly: recreate command workdir',
  ]),
  edit('another check', set('queue', { 'health-interval': '200ms', 'health-retries': 5 }), [
    '± container queue: recreate health-interval health-retries',
  ]),
];

const ofTimes: Edit[] = [
  edit('another time', set('hourly', { schedule: 'every 2h' }), ['~ container hourly: change schedule']),
  edit('another time, and less memory', set('hourly', { schedule: 'every 3h', memory: '24m' }), [
    '~ container hourly: change memory schedule',
  ]),
  edit('a time for what was done once', set('migrate', { schedule: '@yearly' }), [
    '~ container migrate: change schedule',
  ]),
  edit('no time again', set('migrate', { schedule: undefined }), ['~ container migrate: change schedule']),
  edit('no times', set('hourly', { schedule: undefined }), ['> container hourly: start schedule']),
  edit('what is not pulled', set('queue', { pull: 'never' }), ['~ container queue: change pull']),
  edit('another dependency', set('nightly', { dependsOn: { queue: 'healthy' } }), [
    '~ container nightly: change dependsOn.queue',
  ]),
  edit('another condition', set('nightly', { dependsOn: ['queue'] }), [
    '~ container nightly: change dependsOn.queue',
  ]),
  edit('no dependency', set('nightly', { dependsOn: [] }), ['~ container nightly: change dependsOn.queue']),
  edit('one worker more', set('worker', { replicas: 3 }), ['+ container worker-3: create']),
  edit('two workers again', set('worker', { replicas: 2 }), ['- container worker-3: remove']),
  edit(
    'workers side by side',
    set('worker', { update: { parallel: '100%' } }),
    workers('~ container NAME: change update.parallel'),
  ),
  edit(
    'the same, and less time for them',
    set('worker', { update: { parallel: '100%', order: 'stop-first', deadline: '1m' } }),
    workers('~ container NAME: change update.deadline'),
  ),
  edit('what becomes of it once it is not declared', set('hourly', { onRemove: 'keep' }), [
    '~ container hourly: change onRemove',
  ]),
];

const ofObjects: Edit[] = [
  edit('an image that is kept', (to) => void (to.images = { 'busybox:latest': { keep: true } }), [
    '~ image busybox:latest: change keep',
  ]),
  edit('one that is not', (to) => void (to.images = { 'busybox:latest': { onRemove: 'remove' } }), [
    '~ image busybox:latest: change keep onRemove',
  ]),
  edit(
    'a profile',
    ({ profiles }) => void (profiles!['job']!['memory'] = '40m'),
    ['migrate', 'nightly'].map((name) => `~ container ${name}: change memory`),
  ),
  edit(
    'a profile that nobody has',
    (to) => void (to.profiles!['quiet'] = { 'cpu-shares': 128, label: { kind: 'quiet' } }),
    [],
  ),
  edit('a profile more', set('nightly', { profiles: ['job', 'quiet'] }), [
    '~ container nightly: change cpu-shares profiles label.kind',
  ]),
  edit(
    'the label of a profile',
    ({ profiles }) => void (profiles!['quiet']!['label'] = { kind: 'batch' }),
    ['~ container nightly: change label.kind'],
    { nightly: { 'Config.Labels.kind': 'batch' } },
  ),
  edit('a profile less', set('nightly', { profiles: ['job'] }), [
    '± container nightly: recreate cpu-shares profiles label.kind',
  ]),
  edit('a network with a label', ({ networks }) => void (networks!['batch'] = { label: { tier: 'core' } }), [
    '± network batch: recreate label.tier',
  ]),
  edit('it as it was', ({ networks }) => void (networks!['batch'] = {}), [
    '± network batch: recreate label.tier',
  ]),
  edit(
    'a volume that stays, and has a label',
    ({ volumes }) => void (volumes!['reports'] = { label: { kept: 'yes' } }),
    ['~ volume reports: change label.kept onRemove'],
  ),
  edit('a job that is gone, but kept', ({ containers }) => void delete containers['hourly'], []),
  edit('it again', ({ containers }) => void (containers['hourly'] = hourly), [
    '~ container hourly: change onRemove',
  ]),
  edit('a job that is gone', ({ containers }) => void delete containers['hourly'], [
    '- container hourly: remove',
  ]),
  edit(
    'a job that is new, and has a volume and a network of its own',
    (to) => {
      to.volumes!['archive'] = { onRemove: 'remove' };
      to.networks!['quiet'] = { internal: true };
      to.containers['weekly'] = weekly;
    },
    ['+ network quiet: create', '+ volume archive: create', '+ container weekly: create'],
  ),
  edit(
    'another name for it, and another volume',
    (to) => {
      const { weekly: words, ...others } = to.containers;
      to.volumes!['shelf'] = { onRemove: 'remove' };
      delete to.volumes!['archive'];
      to.containers = { ...others, archiver: { ...words, volume: ['shelf:/archive'] } };
    },
    [
      '+ volume shelf: create',
      '- volume archive: remove',
      '+ container archiver: create',
      '- container weekly: remove',
    ],
  ),
];

const hourly = {
  image: 'busybox',
  profiles: ['job'],
  memory: '24m',
  volume: ['reports:/reports'],
  command: ['sh', '-c', 'date >/reports/hourly'],
};
/** Ends at once when it is stopped. */
const weekly = {
  image: 'busybox',
  profiles: ['job'],
  network: 'quiet',
  schedule: '0 4 * * 0',
  volume: ['archive:/archive'],
  command: ['sleep', '0'],
};

export const batchEdits: readonly Edit[] = [...ofLimits, ...ofProcesses, ...ofTimes, ...ofObjects];
