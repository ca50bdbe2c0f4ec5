import assert from 'node:assert/strict';
import { flagsOf } from '../../../translate/words/flagsOf.ts';
import { requestOf } from '../../../translate/words/requestOf.ts';
import type { Words } from '../../../translate/words/runOptions.ts';
import { wordsOf } from '../../../translate/words/wordsOf.ts';
import type { ContainerRequest } from '../../../hooks/index.ts';

const requestFor = (words: Words) =>
  requestOf(
    flagsOf(words, () => undefined),
    { isPartial: false },
  );

/** Each is written as `wordsOf` writes it. */
const table: Record<string, Words> = {
  process: {
    env: { TZ: 'UTC', EMPTY: '' },
    'secret-env': { TOKEN: 'x' },
    entrypoint: '/bin/tool',
    workdir: '/srv',
    user: '1000:1000',
    'group-add': ['video'],
    'stop-signal': 'SIGINT',
    'stop-timeout': 0,
    init: true,
  },
  'a cleared entrypoint': { entrypoint: '' },
  'binds and volumes': {
    volume: ['/srv/a:/a', '/srv/b:/b:ro,rslave', 'data:/data', 'data2:/d:ro,nocopy', '/anonymous'],
    'volumes-from': ['other:ro'],
    'read-only': true,
  },
  tmpfs: { tmpfs: ['/run', '/tmp:size=64m,mode=1777', '/exec:exec,nosuid,nodev', '/ro:size=1m,ro'] },
  mounts: {
    mount: [
      'type=bind,source=/srv/a,target=/a,readonly,bind-create-src,bind-propagation=rslave',
      'type=bind,source=/srv/n,target=/n,bind-nonrecursive',
      '"type=bind","source=/srv/a,b",target=/c'.replaceAll('"type=bind"', 'type=bind'),
      'type=volume,source=data,target=/d,volume-nocopy,volume-driver=nfs,volume-opt=o=addr',
      'type=tmpfs,target=/t,tmpfs-size=1048576,tmpfs-mode=1777',
    ],
  },
  ports: {
    publish: ['80', '8080:80', '53:53/udp', '127.0.0.1::90', '127.0.0.1:81:81', '[::1]:82:82'],
    expose: ['443', '69/udp'],
    'publish-all': true,
  },
  network: {
    network: 'shop',
    ip: '10.0.0.9',
    ip6: 'fd00::9',
    'mac-address': '02:42:ac:11:00:02',
    'network-alias': ['w'],
    link: ['db', 'cache:c'],
    dns: ['10.0.0.1'],
    'dns-search': ['example.org'],
    'dns-option': ['ndots:2'],
    'add-host': { a: '10.0.0.2', b: 'fd00::2' },
    hostname: 'web',
    domainname: 'example.org',
  },
  'another network mode': { network: 'container:db' },
  'further networks': {
    network: [
      'shop',
      'plain',
      {
        name: 'back',
        alias: ['x', 'y'],
        ip: '10.1.0.9',
        ip6: 'fd01::9',
        'mac-address': '02:42:ac:11:00:03',
        link: ['db', 'cache:c'],
        'driver-opt': { k: 'v,w' },
      },
    ],
    ip: '10.0.0.9',
  },
  'a network beside the default one': { network: ['default', 'back'] },
  'options of the driver of the first network': { network: { name: 'shop', 'driver-opt': { k: 'v' } } },
  limits: {
    memory: '64m',
    'memory-swap': -1,
    'memory-reservation': '32m',
    cpus: 1.5,
    'cpu-shares': 512,
    'cpuset-cpus': '0-1',
    'pids-limit': 100,
    'device-read-bps': ['/dev/sda:1048576'],
    'device-write-iops': ['/dev/sda:100'],
    'blkio-weight-device': ['/dev/sda:500'],
    'oom-score-adj': -500,
    ulimit: { nofile: '1024:2048', nproc: 64, core: -1 },
    sysctl: { 'net.core.somaxconn': '1024' },
    'shm-size': '128m',
    'disk-quota': '10g',
    'cgroup-parent': '/shop',
  },
  rights: {
    'cap-add': ['NET_ADMIN'],
    'cap-drop': ['ALL'],
    device: ['/dev/fuse', '/dev/a:/dev/b', '/dev/c:/dev/c:r', 'vendor.com/class=one'],
    'device-cgroup-rule': ['c 1:3 rwm'],
    'security-opt': ['no-new-privileges', 'seccomp=unconfined'],
    privileged: true,
    pid: 'host',
    ipc: 'private',
    uts: 'host',
    userns: 'host',
    cgroupns: 'private',
  },
  health: {
    'health-cmd': 'test -e /ready',
    'health-interval': '200ms',
    'health-timeout': '90s',
    'health-start-period': '5s',
    'health-retries': 2,
    'health-on-failure': 'restart',
  },
  'a health check without a shell': { 'health-cmd': '["CMD","test","-e","/ready"]' },
  'a health check of a bracket': { 'health-cmd': '["CMD-SHELL","[ -e /ready ]"]' },
  'no health check': { 'no-healthcheck': true },
  life: {
    restart: 'on-failure:3',
    'boot-order': 2,
    'boot-delay': 5,
    runtime: 'crun',
    'log-driver': 'json-file',
    'log-opt': { 'max-size': '10m' },
    label: { a: 'b' },
    annotation: { c: 'd' },
  },
  rich: {
    rich: 'supervised',
    initscript: '/setup',
    'initscript-arg': ['a'],
    initcmd: ['echo'],
    'init-timeout': 5,
    'rich-service': ['sshd', 'web=serve --port=1'],
    'rich-service-after': ['web=sshd'],
    'rich-service-health': ['web=true'],
    'restart-after-poweroff': true,
    nested: true,
    'ssh-key': ['root:ssh-ed25519 AAAA a'],
    'ssh-port': 2222,
    timezone: 'Europe/Berlin',
  },
};

describe('words of a request', () => {
  for (const [name, words] of Object.entries(table))
    it(`are those that it was made of: ${name}`, () => {
      const request = requestFor(words) as ContainerRequest;
      assert.deepEqual(wordsOf(request), words);
      assert.deepEqual(requestFor(wordsOf(request)), request);
    });

  it('have further words of an entrypoint in the command', () => {
    const request = { image: 'a', entrypoint: ['sh', '-c'], command: ['true'] };
    assert.deepEqual(wordsOf(request), { entrypoint: 'sh', command: ['-c', 'true'] });
  });

  it('leave out what a container has anyway', () => {
    const request: ContainerRequest = {
      image: 'a',
      tty: false,
      restart: { name: 'no', maximumRetryCount: 0 },
      network: { mode: '', ports: [{ containerPort: 80, protocol: 'tcp' }], exposed: ['80/tcp'] },
      resources: {},
      labels: {},
      volumes: [],
    };
    assert.deepEqual(wordsOf(request), { publish: ['80'] });
  });
});
