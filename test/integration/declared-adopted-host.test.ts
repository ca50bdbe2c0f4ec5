import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import type { ContainerInspect } from '../../client/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { type DeclaredHost, renewBusybox, testDeclaredHost } from '../support/declaredHost.ts';
import { freePort } from '../support/freePort.ts';
import { adoptedEdits } from '../support/hostEdits/adoptedEdits.ts';
import type { Sections } from '../support/hostEdits/edit.ts';
import { someOf } from '../support/someOf.ts';
import { TestDockerd } from '../support/TestDockerd.ts';
import { useDaemon } from '../support/useDaemon.ts';

const sleeps = ['busybox', 'sleep', '1000'];
const soon = ['--stop-timeout', '0'];

/** Arguments of `docker create`: six containers as they are found on hosts. */
const assorted = (port: number): Record<string, string[]> => ({
  web: [
    ...[
      '-p',
      `127.0.0.1:${port}:80`,
      '--restart',
      'always',
      '-m',
      '32m',
      '-e',
      'MODE=live',
      '--label',
      'team=shop',
    ],
    ...['--health-cmd', 'wget -qO- localhost >/dev/null', '--health-interval', '1s', ...soon],
    ...['busybox', 'sh', '-c', 'echo hello >/tmp/index.html; exec httpd -f -h /tmp'],
  ],
  cache: [
    ...['-v', 'cache:/data', '-v', '/usr/share:/host:ro', '--tmpfs', '/scratch:size=1m', '--read-only'],
    ...['-u', '1000:1000', '-w', '/data', ...soon, ...sleeps],
  ],
  worker: [
    ...[
      '--ulimit',
      'nofile=512:1024',
      '--cap-drop',
      'ALL',
      '--cap-add',
      'CHOWN',
      '--init',
      '--stop-signal',
      'SIGINT',
    ],
    ...['--entrypoint', 'sh', ...soon, 'busybox', '-c', 'exec sleep 1000'],
  ],
  batch: [
    ...[
      '--pids-limit',
      '64',
      '--cpus',
      '0.5',
      '--cpu-shares',
      '512',
      '--oom-score-adj',
      '300',
      '--shm-size',
      '32m',
    ],
    ...['--group-add', '20', '--sysctl', 'net.ipv4.ip_default_ttl=60', ...soon, ...sleeps],
  ],
  old: [
    ...[
      '--network',
      'none',
      '--hostname',
      'legacy',
      '--domainname',
      'example.org',
      '--restart',
      'on-failure:3',
    ],
    ...['--label', 'note=a "quoted" text', '-e', 'EMPTY=', ...soon, ...sleeps],
  ],
  tool: [
    ...['--add-host', 'gateway:192.0.2.1', '--dns', '192.0.2.53', '--dns-search', 'example.org', '-t', '-i'],
    ...['--security-opt', 'no-new-privileges', ...soon, 'busybox', 'cat'],
  ],
});

const composeFile = (subnet: string) => `version: "3.7"
services:
  db:
    image: busybox
    command: ["sh", "-c", "echo stored >/data/index.html; exec httpd -f -h /data"]
    volumes: [shopdata:/data]
    stop_grace_period: 0s
    restart: unless-stopped
  app:
    image: busybox
    command: ["sleep", "1000"]
    depends_on: [db]
    environment: { DB: db }
    stop_grace_period: 0s
volumes:
  shopdata: {}
networks:
  default: { ipam: { config: [{ subnet: ${subnet} }] } }
`;

/** What a process of the container sees of its options. */
const probe = `
id; pwd; umask
env | grep -vE '^(HOSTNAME|TERM)=' | sort
grep -E 'Max open files' /proc/1/limits
grep -E 'Cap(Prm|Eff|Bnd)|NoNewPrivs|Seccomp:' /proc/1/status
cat /proc/1/oom_score_adj /proc/sys/net/ipv4/ip_default_ttl
df -k /dev/shm | awk 'NR == 2 { print $2 }'
for at in / /data /scratch /host; do
  [ -d $at ] && { touch $at/probe 2>/dev/null && echo "$at rw" && rm $at/probe || echo "$at ro"; }
done
grep -E 'gateway' /etc/hosts || true
`;

const configKeys = [
  ...['Cmd', 'Entrypoint', 'WorkingDir', 'User', 'StopTimeout', 'Tty', 'OpenStdin'],
  ...['Healthcheck', 'ExposedPorts', 'Domainname'],
] as const;
const hostKeys = [
  ...['Memory', 'NanoCpus', 'CpuShares', 'PidsLimit', 'PortBindings', 'CapAdd', 'CapDrop'],
  ...[
    'Dns',
    'DnsSearch',
    'ExtraHosts',
    'ReadonlyRootfs',
    'Tmpfs',
    'Ulimits',
    'Sysctls',
    'ShmSize',
    'GroupAdd',
  ],
  ...['Init', 'Privileged', 'OomScoreAdj', 'SecurityOpt'],
] as const;

/** What both daemons mean by nothing. */
function known(value: unknown): unknown {
  const isNothing = value === null || value === undefined || value === '' || value === 0 || value === false;
  if (isNothing) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(known);
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, one]) => [key, known(one)] as const);
  const left = entries.filter(([, one]) => one !== undefined);
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

function behaviour({ Config, HostConfig }: ContainerInspect): Record<string, unknown> {
  const all: Record<string, unknown> = { ...Config, ...HostConfig };
  const env = (Config.Env ?? []).filter((one) => !/^(PATH|HOSTNAME|HOME|TERM)=/.test(one)).toSorted();
  const labels = Object.entries(Config.Labels ?? {}).filter(
    ([name]) => !/^(com\.docker|io\.pouch)\./.test(name),
  );
  const restart = HostConfig.RestartPolicy?.Name === 'no' ? undefined : known(HostConfig.RestartPolicy);
  const kept = [...configKeys, ...hostKeys].map((key) => [key, known(all[key])] as const);
  const binds = (HostConfig.Binds ?? []).map((bind) => bind.replace(/:rw$/, ''));
  // Pouch shows the default, dockerd nothing.
  const signal = Config.StopSignal === 'SIGTERM' ? undefined : Config.StopSignal;
  return Object.fromEntries([
    ...kept,
    ['Binds', binds],
    ['RestartPolicy', restart],
    ['StopSignal', signal],
    ['Env', env],
    ['Labels', Object.fromEntries(labels)],
  ]);
}

describe('a host whose file was made from a dockerd', function () {
  this.timeout(300_000);
  this.slow(60_000);
  const daemon = useDaemon({ hasOwnNetwork: true });
  const { ok, pouch } = daemon;
  const subnet = `198.18.${process.pid % 200}.64/28`;
  let port: number;
  let dockerd: TestDockerd;
  const theirs = new Map<string, { inspect: Record<string, unknown>; probe: string }>();

  const docker = async (...args: string[]) =>
    (await execa('docker', ['-H', dockerd.host, ...args], { timeout: 60_000 })).stdout;

  before(async function () {
    this.timeout(120_000);
    port = await freePort();
    dockerd = await TestDockerd.start('--iptables=false', '--ip6tables=false');
    for (const [name, args] of Object.entries(assorted(port)))
      await docker('create', '--name', name, ...args);
    await docker('start', ...Object.keys(assorted(port)));
    const file = join(dockerd.directory, 'compose.yaml');
    await writeFile(file, composeFile(subnet));
    await execa('docker-compose', ['-f', file, '-p', 'shop', 'up', '-d'], {
      env: { DOCKER_HOST: dockerd.host },
    });
    await docker('exec', '-u', '0', 'cache', 'chown', '1000:1000', '/data');
    await docker('exec', 'cache', 'sh', '-c', 'echo kept >/data/file');

    const names = [...Object.keys(assorted(port)), 'shop_db_1', 'shop_app_1'];
    for (const name of names) {
      const [inspect] = JSON.parse(await docker('inspect', name)) as [ContainerInspect];
      theirs.set(name, { inspect: behaviour(inspect), probe: await docker('exec', name, 'sh', '-c', probe) });
    }
    const yaml = await ok('adopt', '--from', dockerd.host, ...names);
    assert.doesNotMatch(yaml, /not written/);
    Object.assign(host.sections, parse(yaml) as Sections);
    assert.deepEqual(Object.keys(host.sections.containers).toSorted(), names.toSorted());
    // The comments of the file ask for it: the data of volumes stays with dockerd.
    await ok('volume', 'create', 'cache');
    const data = await execa('docker', ['-H', dockerd.host, 'cp', '-a', 'cache:/data/.', '-'], {
      encoding: 'buffer',
    });
    const archive = join(dockerd.directory, 'data.tar');
    await writeFile(archive, data.stdout);
    const mounts = ['-v', 'cache:/data', '-v', `${archive}:/data.tar:ro`];
    await ok(
      'run',
      '--rm',
      '--network',
      'none',
      ...mounts,
      'busybox',
      'tar',
      'xf',
      '/data.tar',
      '-C',
      '/data',
    );
    await docker('stop', '-t', '0', ...names);
  });
  after(() => dockerd?.dispose());

  async function works(): Promise<void> {
    const url = `http://127.0.0.1:${port}/`;
    const fetchPage = [`--net=${daemon.it.names.network}`, 'busybox', 'wget', '-qO-', url];
    const page = async () => (await execa('nsenter', fetchPage, { reject: false })).stdout;
    assert.ok(await waitUntil(async () => (await page()) === 'hello', { withinMs: 20_000 }));
    assert.equal(await ok('exec', 'cache', 'cat', '/data/file'), 'kept');
    const stored = async () =>
      (await pouch('exec', 'shop_app_1', 'sh', '-c', 'wget -qO- http://$DB/')).stdout === 'stored\n';
    assert.ok(
      await waitUntil(stored, { withinMs: 20_000 }),
      'the service app reaches the service db by its name',
    );
  }

  const host: DeclaredHost = {
    sections: { containers: {} },
    edits: adoptedEdits,
    works,
    upWithinMs: 60_000,
    killedAt: (steps) => someOf(steps, 'kills of an adopted host'),
    async refreshImage() {
      await renewBusybox(daemon);
      return ['web', 'cache', 'worker', 'batch', 'old', 'shop_db_1', 'shop_app_1'].map(
        // It shares the network of another one.
        (name) => `± container ${name}: recreate image${name === 'worker' ? ' network' : ''}`,
      );
    },
    drift: {
      commands: [
        ['update', '--memory', '64m', 'web'],
        ['stop', 'old'],
      ],
      reported: /container web\n {4}memory: declared 48m, found 64m[^]*container old: stopped/,
    },
  };

  testDeclaredHost(daemon, host, () => {
    it('behaves as before', async () => {
      for (const [name, { inspect, probe: before }] of theirs) {
        assert.deepEqual(behaviour((await daemon.it.inspect(name))!), inspect, name);
        assert.equal(await ok('exec', name, 'sh', '-c', probe), before, name);
      }
    });
  });
});
