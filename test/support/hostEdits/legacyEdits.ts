/**
 * The changes of the host of test/integration/declared-legacy-host.test.ts, in their order. A rich container takes
 * seconds to boot, so most of them reach it while it runs.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Edit, edit, set } from './edit.ts';

const mib = 1 << 20;

const ofLimits: Edit[] = [
  edit('more memory', set('web', { memory: '400m' }), ['~ container web: change memory'], {
    web: { 'HostConfig.Memory': 400 * mib },
  }),
  edit('the same in other words', set('web', { memory: '409600k' }), []),
  edit('a share of the CPUs', set('db', { cpus: '1.5' }), ['~ container db: change cpus']),
  edit('a weight for the CPUs', set('web', { 'cpu-shares': 512 }), ['~ container web: change cpu-shares']),
  edit('fewer processes than the profile has', set('db', { 'pids-limit': 4096 }), [
    '~ container db: change pids-limit',
  ]),
  edit('as many as the profile has', set('db', { 'pids-limit': undefined }), [
    '~ container db: change pids-limit',
  ]),
  edit('a soft limit of memory', set('db', { 'memory-reservation': '200m' }), [
    '~ container db: change memory-reservation',
  ]),
  edit('a limit of memory and swap', set('web', { 'memory-swap': '500m' }), [
    '~ container web: change memory-swap',
  ]),
  edit('a weight for disks', set('db', { 'blkio-weight': 400 }), ['~ container db: change blkio-weight']),
];

const ofProcesses: Edit[] = [
  edit('a label', set('db', { label: { tier: 'data' } }), ['~ container db: change label.tier'], {
    db: { 'Config.Labels.tier': 'data' },
  }),
  edit('a restart policy', set('web', { restart: 'always' }), ['~ container web: change restart']),
  edit(
    'the same secret with a line break',
    async (_, { it }) => {
      const file = join(it.dir, 'password');
      await writeFile(file, `${await readFile(file, 'utf8')}\n`);
    },
    [],
  ),
  edit(
    'a variable, a host name, and less memory',
    set('web', { env: { STAGE: 'test' }, hostname: 'shop', memory: '380m' }),
    ['± container web: recreate memory env.STAGE hostname'],
  ),
  edit('the memory again', set('web', { memory: '400m' }), ['~ container web: change memory']),
  edit('a device', set('web', { device: ['/dev/fuse'] }), ['~ container web: change device./dev/fuse']),
  edit('none', set('web', { device: undefined }), ['~ container web: change device./dev/fuse']),
  edit(
    'a name for both',
    (to, daemon) => {
      to.profiles = { shop: { label: { app: 'shop' } } };
      for (const name of ['db', 'web']) void set(name, { profiles: ['legacy-vm', 'shop'] })(to, daemon);
    },
    ['db', 'web'].map((name) => `~ container ${name}: change profiles label.app`),
  ),
  edit(
    'another name',
    ({ profiles }) => void (profiles!['shop']!['label'] = { app: 'store' }),
    ['db', 'web'].map((name) => `~ container ${name}: change label.app`),
  ),
  edit('one of them without it', set('db', { profiles: ['legacy-vm'] }), [
    '~ container db: change profiles label.app',
  ]),
];

const ofMounts: Edit[] = [
  edit('a bind mount', set('web', { volume: ['/usr/share/doc:/srv/doc:ro'] }), [
    '~ container web: restart volume./srv/doc',
  ]),
  edit('none again', set('web', { volume: undefined }), ['~ container web: change volume./srv/doc']),
  edit(
    'a volume for copies',
    (to, daemon) => {
      to.volumes!['copies'] = { onRemove: 'remove' };
      return set('db', { volume: ['data:/var/lib/mysql', 'copies:/srv/copies'] })(to, daemon);
    },
    ['+ volume copies: create', '~ container db: change volume./srv/copies'],
  ),
  edit(
    'a label of it',
    ({ volumes }) => void (volumes!['copies'] = { label: { kept: 'a week' }, onRemove: 'remove' }),
    ['~ volume copies: change label.kept'],
  ),
  edit(
    'neither',
    (to, daemon) => {
      delete to.volumes!['copies'];
      return set('db', { volume: ['data:/var/lib/mysql'] })(to, daemon);
    },
    ['- volume copies: remove', '~ container db: change volume./srv/copies'],
  ),
  edit('data that stays', ({ volumes }) => void (volumes!['data'] = {}), ['~ volume data: change onRemove']),
];

const ofNetworks: Edit[] = [
  edit('a port', set('web', { publish: ['127.0.0.1:8080:80'] }), [
    '~ container web: change publish.127.0.0.1:8080:80/tcp',
  ]),
  edit('another port', set('web', { publish: ['127.0.0.1:8081:80'] }), [
    '~ container web: change publish.127.0.0.1:8080:80/tcp publish.127.0.0.1:8081:80/tcp',
  ]),
  edit('no port', set('web', { publish: undefined }), [
    '~ container web: change publish.127.0.0.1:8081:80/tcp',
  ]),
  edit(
    'a network beside the first one',
    (to, daemon) => {
      to.networks!['back'] = { internal: true };
      return set('db', { network: ['shop', { name: 'back', alias: ['store'] }] })(to, daemon);
    },
    ['+ network back: create', '~ container db: change network.back'],
  ),
  edit('another alias there', set('db', { network: ['shop', { name: 'back', alias: ['data'] }] }), [
    '~ container db: change network.back',
  ]),
  edit(
    'the first one alone',
    (to, daemon) => {
      delete to.networks!['back'];
      return set('db', { network: 'shop' })(to, daemon);
    },
    ['- network back: remove', '~ container db: change network.back'],
  ),
  edit('a network with a label', ({ networks }) => void (networks!['shop'] = { label: { tier: 'core' } }), [
    '± network shop: recreate label.tier',
  ]),
  edit('it as it was', ({ networks }) => void (networks!['shop'] = {}), [
    '± network shop: recreate label.tier',
  ]),
];

const ofTheAgent: Edit[] = [
  edit('a new one before the old one', set('web', { update: { order: 'start-first' } }), [
    '~ container web: change update.order',
  ]),
  edit('the old one first again', set('web', { update: {} }), ['~ container web: change update.order']),
  edit('more time to boot', set('db', { update: { deadline: '8m' } }), [
    '~ container db: change update.deadline',
  ]),
  edit('no dependency', set('web', { dependsOn: undefined }), ['~ container web: change dependsOn.db']),
  edit('the dependency again', set('web', { dependsOn: ['db'] }), ['~ container web: change dependsOn.db']),
  edit('what is not pulled', set('web', { pull: 'never' }), ['~ container web: change pull']),
  edit('one that would stay', set('db', { onRemove: 'stop' }), ['~ container db: change onRemove']),
  edit('one that would not', set('db', { onRemove: 'remove' }), ['~ container db: change onRemove']),
  edit('an image that is kept', (to) => void (to.images = { 'shop-db:1': { keep: true } }), [
    '~ image shop-db:1: change keep',
  ]),
  edit('a job', ({ containers }) => void (containers['report'] = job), ['+ container report: create']),
  edit(
    'its time, and memory for another',
    (to, daemon) => {
      void set('report', { schedule: '30 5 * * *' })(to, daemon);
      return set('db', { memory: '520m' })(to, daemon);
    },
    ['~ container db: change memory', '~ container report: change schedule'],
  ),
  edit(
    'neither',
    (to, daemon) => {
      delete to.containers['report'];
      return set('db', { memory: '500m' })(to, daemon);
    },
    ['~ container db: change memory', '- container report: remove'],
  ),
];

const job = { image: 'busybox', network: 'none', schedule: '30 4 * * *', command: ['true'] };

export const legacyEdits: readonly Edit[] = [
  ...ofLimits,
  ...ofProcesses,
  ...ofMounts,
  ...ofNetworks,
  ...ofTheAgent,
];
