import assert from 'node:assert/strict';
import type { ContainerRecord, BootReadiness, ContainerState } from '../../../../../hooks/index.ts';
import type { MountSpec } from '../../../../../client/wire.ts';
import { toInspect } from '../../../../../plugins/engine-api/translate/container/inspect.ts';
import { statusText } from '../../../../../plugins/engine-api/translate/container/status.ts';
import { toSummary } from '../../../../../plugins/engine-api/translate/container/summary.ts';
import { humanDuration, never } from '../../../../../plugins/engine-api/translate/container/time.ts';
import { toContainerRequest } from '../../../../../translate/index.ts';
import type { ContainerCreateRequest } from '../../../../../client/wire.ts';
import { fakeDraft } from '../../../../support/fake/draft.ts';
import { fakeImage } from '../../../../support/fake/images.ts';

const containerId = 'a1'.repeat(32);
const now = Date.parse('2024-05-06T12:00:00Z');

function booting(
  state: BootReadiness['state'],
  failedUnits: string[] = [],
  reason?: string,
): Partial<ContainerState> {
  const readiness = { state, failedUnits, since: '', ...(reason && { reason }) };
  return { status: 'running', startedAt: '2024-05-06T11:59:57Z', readiness };
}

function record(
  body: Partial<ContainerCreateRequest> = {},
  state: Partial<ContainerState> = {},
): ContainerRecord {
  const { request } = toContainerRequest({ Image: 'web', ...body });
  const image = fakeImage('web', { ExposedPorts: { '443/tcp': {} }, Entrypoint: ['/init'], Cmd: ['serve'] });
  return {
    id: containerId,
    name: 'shop',
    createdAt: '2024-05-06T11:00:00.123456789Z',
    request,
    draft: fakeDraft(containerId, 'shop', request, image),
    state: {
      status: 'created',
      pid: 0,
      exitCode: 0,
      oomKilled: false,
      error: '',
      startedAt: '',
      finishedAt: '',
      ...state,
    },
    restartCount: 0,
    stoppedByUser: false,
    degraded: [],
    warnings: [],
    attachments: {},
    paths: {
      directory: '/c',
      log: '/c/log',
      hosts: '/c/hosts',
      hostname: '/c/hostname',
      resolvConf: '/c/resolv.conf',
    },
  };
}

function running(body: Partial<ContainerCreateRequest> = {}): ContainerRecord {
  const made = record(body, { status: 'running', pid: 42, startedAt: '2024-05-06T11:59:57.5Z' });
  made.attachments = {
    'network.eth0': {
      network: 'bridge',
      interface: 'eth0',
      mac: '02:42:ac:11:00:02',
      ip: '172.29.0.2',
      prefixLength: 16,
      gateway: '172.29.0.1',
      ports: [{ containerPort: 80, protocol: 'tcp', hostIp: '0.0.0.0', hostPort: 8080 }],
    },
    cgroup: '/pouch/x',
  };
  return made;
}

describe('container record → Docker', () => {
  const durations: [seconds: number, text: string][] = [
    [0, 'Less than a second'],
    [1, '1 second'],
    [59, '59 seconds'],
    [60, 'About a minute'],
    [119, 'About a minute'],
    [120, '2 minutes'],
    [3_599, '59 minutes'],
    [3_600, 'About an hour'],
    [5_400, '2 hours'],
    [47 * 3_600, '47 hours'],
    [48 * 3_600, '2 days'],
    [13 * 86_400, '13 days'],
    [14 * 86_400, '2 weeks'],
    [59 * 86_400, '8 weeks'],
    [60 * 86_400, '2 months'],
    [729 * 86_400, '24 months'],
    [730 * 86_400, '2 years'],
  ];
  for (const [seconds, text] of durations)
    it(`${seconds} s is “${text}”`, () => assert.equal(humanDuration(seconds * 1000), text));

  const statuses: [Partial<ContainerState>, string][] = [
    [{ status: 'created' }, 'Created'],
    [{ status: 'running', startedAt: '2024-05-06T11:59:57Z' }, 'Up 3 seconds'],
    [{ status: 'paused', startedAt: '2024-05-06T11:58:00Z' }, 'Up 2 minutes (Paused)'],
    [booting('starting'), 'Up 3 seconds (starting)'],
    [booting('degraded', ['a.service', 'b.service']), 'Up 3 seconds (degraded: a.service, b.service)'],
    [booting('degraded', ['a', 'b', 'c', 'd']), 'Up 3 seconds (degraded: a, b and 2 more)'],
    [booting('failed', [], 'no target'), 'Up 3 seconds (failed: no target)'],
    [
      { status: 'exited', exitCode: 137, finishedAt: '2024-05-06T11:00:00Z' },
      'Exited (137) About an hour ago',
    ],
    [
      { status: 'restarting', exitCode: 1, finishedAt: '2024-05-06T11:59:59Z' },
      'Restarting (1) 1 second ago',
    ],
    [{ status: 'removing' }, 'Removal In Progress'],
    [{ status: 'dead' }, 'Dead'],
  ];
  for (const [state, text] of statuses)
    it(`status: ${text}`, () => assert.equal(statusText(record({}, state), now), text));

  it('shows that a container is degraded', () => {
    const made = running();
    made.degraded = [{ plugin: 'lxcfs', hook: 'container.spec', message: 'not there' }];
    assert.equal(statusText(made, now), 'Up 2 seconds (degraded)');
    assert.equal(toSummary(made, now).Degraded, true);
    assert.deepEqual(toInspect(made).Degraded, made.degraded);
  });

  it('inspects a container that never ran', () => {
    const body = toInspect(record());
    assert.equal(body.State.StartedAt, never);
    assert.equal(body.State.Running, false);
    assert.deepEqual(body.NetworkSettings.Ports, {});
    assert.equal(body.Name, '/shop');
    assert.equal(body.Path, '/init');
    assert.deepEqual(body.Args, ['serve']);
    assert.equal(body.NetworkSettings.Networks?.['bridge']?.IPAddress, '');
  });

  it('shows addresses and ports of a running container', () => {
    const { NetworkSettings: net, State } = toInspect(running());
    assert.equal(State.StartedAt, '2024-05-06T11:59:57.5Z');
    assert.equal(net.IPAddress, '172.29.0.2');
    assert.equal(net.Networks?.['bridge']?.Gateway, '172.29.0.1');
    assert.deepEqual(net.Ports, { '443/tcp': null, '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] });
    assert.deepEqual(toSummary(running(), now).Ports, [
      { PrivatePort: 443, Type: 'tcp' },
      { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
    ]);
  });

  it('returns the requested host configuration', () => {
    const HostConfig = {
      Binds: ['/src:/dst:ro', 'data:/data'],
      Tmpfs: { '/t': 'size=1m' },
      Mounts: [
        { Type: 'tmpfs', Target: '/mt', TmpfsOptions: { SizeBytes: 1024, Mode: 0o1777 } },
        { Type: 'bind', Source: '/s', Target: '/d', ReadOnly: true, BindOptions: { Propagation: 'rslave' } },
        { Type: 'volume', Source: 'v', Target: '/v', VolumeOptions: { NoCopy: true } },
      ] as MountSpec[],
      Memory: 64 * 1024 * 1024,
      PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] },
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 },
      Ulimits: [{ Name: 'nofile', Hard: 2, Soft: 1 }],
      CapAdd: ['NET_ADMIN'],
      Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' }],
    };
    const shown = toInspect(running({ HostConfig })).HostConfig as Record<string, unknown>;
    for (const [field, value] of Object.entries(HostConfig)) assert.deepEqual(shown[field], value, field);
  });

  it('shows the size of /dev/shm in the draft, and Docker’s default if it is not a tmpfs', () => {
    const container = record();
    const shmSize = (options: string[]) => {
      container.draft.mounts['/dev/shm'] = { type: 'tmpfs', source: 'shm', options };
      return toInspect(container).HostConfig.ShmSize;
    };
    assert.equal(shmSize(['nosuid', 'size=1048576']), 1_048_576);
    assert.equal(shmSize(['rbind']), 67_108_864);
  });

  it('lists binds, volumes and tmpfs as mounts', () => {
    const { Mounts } = toInspect(
      running({
        Volumes: { '/anon': {} },
        HostConfig: {
          Binds: ['/a:/b:ro'],
          Tmpfs: { '/t': '' },
          Mounts: [{ Type: 'tmpfs', Target: '/mt' }],
        },
      }),
    );
    assert.deepEqual(
      Mounts.map(({ Type, Destination, RW }) => [Type, Destination, RW]),
      [
        ['bind', '/b', false],
        ['tmpfs', '/mt', true],
        ['volume', '/anon', true],
      ],
    );
    assert.equal(Mounts[2]?.Name, 'anonymous-a1a1a1a1a1a1');
  });

  it('lists the volumes that the image declares', () => {
    const container = running({ Volumes: { '/anon': {} } });
    container.draft.mounts['/data'] = { type: 'bind', source: '/volumes/abc/_data', options: [] };
    container.draft.effects['volume./data'] = {
      kind: 'volume',
      stage: 'create',
      args: { name: 'abc', anonymous: true },
    };
    const { Mounts, Config } = toInspect(container);
    assert.deepEqual(
      Mounts.map(({ Name, Destination, Driver }) => [Name, Destination, Driver]),
      [
        ['anonymous-a1a1a1a1a1a1', '/anon', 'local'],
        ['abc', '/data', 'local'],
      ],
    );
    assert.deepEqual(Config.Volumes, { '/anon': {}, '/data': {} });
  });

  it('shows variables of the request before those of the image, as dockerd 20.10', () => {
    const container = running({ Env: ['B=2', 'IMG=3', 'A=1'] });
    container.draft.image.config.config = { Env: ['PATH=/bin', 'IMG=1', 'GONE=1'] };
    container.draft.process.env = { PATH: '/bin', IMG: '3', B: '2', A: '1', OF_PLUGIN: '1' };
    assert.deepEqual(toInspect(container).Config.Env, ['B=2', 'IMG=3', 'A=1', 'PATH=/bin', 'OF_PLUGIN=1']);
  });

  it('shows variables, log options and a working directory only if someone has set them', () => {
    const container = running({ Tty: true, Env: ['A=1'], HostConfig: { LogConfig: { Type: 'json-file' } } });
    Object.assign(container.draft.process.env, { HOSTNAME: container.draft.hostname, TERM: 'xterm' });
    container.draft.log = { driver: 'json-file', options: { 'max-size': '64m' } };
    const { Config, HostConfig } = toInspect(container);
    assert.deepEqual(
      Config.Env?.filter((entry) => /^(A|HOSTNAME|TERM)=/.test(entry)),
      ['A=1'],
    );
    assert.equal(Config.WorkingDir, '');
    assert.deepEqual(HostConfig.LogConfig?.Config, {});
    const asked = toInspect(running({ WorkingDir: '/srv/', Env: ['TERM=xterm'], Tty: true })).Config;
    assert.deepEqual([asked.WorkingDir, asked.Env?.includes('TERM=xterm')], ['/srv', true]);
  });

  it('shows the limits, the masked paths and the unused fields that Docker shows', () => {
    const container = running({ HostConfig: { Memory: 2 ** 26 } });
    container.draft.resources = { memory: { limit: 2 ** 26, swap: 2 ** 27 } };
    container.draft.maskedPaths = { '/proc/kcore': true };
    const { MemorySwap, MaskedPaths, ...others } = toInspect(container).HostConfig as Record<string, unknown>;
    assert.deepEqual([MemorySwap, MaskedPaths], [2 ** 27, ['/proc/kcore']]);
    for (const field of ['Isolation', 'Links', 'KernelMemory']) assert.ok(field in others, field);
  });

  it('shows the health check, and its results', () => {
    const health = {
      status: 'unhealthy' as const,
      failingStreak: 3,
      log: [{ start: 'a', end: 'b', exitCode: 1, output: 'no' }],
      action: { name: 'kill' as const, at: 'c' },
    };
    const container = running();
    container.draft.healthcheck = { test: ['CMD', 'true'], interval: 1500, shell: ['sh'], onFailure: 'kill' };
    container.state.health = health;
    const { State, Config } = toInspect(container);
    assert.deepEqual(State.Health, {
      Status: 'unhealthy',
      FailingStreak: 3,
      Log: [{ Start: 'a', End: 'b', ExitCode: 1, Output: 'no' }],
      OnFailure: { Action: 'kill', At: 'c' },
    });
    assert.deepEqual(Config.Healthcheck, { Test: ['CMD', 'true'], Interval: 1.5e9 });
    assert.equal(Config.HealthcheckOnFailureAction, 'kill');
    const texts = (['starting', 'healthy', 'unhealthy'] as const).map((status) => {
      container.state.health = { ...health, status };
      return statusText(container, now);
    });
    assert.deepEqual(texts, [
      'Up 2 seconds (health: starting)',
      'Up 2 seconds (healthy)',
      'Up 2 seconds (unhealthy)',
    ]);
    container.state.readiness = { state: 'degraded', failedUnits: ['a'], since: '' };
    assert.match(statusText(container, now), /\(degraded: a\) \(unhealthy\)$/);
  });

  it('shows Pouch’s fields only for rich containers', () => {
    assert.equal('Rich' in toInspect(running()).Config, false);
    const rich = running({ Rich: true, RichMode: 'systemd' });
    assert.equal(toInspect(rich).Config.RichMode, 'systemd');
    assert.equal(toSummary(rich, now).RichMode, 'systemd');
  });
});
