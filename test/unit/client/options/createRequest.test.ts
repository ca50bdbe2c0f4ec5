import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ContainerCreateRequest, HostConfig } from '../../../../client/index.ts';
import { requestFor } from '../../cli/support/flagsOf.ts';

/** The fields of the body to assert; all others must be as without the flags. */
type Part = Omit<ContainerCreateRequest, 'HostConfig'> & { HostConfig?: HostConfig };

const cases: [args: string, part: Part][] = [
  ['img', { Image: 'img' }],
  ['img echo -n --name x', { Cmd: ['echo', '-n', '--name', 'x'] }],
  ['-i img', { OpenStdin: true, AttachStdin: true, StdinOnce: true }],
  [
    '-it img',
    { OpenStdin: true, AttachStdin: true, StdinOnce: true, Tty: true, HostConfig: { ConsoleSize: [24, 80] } },
  ],
  ['-i=true --tty=false img', { OpenStdin: true, AttachStdin: true, StdinOnce: true }],
  ['-d img', { AttachStdout: false, AttachStderr: false }],
  [
    '-dit img',
    {
      AttachStdout: false,
      AttachStderr: false,
      OpenStdin: true,
      Tty: true,
      HostConfig: { ConsoleSize: [24, 80] },
    },
  ],
  ['-a stdout img', { AttachStderr: false }],
  [
    '-a STDIN -i img',
    { AttachStdout: false, AttachStderr: false, AttachStdin: true, OpenStdin: true, StdinOnce: true },
  ],
  ['-e A=1 -eB=2 --env C= --env=D=x=y img', { Env: ['A=1', 'B=2', 'C=', 'D=x=y'] }],
  [
    '-e A=1 --secret-env B=x=y --secret-env HERE img',
    { Env: ['A=1', 'B=x=y', 'HERE=yes'], SecretEnv: ['B', 'HERE'] },
  ],
  ['-e HERE -e NOT_HERE img', { Env: ['HERE=yes', 'NOT_HERE'] }],
  ['-w /srv -u 1:2 --entrypoint /bin/x img', { WorkingDir: '/srv', User: '1:2', Entrypoint: ['/bin/x'] }],
  ['--entrypoint= img', { Entrypoint: [''] }],
  ['-l a=1 --label b img', { Labels: { a: '1', b: '' } }],
  ['-h host --domainname d.example img', { Hostname: 'host', Domainname: 'd.example' }],
  [
    '--network web --network-alias a --network-alias b img',
    {
      HostConfig: { NetworkMode: 'web' },
      NetworkingConfig: { EndpointsConfig: { web: { Aliases: ['a', 'b'] } } },
    },
  ],
  [
    '--network a --network name=b,alias=x,alias=y,ip=10.0.0.5,ip6=fd00::5 --ip 10.0.1.5 img',
    {
      HostConfig: { NetworkMode: 'a' },
      NetworkingConfig: {
        EndpointsConfig: {
          a: { IPAMConfig: { IPv4Address: '10.0.1.5' } },
          b: { IPAMConfig: { IPv4Address: '10.0.0.5', IPv6Address: 'fd00::5' }, Aliases: ['x', 'y'] },
        },
      },
    },
  ],
  [
    '--net name=a,mac-address=02:42:ac:11:00:02,link=db:d,driver-opt=k=v=w --network b img',
    {
      HostConfig: { NetworkMode: 'b' },
      NetworkingConfig: {
        EndpointsConfig: {
          b: {},
          a: { MacAddress: '02:42:ac:11:00:02', Links: ['db:d'], DriverOpts: { k: 'v=w' } },
        },
      },
    },
  ],
  ['--network name=a img', { HostConfig: { NetworkMode: 'a' } }],
  ['--link db --link x:y img', { HostConfig: { Links: ['db', 'x:y'] } }],
  ['--mac-address 02:42:ac:11:00:02 img', { MacAddress: '02:42:ac:11:00:02' }],
  ['--stop-signal SIGINT --stop-timeout 5 img', { StopSignal: 'SIGINT', StopTimeout: 5 }],
  ['--rich img', { Rich: true }],
  [
    '--rich --rich-mode systemd --initscript /x.sh --restart-after-poweroff img',
    { Rich: true, RichMode: 'systemd', InitScript: '/x.sh', RestartAfterPoweroff: true },
  ],
  [
    '--rich --rich-service sshd --rich-service web=a=b --rich-service-after web=sshd,db --rich-service-health web=true img',
    {
      Rich: true,
      RichServices: { sshd: {}, web: { Command: 'a=b', After: ['sshd', 'db'], Health: 'true' } },
    },
  ],
  [
    '-v /a:/b:ro -v name:/c -v /anon img',
    { Volumes: { '/anon': {} }, HostConfig: { Binds: ['/a:/b:ro', 'name:/c'] } },
  ],
  ['-v ./rel:/b img', { HostConfig: { Binds: [`${resolve('rel')}:/b`] } }],
  [
    '--mount type=tmpfs,dst=/t,tmpfs-size=64k,tmpfs-mode=1777 img',
    {
      HostConfig: {
        Mounts: [{ Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 65536, Mode: 0o1777 } }],
      },
    },
  ],
  [
    '--tmpfs /run --tmpfs /x:size=1m,noexec img',
    { HostConfig: { Tmpfs: { '/run': '', '/x': 'size=1m,noexec' } } },
  ],
  ['--disk-quota 10g img', { HostConfig: { StorageOpt: { size: '10737418240' } } }],
  ['--storage-opt size=10G img', { HostConfig: { StorageOpt: { size: '10G' } } }],
  ['--read-only --shm-size 128m img', { HostConfig: { ReadonlyRootfs: true, ShmSize: 134217728 } }],
  ...(
    [
      ['all', { Count: -1 }],
      ['2', { Count: 2 }],
      ['device=0,1', { Count: 0, DeviceIDs: ['0', '1'] }],
      ['"device=0,1",driver=nvidia', { Count: 0, DeviceIDs: ['0', '1'], Driver: 'nvidia' }],
    ] as const
  ).map(([gpus, request]): [string, object] => [
    `--gpus ${gpus} img`,
    { HostConfig: { DeviceRequests: [{ ...request, Capabilities: [['gpu']] }] } },
  ]),
  ['--cap-add NET_ADMIN --cap-drop ALL img', { HostConfig: { CapAdd: ['NET_ADMIN'], CapDrop: ['ALL'] } }],
  [
    '--device /dev/fuse --device /dev/a:/dev/b:r img',
    {
      HostConfig: {
        Devices: [
          { PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' },
          { PathOnHost: '/dev/a', PathInContainer: '/dev/b', CgroupPermissions: 'r' },
        ],
      },
    },
  ],
  ['--privileged --init img', { HostConfig: { Privileged: true, Init: true } }],
  [
    '--security-opt no-new-privileges --security-opt seccomp=unconfined img',
    { HostConfig: { SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'] } },
  ],
  ['--security-opt systempaths=unconfined img', { HostConfig: { MaskedPaths: [], ReadonlyPaths: [] } }],
  [
    '--ulimit nofile=1024:2048 --ulimit core=-1 img',
    {
      HostConfig: {
        Ulimits: [
          { Name: 'nofile', Soft: 1024, Hard: 2048 },
          { Name: 'core', Soft: -1, Hard: -1 },
        ],
      },
    },
  ],
  ['--sysctl net.ipv4.ip_forward=1 img', { HostConfig: { Sysctls: { 'net.ipv4.ip_forward': '1' } } }],
  [
    '-m 512m --memory-swap -1 --memory-reservation 1.5g --memory-swappiness 0 img',
    { HostConfig: { Memory: 536870912, MemorySwap: -1, MemoryReservation: 1610612736, MemorySwappiness: 0 } },
  ],
  ['--memory=64MiB --memory-swap=128mb img', { HostConfig: { Memory: 67108864, MemorySwap: 134217728 } }],
  [
    '--cpus 1.5 --cpu-shares 512 --cpu-quota -1 --cpu-period 100000 img',
    { HostConfig: { NanoCpus: 1500000000, CpuShares: 512, CpuQuota: -1, CpuPeriod: 100000 } },
  ],
  ['--cpuset-cpus 0-1 --cpuset-mems 0 img', { HostConfig: { CpusetCpus: '0-1', CpusetMems: '0' } }],
  [
    '--pids-limit 100 --blkio-weight 300 --oom-score-adj -500 --oom-kill-disable img',
    { HostConfig: { PidsLimit: 100, BlkioWeight: 300, OomScoreAdj: -500, OomKillDisable: true } },
  ],
  [
    '--device-read-bps /dev/sda:1mb --device-write-iops /dev/sda:1000 img',
    {
      HostConfig: {
        BlkioDeviceReadBps: [{ Path: '/dev/sda', Rate: 1048576 }],
        BlkioDeviceWriteIOps: [{ Path: '/dev/sda', Rate: 1000 }],
      },
    },
  ],
  [
    '--blkio-weight-device /dev/sda:500 img',
    { HostConfig: { BlkioWeightDevice: [{ Path: '/dev/sda', Weight: 500 }] } },
  ],
  ['--rm img', { HostConfig: { AutoRemove: true } }],
  [
    '--restart on-failure:3 img',
    { HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 } } },
  ],
  [
    '--rm --restart no img',
    { HostConfig: { AutoRemove: true, RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } } },
  ],
  [
    '--log-driver json-file --log-opt max-size=10m img',
    { HostConfig: { LogConfig: { Type: 'json-file', Config: { 'max-size': '10m' } } } },
  ],
  [
    '-p 8080:80 -p 127.0.0.1::53/udp img',
    {
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      HostConfig: {
        PortBindings: {
          '80/tcp': [{ HostIp: '', HostPort: '8080' }],
          '53/udp': [{ HostIp: '127.0.0.1', HostPort: '' }],
        },
      },
    },
  ],
  [
    '-p=80 -P --expose 90-91 img',
    {
      ExposedPorts: { '80/tcp': {}, '90/tcp': {}, '91/tcp': {} },
      HostConfig: { PublishAllPorts: true, PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '' }] } },
    },
  ],
  ['--network none img', { HostConfig: { NetworkMode: 'none' } }],
  ['--net container:x img', { HostConfig: { NetworkMode: 'container:x' } }],
  [
    '--dns 1.1.1.1 --dns ::1 --dns-search a.b --dns-option ndots:2 img',
    { HostConfig: { Dns: ['1.1.1.1', '::1'], DnsSearch: ['a.b'], DnsOptions: ['ndots:2'] } },
  ],
  [
    '--add-host a:10.0.0.1 --add-host b=::1 --add-host c:host-gateway img',
    { HostConfig: { ExtraHosts: ['a:10.0.0.1', 'b:::1', 'c:host-gateway'] } },
  ],
  [
    '--ip 172.17.0.9 img',
    { NetworkingConfig: { EndpointsConfig: { default: { IPAMConfig: { IPv4Address: '172.17.0.9' } } } } },
  ],
  [
    '--pid host --ipc private --uts host --userns host --cgroupns private --cgroup-parent /p img',
    {
      HostConfig: {
        PidMode: 'host',
        IpcMode: 'private',
        UTSMode: 'host',
        UsernsMode: 'host',
        CgroupnsMode: 'private',
        CgroupParent: '/p',
      },
    },
  ],
  [
    '--health-cmd true --health-interval 1m30s --health-timeout 500ms --health-retries 0 img',
    { Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 90e9, Timeout: 5e8, Retries: 0 } },
  ],
  ['--health-cmd ["test","-e","/ok"] img', { Healthcheck: { Test: ['CMD', 'test', '-e', '/ok'] } }],
  ['--health-cmd ["CMD","true"] img', { Healthcheck: { Test: ['CMD', 'true'] } }],
  ['--health-cmd ["true"] img', { Healthcheck: { Test: ['CMD-SHELL', 'true'] } }],
  ['--health-cmd [1] img', { Healthcheck: { Test: ['CMD-SHELL', '[1]'] } }],
  ['--health-cmd [] img', { Healthcheck: { Test: ['CMD-SHELL', '[]'] } }],
  ['--health-cmd [x img', { Healthcheck: { Test: ['CMD-SHELL', '[x'] } }],
  [
    '--health-start-period 1h --health-start-interval 2s --health-on-failure kill img',
    { Healthcheck: { StartPeriod: 3600e9, StartInterval: 2e9 }, HealthcheckOnFailureAction: 'kill' },
  ],
  [
    `--specific-id ${'ab'.repeat(32)} --disable-network-files --net-priority 3 --kernel-memory 64m img`,
    {
      SpecificID: 'ab'.repeat(32),
      DisableNetworkFiles: true,
      NetPriority: 3,
      HostConfig: { KernelMemory: 64 << 20 },
    },
  ],
  ['--no-healthcheck img', { Healthcheck: { Test: ['NONE'] } }],
  ['--volumes-from a:ro --volumes-from b img', { HostConfig: { VolumesFrom: ['a:ro', 'b'] } }],
  [
    '--runtime crun --annotation a.b=c --group-add 5 img',
    { HostConfig: { Runtime: 'crun', Annotations: { 'a.b': 'c' }, GroupAdd: ['5'] } },
  ],
  [
    '--vm-of db --kata-opt agent.enable_tracing=true --annotation a.b=c img',
    {
      HostConfig: {
        VmOf: 'db',
        Annotations: { 'a.b': 'c', 'io.katacontainers.config.agent.enable_tracing': 'true' },
      },
    },
  ],
];

const plain = requestFor(['img']);

describe('the body of create for flags of run', () => {
  for (const [line, part] of cases) {
    it(line, () => {
      const { HostConfig: host, ...body } = requestFor(line.split(' '), { HERE: 'yes' });
      const { HostConfig: plainHost, ...plainBody } = plain;
      const { HostConfig: hostPart, ...bodyPart } = part;
      assert.deepEqual(body, { ...plainBody, ...bodyPart });
      assert.deepEqual(host, { ...plainHost, ...hostPart });
    });
  }

  it('omits options that are not given', () => {
    assert.deepEqual(plain, {
      Image: 'img',
      Tty: false,
      OpenStdin: false,
      StdinOnce: false,
      AttachStdin: false,
      AttachStdout: true,
      AttachStderr: true,
      HostConfig: { AutoRemove: false, NetworkMode: 'default' },
    });
  });

  it('accepts a device rule with spaces', () => {
    assert.deepEqual(requestFor(['--device-cgroup-rule', 'c 1:* rwm', 'img']).HostConfig?.DeviceCgroupRules, [
      'c 1:* rwm',
    ]);
  });
});

describe('files given by flags of run', () => {
  let directory: string;
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'pouch-flags-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('--env-file takes values literally, inherits bare names, and -e takes precedence', () => {
    const path = write('env', '\uFEFF# comment\nA=1 "quoted" # kept\r\n\n  B=\nHERE\nNOT_HERE\n');
    const { Env } = requestFor(['--env-file', path, '-e', 'A=2', 'img'], { HERE: 'yes' });
    assert.deepEqual(Env, ['A=1 "quoted" # kept', 'B=', 'HERE=yes', 'A=2']);
  });

  it('--env-file reports the invalid line', () => {
    const path = write('env', 'A=1\nB C=2\n');
    assert.throws(() => requestFor(['--env-file', path, 'img']), {
      code: 'PCH_OPTION_INVALID',
      message: /env:2: .* found "B C"$/,
    });
  });

  it('--secret-env-file is like --env-file, and its names are masked', () => {
    const path = write('env', 'A=1\nB=2\n');
    const secret = write('secret', 'B=3\nHERE\n');
    const { Env, SecretEnv } = requestFor(
      ['--secret-env-file', secret, '--env-file', path, '--secret-env', 'B=4', 'img'],
      { HERE: 'yes' },
    );
    assert.deepEqual(Env, ['A=1', 'B=2', 'B=3', 'HERE=yes', 'B=4']);
    assert.deepEqual(SecretEnv, ['B', 'HERE']);
  });

  it('an invalid line of --secret-env-file is not shown whole', () => {
    const path = write('secret', 'export DSN=not-to-be-seen\n');
    assert.throws(() => requestFor(['--secret-env-file', path, 'img']), {
      code: 'PCH_OPTION_INVALID',
      message: /secret:1: .* found "export DSN"$/,
    });
  });

  it('--label-file is read, -l takes precedence', () => {
    const path = write('labels', 'a=1\nb\n# no\n');
    assert.deepEqual(requestFor(['--label-file', path, '-l', 'a=2', 'img']).Labels, { a: '2', b: '' });
  });

  it('a seccomp profile is sent as its content', () => {
    const path = write('profile.json', '{ "defaultAction":  "SCMP_ACT_ALLOW" }');
    assert.deepEqual(requestFor(['--security-opt', `seccomp=${path}`, 'img']).HostConfig?.SecurityOpt, [
      'seccomp={"defaultAction":"SCMP_ACT_ALLOW"}',
    ]);
  });

  for (const flag of ['--env-file', '--label-file']) {
    it(`${flag}: a missing file is reported`, () => {
      assert.throws(() => requestFor([flag, '/does/not/exist', 'img']), {
        code: 'PCH_OPTION_INVALID',
        message: /\/does\/not\/exist/,
      });
    });
  }
});

describe('errors of invalid values name the flag, what it takes, and what was found', () => {
  const bad: [args: string[], message: RegExp][] = [
    [['-m', '5x'], /^-m, --memory: expected a size .*, found "5x"$/],
    [['-m', '-5'], /--memory/],
    [['-m', ''], /--memory/],
    [['--memory-swap', '-2'], /--memory-swap/],
    [['--shm-size', '1e9g'], /--shm-size/],
    [['--disk-quota', 'x'], /--disk-quota/],
    [['--disk-quota', '1g', '--storage-opt', 'size=2g'], /exclude/],
    [['--cpus', 'many'], /--cpus: expected a number of CPUs/],
    [['--cpus', '0.0000000001'], /--cpus/],
    [['--cpu-shares', '1.5'], /--cpu-shares: expected a whole number of at least 0/],
    [['--pids-limit', '-2'], /--pids-limit/],
    [['--oom-score-adj', '1001'], /from -1000 to 1000/],
    [['--stop-timeout', '5s'], /--stop-timeout/],
    [['-p', '80:90:100:110'], /-p, --publish/],
    [['-p', 'x:80'], /--publish/],
    [['-p', '0'], /--publish/],
    [['-p', '70000:80'], /1 to 65535/],
    [['-p', '80/xyz'], /--publish/],
    [['-p', '8000-8002:80-81'], /as many host ports/],
    [['-p', '90-80'], /--publish/],
    [['-p', 'localhost:80:80'], /--publish/],
    [['--expose', '0'], /--expose/],
    [['-v', '/a:b'], /-v, --volume/],
    [['-v', ':/b'], /--volume/],
    [['-v', '/a:/b:ro:x'], /--volume/],
    [['-v', '/a:/b:'], /--volume/],
    [['-v', 'rel/dir:/b'], /--volume: expected a host path/],
    [['-v', '/a:/'], /below \//],
    [['--mount', 'type=bind,dst=/b'], /--mount: expected source=/],
    [['--mount', 'type=nfs,dst=/b'], /bind, volume or tmpfs, found "nfs"/],
    [['--mount', 'type=tmpfs,dst=/b,colour=red'], /--mount: expected one of .*, found "colour"/],
    [['--mount', 'type=bind,src=/a,dst=/b,tmpfs-size=1m'], /only with type=tmpfs/],
    [['--mount', 'type=tmpfs,src=/a,dst=/b'], /no source/],
    [['--mount', 'type=tmpfs,dst=b'], /target=/],
    [['--mount', 'type=bind,src=/a,dst=/b,ro=perhaps'], /--mount readonly/],
    [['--tmpfs', 'run'], /--tmpfs/],
    [['--device', 'fuse'], /--device/],
    [['--device', '/dev/a:/dev/b:xyz'], /--device/],
    [['--device-read-bps', 'sda:1m'], /--device-read-bps/],
    [['--device-read-iops', '/dev/sda:1m'], /--device-read-iops/],
    [['--blkio-weight-device', '/dev/sda:5'], /--blkio-weight-device/],
    [['--device-cgroup-rule', 'x 1:2 r'], /--device-cgroup-rule/],
    [['--ulimit', 'nofiles=1'], /--ulimit: expected one of .*, found "nofiles"/],
    [['--ulimit', 'nofile=2:1'], /not above the hard/],
    [['--ulimit', 'nofile'], /--ulimit/],
    [['--restart', 'sometimes'], /--restart/],
    [['--restart', 'always:3'], /--restart/],
    [['--restart', 'on-failure:x'], /--restart/],
    [['-e', '=x'], /-e, --env/],
    [['-l', '=x'], /-l, --label/],
    [['--sysctl', 'a'], /--sysctl/],
    [['--log-opt', 'a'], /--log-opt/],
    [['--dns', 'dns.example'], /--dns/],
    [['--ip', '::1'], /--ip: expected an IPv4 address/],
    [['--network', 'alias=x'], /--network: expected NAME, or name=NAME/],
    [['--network', 'name='], /--network name: expected name=VALUE/],
    [['--network', 'name=a,colour=red'], /--network: expected one of name, alias, .*found "colour"/],
    [['--network', 'name=a,ip=fd00::1'], /--network ip: expected an IPv4 address, found "fd00::1"/],
    [['--network', 'name=a,ip=10.0.0.1,ip=10.0.0.2'], /--network ip: expected one value/],
    [['--network', 'name=a,driver-opt=x'], /--network driver-opt: expected driver-opt=KEY=VALUE/],
    [['--network', 'a', '--network', 'name=a,alias=x'], /expected each network once, found a twice/],
    [['--network', 'name=a,ip=10.0.0.1', '--ip', '10.0.0.2'], /--ip and ip of the first --network exclude/],
    [['--network', 'name=a,alias=x', '--network-alias', 'y'], /--network-alias and alias of the first/],
    [['--add-host', 'a:b'], /--add-host/],
    [['-a', 'stdlog'], /--attach/],
    [['--security-opt', 'seccomp=/does/not/exist'], /cannot read/],
    [['--sig-proxy=perhaps'], /--sig-proxy: expected true or false/],
    [['--rich-mode', 'systemd'], /--rich-mode is only for rich containers/],
    [['--initscript', 'x'], /--initscript is only for rich containers/],
    [['--rich', '--initscript', '@/does/not/exist'], /--initscript: cannot read/],
    [['--rich', '--initscript', '@/etc/hostname'], /--initscript: expected a file that begins with #!/],
    [['--restart-after-poweroff'], /--restart-after-poweroff is only for rich containers/],
    [['--rich-service', 'sshd'], /--rich-service is only for rich containers/],
    [['--rich', '--rich-service-after', 'web=db'], /--rich-service-after: expected NAME=… of a service/],
    [['--rm', '--restart', 'always'], /exclude each other/],
    [['-d', '-a', 'stdout'], /exclude each other/],
  ];
  for (const [args, message] of bad) {
    it(args.join(' '), () => {
      assert.throws(() => requestFor([...args, 'img']), { code: 'PCH_OPTION_INVALID', message });
    });
  }
});
