import assert from 'node:assert/strict';
import type { ContainerCreateRequest, HostConfig } from '../../../client/wire.ts';
import { PouchError } from '../../../hooks/index.ts';
import { toContainerRequest } from '../../../translate/index.ts';

const translate = (body: Partial<ContainerCreateRequest>) =>
  toContainerRequest({ Image: 'busybox', ...body });
const request = (body: Partial<ContainerCreateRequest>) => translate(body).request;
const host = (HostConfig: ContainerCreateRequest['HostConfig']) => request({ HostConfig });

describe('create body → container request', () => {
  it('takes the image, name and platform', () => {
    const { request: made } = toContainerRequest(
      { Image: 'busybox' },
      { name: '/web', platform: 'linux/arm64' },
    );
    assert.equal(made.image, 'busybox');
    assert.equal(made.name, 'web');
    assert.equal(made.platform, 'linux/arm64');
  });

  describe('process', () => {
    const cases: [string, Partial<ContainerCreateRequest>, object][] = [
      ['null keeps the image’s entrypoint', { Entrypoint: null }, { entrypoint: undefined }],
      ['[""] clears the entrypoint', { Entrypoint: [''] }, { entrypoint: [] }],
      ['[] clears the entrypoint', { Entrypoint: [] }, { entrypoint: [] }],
      ['a string is one word', { Entrypoint: 'sh', Cmd: 'x y' }, { entrypoint: ['sh'], command: ['x y'] }],
      ['an empty command keeps the image’s', { Cmd: [] }, { command: undefined }],
      ['a value may contain =', { Env: ['A=b=c', 'EMPTY='] }, { env: { A: 'b=c', EMPTY: '' } }],
      ['a name without = removes a variable', { Env: ['HOME'] }, { env: { HOME: undefined } }],
      ['stop signal and timeout', { StopSignal: '37', StopTimeout: 0 }, { stopSignal: '37', stopTimeout: 0 }],
      [
        'console size is height, width',
        { HostConfig: { ConsoleSize: [24, 80] } },
        { consoleSize: { height: 24, width: 80 } },
      ],
      ['no console size', { HostConfig: { ConsoleSize: [0, 0] } }, { consoleSize: undefined }],
    ];
    for (const [name, body, expected] of cases)
      it(name, () => {
        const made = request(body) as unknown as Record<string, unknown>;
        for (const [key, value] of Object.entries(expected)) assert.deepEqual(made[key], value);
      });
  });

  describe('volumes', () => {
    const binds: [string, object][] = [
      ['/src:/dst', { kind: 'bind', source: '/src', createSource: true, destination: '/dst' }],
      [
        '/src:/dst/:ro',
        { kind: 'bind', source: '/src', createSource: true, destination: '/dst', readonly: true },
      ],
      ['/a:/b:ro,z', { kind: 'bind', source: '/a', createSource: true, destination: '/b', readonly: true }],
      [
        '/a:/b:rslave',
        { kind: 'bind', source: '/a', createSource: true, destination: '/b', options: ['rslave'] },
      ],
      ['data:/b:nocopy', { kind: 'volume', source: 'data', destination: '/b', nocopy: true }],
      ['/anonymous', { kind: 'volume', destination: '/anonymous' }],
    ];
    for (const [text, expected] of binds)
      it(`-v ${text}`, () => assert.deepEqual(host({ Binds: [text] }).volumes, [expected]));

    it('creates a missing host directory for --mount only on request', () => {
      const Mounts = [{ Type: 'bind' as const, Source: '/a', Target: '/b', ReadOnly: true }];
      assert.deepEqual(host({ Mounts }).volumes, [
        {
          ...{ kind: 'bind', source: '/a', options: [], createSource: false, destination: '/b' },
          ...{ readonly: true, form: 'mount' },
        },
      ]);
    });

    it('gives a tmpfs Docker’s defaults unless they are negated', () => {
      assert.deepEqual(host({ Tmpfs: { '/run': 'exec,size=64m' } }).volumes, [
        { kind: 'tmpfs', destination: '/run', options: ['nosuid', 'nodev', 'exec', 'size=64m'] },
      ]);
    });

    it('writes the mode of a tmpfs mount in octal', () => {
      const Mounts = [
        { Type: 'tmpfs' as const, Target: '/t', TmpfsOptions: { SizeBytes: 1024, Mode: 0o1777 } },
      ];
      assert.deepEqual(host({ Mounts }).volumes?.[0]?.options, [
        'noexec',
        'nosuid',
        'nodev',
        'size=1024',
        'mode=1777',
      ]);
    });

    it('prefers a bind to the anonymous volume of the same path', () => {
      const made = request({ Volumes: { '/data': {}, '/other': {} }, HostConfig: { Binds: ['/src:/data'] } });
      assert.deepEqual(
        made.volumes?.map(({ kind, destination }) => [kind, destination]),
        [
          ['bind', '/data'],
          ['volume', '/other'],
        ],
      );
    });
  });

  describe('network', () => {
    it('reads ports with and without protocol and host port', () => {
      const PortBindings = {
        '80/tcp': [
          { HostIp: '127.0.0.1', HostPort: '8080' },
          { HostIp: '', HostPort: '' },
        ],
        '53/udp': [{}],
        '22': null,
      };
      const { network } = host({ PortBindings });
      assert.deepEqual(network?.ports, [
        { containerPort: 80, protocol: 'tcp', hostIp: '127.0.0.1', hostPort: 8080 },
        { containerPort: 80, protocol: 'tcp', hostIp: undefined, hostPort: undefined },
        { containerPort: 53, protocol: 'udp', hostIp: undefined, hostPort: undefined },
      ]);
      assert.deepEqual(network?.exposed, ['22/tcp']);
    });

    const modes: [string, Partial<ContainerCreateRequest>, string][] = [
      ['the default is that of pouchd.yaml', {}, ''],
      ['so is “default”', { HostConfig: { NetworkMode: 'default' } }, ''],
      ['and an endpoint of it', { NetworkingConfig: { EndpointsConfig: { default: {} } } }, ''],
      ['the endpoint names it', { NetworkingConfig: { EndpointsConfig: { none: {} } } }, 'none'],
      [
        'the mode takes precedence over the endpoint',
        { HostConfig: { NetworkMode: 'host' }, NetworkingConfig: { EndpointsConfig: { host: {} } } },
        'host',
      ],
      ['a disabled network becomes none', { NetworkDisabled: true }, 'none'],
      ['another container’s', { HostConfig: { NetworkMode: 'container:web' } }, 'container:web'],
    ];
    for (const [name, body, mode] of modes) it(name, () => assert.equal(request(body).network?.mode, mode));

    it('splits extra hosts at the first colon', () => {
      const { network } = host({ ExtraHosts: ['db:10.0.0.1', 'six:::1', 'gw:host-gateway'] });
      assert.deepEqual(network?.extraHosts, { db: '10.0.0.1', six: '::1', gw: 'host-gateway' });
    });

    it('reads a fixed address and MAC from the endpoint', () => {
      const endpoint = { IPAMConfig: { IPv4Address: '172.29.0.9' }, MacAddress: '02:42:AC:11:00:02' };
      const { network } = request({ NetworkingConfig: { EndpointsConfig: { bridge: endpoint } } });
      assert.equal(network?.ip, '172.29.0.9');
      assert.equal(network?.mac, '02:42:ac:11:00:02');
    });

    it('reads several networks, that of the mode first', () => {
      const { network } = request({
        HostConfig: { NetworkMode: 'b' },
        MacAddress: '02:42:ac:11:00:02',
        NetworkingConfig: {
          EndpointsConfig: {
            a: { IPAMConfig: { IPv4Address: '10.1.0.9' }, Aliases: ['x', 'x'] },
            b: { Aliases: ['y'] },
          },
        },
      });
      assert.equal(network?.mode, 'b');
      assert.deepEqual(network?.aliases, ['y']);
      assert.equal(network?.mac, '02:42:ac:11:00:02');
      assert.deepEqual(network?.endpoints, [{ network: 'a', ip: '10.1.0.9', aliases: ['x'] }]);
    });

    it('reads links in each form that Docker has, of the container and of its endpoints', () => {
      const links = ['db', 'db:sql', '/db:/shop/pg'];
      assert.deepEqual(host({ Links: links }).network?.links, ['db:db', 'db:sql', 'db:pg']);
      const { network } = request({
        HostConfig: { NetworkMode: 'b', Links: ['db:sql'] },
        NetworkingConfig: { EndpointsConfig: { b: { Links: ['db:sql', 'db:x'] }, c: { Links: ['y'] } } },
      });
      assert.deepEqual(network?.links, ['db:sql', 'db:x']);
      assert.deepEqual(network?.endpoints, [{ network: 'c', links: ['y:y'] }]);
    });

    it('drops published ports of the host network with a warning', () => {
      const { request: made, warnings } = translate({
        HostConfig: { NetworkMode: 'host', PortBindings: { '80/tcp': [{ HostPort: '80' }] } },
      });
      assert.deepEqual(made.network?.ports, []);
      assert.match(warnings.join(), /Published ports are discarded when using host network mode/);
    });
  });

  it('translates limits, devices and policies', () => {
    const made = host({
      Memory: 64 * 1024 * 1024,
      MemorySwap: -1,
      NanoCpus: 500_000_000,
      PidsLimit: -1,
      Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }],
      Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '', CgroupPermissions: 'rwm' }],
      DeviceCgroupRules: ['c 10:229 rwm'],
      BlkioDeviceReadBps: [{ Path: '/dev/sda', Rate: 1024 }],
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
      ShmSize: 1024,
      Runtime: 'crun',
      Init: true,
    });
    assert.equal(made.resources?.memory, 64 * 1024 * 1024);
    assert.equal(made.resources?.memorySwap, -1);
    assert.equal(made.resources?.nanoCpus, 500_000_000);
    assert.equal(made.resources?.pids, undefined);
    assert.deepEqual(made.resources?.blkioDeviceReadBps, [{ path: '/dev/sda', rate: 1024 }]);
    assert.deepEqual(made.ulimits, { nofile: { soft: 1024, hard: 2048 } });
    assert.deepEqual(made.devices, [{ host: '/dev/fuse', path: undefined, access: 'rwm' }]);
    assert.deepEqual(made.restart, { name: 'on-failure', maximumRetryCount: 3 });
    assert.deepEqual(made.log, { driver: 'json-file', options: { 'max-size': '1m' } });
    assert.equal(made.shmSize, 1024);
    assert.equal(made.runtime, 'crun');
    assert.equal(made.init, true);
  });

  it('takes the size of the root file system, and no other option of a storage driver', () => {
    assert.equal(host({ StorageOpt: { size: '1.5G' } }).diskQuota, 1.5 * 1024 ** 3);
    assert.equal(host({ StorageOpt: {} }).diskQuota, undefined);
    for (const StorageOpt of [{ size: 'much' }, { size: '' }, { 'dm.basesize': '1G' }])
      assert.throws(() => host({ StorageOpt } as never), { code: 'PCH_OPTION_INVALID' });
  });

  it('passes Pouch’s fields', () => {
    assert.equal(request({ HostConfig: { VmOf: 'db' } }).vmOf, 'db');
    assert.deepEqual(request({ Rich: true, RichMode: 'systemd', InitScript: 'echo hi' }).rich, {
      enabled: true,
      mode: 'systemd',
      initScript: 'echo hi',
    });
    assert.equal(request({}).rich, undefined);
    assert.throws(
      () => request({ Rich: true, RestartAfterPoweroff: true, HostConfig: { AutoRemove: true } }),
      /expected .*AutoRemove.* or .*RestartAfterPoweroff.*, found both/,
    );
  });

  it('warns about unsupported fields, and only about those', () => {
    const quiet = translate({
      HostConfig: { VolumeDriver: 'local', VolumesFrom: [], Links: [], KernelMemory: 0 },
    });
    assert.deepEqual(quiet.warnings, []);
    const { warnings } = translate({
      HostConfig: { KernelMemory: 64 << 20 },
      NetworkingConfig: { EndpointsConfig: { bridge: { Aliases: ['db'] } } },
    });
    assert.equal(warnings.length, 2);
    for (const word of ['kernel memory limit is deprecated', 'Aliases'])
      assert.match(warnings.join('\n'), new RegExp(word));
  });

  it('asks for GPUs by the names of NVIDIA’s CDI specification', () => {
    const names = (request: NonNullable<HostConfig['DeviceRequests']>[number]) =>
      translate({ HostConfig: { DeviceRequests: [request] } }).request.cdiDevices;
    const gpu = { Driver: '', Capabilities: [['gpu', 'utility']] };
    assert.deepEqual(names({ ...gpu, Count: -1 }), ['nvidia.com/gpu=all']);
    assert.deepEqual(names({ ...gpu, Count: 2 }), ['nvidia.com/gpu=0', 'nvidia.com/gpu=1']);
    assert.deepEqual(names({ ...gpu, DeviceIDs: ['GPU-1'] }), ['nvidia.com/gpu=GPU-1']);
    for (const other of [{ ...gpu, Driver: 'amd' }, { Capabilities: [['tpu']] }])
      assert.throws(() => names(other), {
        code: 'PCH_NOT_SUPPORTED',
        message: /could not select device driver/,
      });
  });

  describe('refuses', () => {
    const cases: [string, Partial<ContainerCreateRequest>, RegExp][] = [
      ['a bind without destination', { HostConfig: { Binds: ['/a:'] } }, /SOURCE:DESTINATION/],
      ['a link to nothing', { HostConfig: { Links: [':db'] } }, /HostConfig\.Links\[0\].*NAME or NAME:ALIAS/],
      [
        'links in the network of the host',
        { HostConfig: { Links: ['db'], NetworkMode: 'host' } },
        /host type network cannot be used with links/,
      ],
      ['a tiny memory reservation', { HostConfig: { MemoryReservation: 1024 } }, /at least 6 MiB/],
      ['a relative destination', { HostConfig: { Binds: ['/a:b'] } }, /absolute path/],
      ['a destination above', { HostConfig: { Binds: ['/a:/b/../../c'] } }, /without "\.\."/],
      ['the root as destination', { HostConfig: { Binds: ['/a:/'] } }, /below "\/"/],
      ['an unknown bind option', { HostConfig: { Binds: ['/a:/b:wat'] } }, /options ro, rw/],
      ['a bad volume name', { HostConfig: { Binds: ['.x:/b'] } }, /volume name/],
      [
        'two volumes on one path',
        { HostConfig: { Binds: ['/a:/b', '/c:/b/'] } },
        /Duplicate mount point: \/b/,
      ],
      ['port 0', { HostConfig: { PortBindings: { '0/tcp': [{}] } } }, /1 to 65535/],
      ['port 65536', { HostConfig: { PortBindings: { '65536/tcp': [{}] } } }, /1 to 65535/],
      ['an unknown protocol', { ExposedPorts: { '80/icmp': {} } }, /tcp, udp or sctp/],
      ['an invalid host port', { HostConfig: { PortBindings: { '80': [{ HostPort: 'x' }] } } }, /HostPort/],
      [
        'a host port range',
        { HostConfig: { PortBindings: { '80': [{ HostPort: '8000-8010' }] } } },
        /HostPort/,
      ],
      ['a bad host address', { HostConfig: { PortBindings: { '80': [{ HostIp: 'eth0' }] } } }, /IP address/],
      ['too little memory', { HostConfig: { Memory: 1024 } }, /at least 6 MiB/],
      ['negative memory', { HostConfig: { Memory: -5 } }, /at least 6 MiB/],
      [
        'swap below memory',
        { HostConfig: { Memory: 8388608, MemorySwap: 7000000 } },
        /at least the memory limit/,
      ],
      [
        'both ways of CPU limits',
        { HostConfig: { NanoCpus: 1, CpuQuota: 1000 } },
        /`HostConfig.NanoCpus`: expected either this or `HostConfig.CpuQuota`/,
      ],
      [
        'a soft limit above the hard one',
        { HostConfig: { Ulimits: [{ Name: 'nofile', Soft: 2, Hard: 1 }] } },
        /soft limit/,
      ],
      ['an unknown restart policy', { HostConfig: { RestartPolicy: { Name: 'never' } } }, /RestartPolicy/],
      [
        '--rm with --restart',
        { HostConfig: { AutoRemove: true, RestartPolicy: { Name: 'always' } } },
        /AutoRemove/,
      ],
      [
        'ports in the network of another container',
        { HostConfig: { NetworkMode: 'container:x', PortBindings: { '80/tcp': [{}] } } },
        /conflicting options/,
      ],
      ['a rich mode without rich', { RichMode: 'systemd' }, /`RichMode`: requires `Rich`/],
      ['an init script without rich', { InitScript: 'x' }, /`InitScript`: requires `Rich`/],
      ['no image', { Image: '' }, /`Image`: expected/],
      ['a relative working directory', { WorkingDir: 'x' }, /absolute path/],
      ['a bad device rule', { HostConfig: { DeviceCgroupRules: ['x'] } }, /TYPE MAJOR:MINOR ACCESS/],
      ['a bad extra host', { HostConfig: { ExtraHosts: ['db'] } }, /HOST:IP/],
      [
        'an unknown mount type',
        { HostConfig: { Mounts: [{ Type: 'npipe', Target: '/x' }] } },
        /bind, volume or tmpfs/,
      ],
    ];
    for (const [name, body, message] of cases)
      it(name, () =>
        assert.throws(
          () => translate(body),
          (error) => error instanceof PouchError && error.status < 502 && message.test(error.message),
        ),
      );
  });
});
