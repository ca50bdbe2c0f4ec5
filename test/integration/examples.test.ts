import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { busyboxFiles } from '../../scripts/lib/busyboxImage.ts';
import { type LayerFile, layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import { DatagramReceiver } from '../support/DatagramReceiver.ts';
import { LineCollector } from '../support/LineCollector.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const examples = resolve(import.meta.dirname, '../../examples');

describe('examples', function () {
  this.timeout(120_000);
  this.slow(5_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);

  const collector = new LineCollector();
  let syslog: DatagramReceiver;

  /** Entries of pouchd.yaml: more lines of each, after its path. */
  const entries = (): Record<string, string> => ({
    'simple-mode': '',
    'license-mac': `    grants: { services: { containers: [list] } }
    options: { identities: { erp: { mac: '00:50:56:a1:b2:c3', hostid: a8c00701 } } }
`,
    'legacy-init': `    grants: { services: { containers: [list, restart], events: [emit], execs: [create, start] } }
    options: { interval: 300, failures: 2 }
`,
    audit: `    isolation: in-process
    options: { directory: ${at('audit-log')}, syslog: ${at('log')}, http: '${collector.url}', queue: 8, deadline: 3000 }
`,
  });

  before(async () => {
    await collector.start();
    syslog = await DatagramReceiver.start(at('log'));
    let yaml = 'plugins:\n';
    for (const [name, more] of Object.entries(entries())) {
      await cp(join(examples, name), at(name), { recursive: true });
      yaml += `  - path: ${at(name)}/${name}.ts\n${more}`;
    }
    await daemon.it.configure(yaml);
    await ok('plugin', 'reload');
  });

  /** busybox with more files. */
  async function load(reference: string, more: LayerFile[]): Promise<void> {
    const file = at('image.tar');
    const layers = [await layerTar([...(await busyboxFiles()), ...more])];
    const config = { Cmd: ['sh'], Env: ['PATH=/sbin:/bin'] };
    await writeImageArchive(file, { reference, layers, config });
    await ok('load', '-i', file);
  }

  const logged = async (name: string, pattern: RegExp) =>
    await waitUntil(async () => pattern.test((await daemon.pouch('logs', name)).stdout), {
      withinMs: 30_000,
    });

  describe('simple-mode, a rich mode from outside', () => {
    before(() =>
      load('docker.io/library/shop:latest', [
        { path: 'etc/simple.d' },
        { path: 'etc/simple.d/ticker', mode: 0o755, content: '#!/bin/sh\necho tick as $(id -un)\n' },
        { path: 'etc/simple.d/README', content: 'not a service\n' },
      ]),
    );

    it('is listed beside the built-in modes, with its plugin', async () => {
      const modes = (await ok('rich', 'ls', '-q')).split('\n');
      for (const mode of ['dumb-init', 'legacy', 'simple', 'systemd']) assert.ok(modes.includes(mode), mode);
      assert.match(await ok('rich', 'ls'), /^simple +simple-mode +The programs of \/etc\/simple\.d/m);
      assert.match(await ok('plugin', 'inspect', 'simple-mode'), /"richMode": \[\s*"simple"/);
    });

    it('is chosen by the image, runs its services again, and ends with its command', async () => {
      await ok(
        'run',
        '-d',
        '--rich',
        '--name',
        'shop',
        'shop',
        'sh',
        '-c',
        'trap "exit 7" TERM; read x </dev/zero & wait',
      );
      assert.ok(await logged('shop', /tick as root\ntick as root\n/));
      assert.match(await ok('explain', 'shop', '--field', 'rich.mode'), /simple +simple-mode/);
      assert.match(await ok('exec', 'shop', 'ps'), / 1 root .*\/\.pouch\/init/);
      await ok('stop', 'shop');
      assert.equal((await daemon.it.inspect('shop'))?.State.ExitCode, 7);
      await ok('rm', 'shop');
    });

    it('can be named, with an init script that comes first; an unknown mode is refused with the known ones', async () => {
      const script =
        '#!/bin/sh\nmkdir /etc/simple.d; printf "#!/bin/sh\\necho tock\\n" >/etc/simple.d/a; chmod +x /etc/simple.d/a';
      const rich = ['--rich', '--rich-mode', 'simple', '--initscript', script];
      await ok('run', '-d', ...rich, '--name', 'named', 'busybox', 'sleep', '1000');
      assert.ok(await logged('named', /tock\ntock\n/));
      await ok('rm', '-f', 'named');
      const { stderr } = await daemon.pouch(
        'run',
        '--rm',
        '--rich',
        '--rich-mode',
        'simpel',
        'busybox',
        'true',
      );
      assert.match(stderr, /no active plugin provides the rich mode "simpel"[^]*simple/);
    });
  });

  describe('license-mac', () => {
    before(async () => {
      for (const version of ['1', '2'])
        await load(`docker.io/library/erp:${version}`, [{ path: 'etc/version', content: version }]);
    });

    const script = 'cat /sys/class/net/eth0/address; hostid; cat /etc/machine-id; hostname';
    const identity = async (name: string) => (await ok('exec', name, 'sh', '-c', script)).split('\n');
    const run = (name: string, license: string, image: string) =>
      daemon.pouch('run', '-d', '--name', name, '--label', `license=${license}`, image, 'sleep', '1000');

    it('given and derived identities stay over removal and upgrade', async () => {
      for (const license of ['erp', 'crm']) {
        assert.equal((await run('app', license, 'erp:1')).exitCode, 0);
        const first = await identity('app');
        assert.match(first.join(), /^[0-9a-f:]{17},[0-9a-f]{8},[0-9a-f]{32},(erp|crm)$/);
        if (license === 'erp') assert.deepEqual(first.slice(0, 2), ['00:50:56:a1:b2:c3', 'a8c00701']);
        await ok('rm', '-f', 'app');
        assert.equal((await run('app', license, 'erp:2')).exitCode, 0);
        assert.deepEqual(await identity('app'), first);
        assert.equal(await ok('exec', 'app', 'cat', '/etc/version'), '2');
        await ok('rm', '-f', 'app');
      }
    });

    it('a second container with the license does not start while the first one runs', async () => {
      assert.equal((await run('one', 'erp', 'erp:1')).exitCode, 0);
      const second = await run('two', 'erp', 'erp:1');
      assert.notEqual(second.exitCode, 0);
      assert.match(second.stderr, /license erp: expected one running container, found one[^]*stop one first/);
      await ok('rm', '-f', 'one');
      await ok('start', 'two');
      assert.equal((await identity('two'))[0], '00:50:56:a1:b2:c3');
      await ok('rm', '-f', 'two');
    });
  });

  describe('legacy-init', () => {
    const erp = `#!/bin/sh
case $1 in
start)
  echo Starting erp.
  sleep 1000 </dev/null >/dev/null 2>&1 &
  echo $! >/var/run/erp.pid
  logger -t erp ready
  ;;
stop) echo Stopping erp.; kill "$(cat /var/run/erp.pid)" ;;
esac
`;
    before(() =>
      load('docker.io/library/legacy:latest', [
        { path: 'etc/init.d' },
        { path: 'etc/init.d/erp', mode: 0o755, content: erp },
        { path: 'var/run' },
        { path: 'var/spool' },
        { path: 'var/spool/cron' },
        { path: 'var/spool/cron/crontabs' },
      ]),
    );

    const since = String(Math.floor(Date.now() / 1000));
    const emitted = (action: string) =>
      waitUntil(
        async () => {
          const until = String(Math.ceil(Date.now() / 1000));
          return (await ok('events', '--since', since, '--until', until)).includes(
            `health_status: ${action}`,
          );
        },
        { withinMs: 15_000 },
      );

    it('starts scripts with syslog and cron, watches the pid file, and stops in order', async () => {
      const labels = ['--label', 'legacy-init=erp', '--label', 'legacy-init.pidfile=/var/run/erp.pid'];
      await ok('run', '-d', '--rich', ...labels, '--name', 'legacy', 'legacy');
      assert.ok(await logged('legacy', /Starting erp\.[^]* erp: ready/));
      assert.match(await ok('exec', 'legacy', 'ps'), /crond -f/);
      const pid = await ok('exec', 'legacy', 'cat', '/var/run/erp.pid');
      await ok('exec', 'legacy', 'kill', pid);
      assert.ok(await emitted('unhealthy'));
      await ok('exec', 'legacy', '/etc/init.d/erp', 'start');
      assert.ok(await emitted('healthy'));
      await ok('stop', 'legacy');
      assert.match(await ok('logs', 'legacy'), /Stopping erp\./);
      assert.equal((await daemon.it.inspect('legacy'))?.State.ExitCode, 0);
      await ok('rm', 'legacy');
    });
  });

  describe('audit', () => {
    // Before the clean-up, which would find them.
    after(() => {
      collector.stop();
      syslog?.stop();
    });

    interface Line {
      action: string;
      count?: number;
      container?: { name: string };
    }
    const actions = ['create', 'start', 'exec', 'stop', 'remove'];
    const collected = (name: string) =>
      collector.lines
        .map((line) => JSON.parse(line) as Line)
        .flatMap(({ action, container }) => (container?.name === name ? action : []));
    // After some failures a delivery is tried again half a minute later.
    const arrived = (check: () => boolean) => waitUntil(check, { withinMs: 60_000 });

    it('records a life in the file, by HTTP and in the system log', async () => {
      await ok('run', '-d', '--name', 'seen', 'busybox', 'sleep', '1000');
      await ok('exec', 'seen', 'echo', 'secret');
      await ok('rm', '-f', 'seen');
      assert.ok(await arrived(() => collected('seen').length === actions.length));
      assert.deepEqual(collected('seen'), actions);
      const messages = () => syslog.received.filter((line) => line.includes('"name":"seen"'));
      assert.ok(await arrived(() => messages().length === actions.length));
      const printed = await ok('audit', '--since', '10m', '--container', 'seen');
      for (const [index, line] of printed.split('\n').entries())
        assert.match(
          line,
          new RegExp(`^\\S+Z ${actions[index]} seen [0-9a-f]{12} docker.io/library/busybox`),
        );
      assert.match(printed, / exec seen .* program=echo user= exitCode=0 by=uid:0$/m);
      assert.doesNotMatch(printed, /secret/);
      const json = await ok('audit', '--json', '--container', 'seen');
      assert.deepEqual(
        json.split('\n').map((line) => (JSON.parse(line) as Line).action),
        actions,
      );
    });

    it('pouchd is killed while the collector hangs: the next one delivers what is in the file', async () => {
      collector.hangs = true;
      await ok('create', '--name', 'survives', 'busybox');
      const isInFile = async () => (await ok('audit', '--container', 'survives')).includes(' create ');
      assert.ok(await waitUntil(isInFile, { withinMs: 20_000 }));
      await daemon.it.kill9();
      collector.hangs = false;
      await daemon.it.start();
      assert.ok(await arrived(() => collected('survives').includes('create')));
      await ok('rm', 'survives');
    });

    it('an unknown time is refused with the forms', async () => {
      const { exitCode, stderr } = await daemon.pouch('audit', '--since', 'yesterday');
      assert.notEqual(exitCode, 0);
      assert.match(stderr, /--since: expected a time, found "yesterday"[^]*write 10m/);
    });

    it('a collector that hangs delays no operation; what is dropped is counted and reported', async () => {
      collector.hangs = true;
      const before = performance.now();
      for (let count = 0; count < 4; count++) await ok('run', '--rm', '--network', 'none', 'busybox', 'true');
      // The deliveries of these, each of which hangs for three seconds, would take more than a minute.
      assert.ok(performance.now() - before < 40_000);
      assert.match((await daemon.pouch('doctor')).stdout, /http: 8 waiting, [1-9]\d* dropped/);
      assert.match(await ok('audit', '--since', '1m'), / stop /);
      collector.hangs = false;
      assert.ok(await arrived(() => collector.lines.some((line) => line.includes('audit.dropped'))));
      const note = collector.lines.map((line) => JSON.parse(line) as Line).find(({ count }) => count);
      assert.ok((note?.count ?? 0) >= 8, JSON.stringify(note));
    });
  });

  sampleTests(this);
});
