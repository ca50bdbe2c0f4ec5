import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { createCertificates } from '../support/createCertificates.ts';
import { freePort } from '../support/freePort.ts';
import { TestPouchd } from '../support/TestPouchd.ts';
import { SshServer } from './support/SshServer.ts';

const program = join(process.cwd(), 'bin/pouch');
const sleeper = 'image: busybox, command: [sleep, "1000"], network: none, stop-timeout: 0';

describe('a fleet', function () {
  this.timeout(120_000);
  this.slow(20_000);
  let dir: string;
  let server: SshServer;
  /** By a socket, by ssh, and by TLS with a context. */
  const hosts: Record<string, TestPouchd> = {};
  const address: Record<string, string> = {};
  const names = ['alpha', 'beta', 'gamma'];

  before(async function () {
    dir = await mkdtemp(join(tmpdir(), 'pt-fleet-'));
    const certificates = join(dir, 'tls');
    await createCertificates(certificates);
    const port = await freePort();
    const pem = (name: string) => join(certificates, `${name}.pem`);
    for (const name of names) hosts[name] = await TestPouchd.create();
    const { beta, gamma, alpha } = hosts as Record<'alpha' | 'beta' | 'gamma', TestPouchd>;
    await gamma.configure(
      `listen:\n  - ${gamma.host}\n  - address: tcp://127.0.0.1:${port}\n    tls: { cert: ${pem('server')}, key: ${pem('server-key')}, ca: ${pem('ca')} }\n`,
    );
    await gamma.restart();
    server = await SshServer.start(dir);
    // The path of `pouch` there is not in the PATH of sshd.
    const key = await readFile(join(dir, 'user.pub'), 'utf8');
    await writeFile(
      join(dir, 'user.pub'),
      `restrict,command="${program} -H ${beta.host} system dial-stdio" ${key}`,
    );
    const tls = ['--tlscacert', pem('ca'), '--tlscert', pem('cert'), '--tlskey', pem('key')];
    await pouch(['context', 'create', 'third', '--host', `tcp://127.0.0.1:${port}`, ...tls]);
    Object.assign(address, {
      alpha: alpha.host,
      beta: `ssh://root@127.0.0.1:${server.port}`,
      gamma: 'third',
    });
  });

  after(async () => {
    server?.stop();
    for (const host of Object.values(hosts)) await host.dispose();
    await rm(dir, { recursive: true, force: true });
  });

  afterEach(async () => {
    for (const host of Object.values(hosts)) {
      if (!host.isRunning) await host.start();
      const { exitCode, stderr } = await host.pouch('apply', '--host-files', '--prune', '--yes');
      assert.equal(exitCode, 0, stderr);
    }
  });

  const pouch = (args: string[], options: Options = {}) =>
    execa(program, args, {
      ...options,
      reject: false,
      timeout: 100_000,
      env: { PATH: `${server?.path ?? ''}:${process.env['PATH']}`, POUCH_CONFIG: join(dir, 'client') },
    }) as unknown as Promise<{ exitCode: number; stdout: string; stderr: string }> & {
      kill(signal: string): void;
    };

  /** @param overlays by host, as YAML */
  async function fleet(common: string, overlays: Record<string, string> = {}): Promise<string> {
    const entries = names.map((name) => `  ${name}: { host: '${address[name]}', ${overlays[name] ?? ''} }\n`);
    await writeFile(
      join(dir, 'fleet.yaml'),
      `containers:\n  web: { ${common} }\nhosts:\n${entries.join('')}`,
    );
    return join(dir, 'fleet.yaml');
  }
  const containers = async (name: string) =>
    (await hosts[name]!.client.containers.list({ all: true }))
      .map(({ Names }) => Names[0]!.slice(1))
      .toSorted();
  const all = async () =>
    Object.fromEntries(await Promise.all(names.map(async (name) => [name, await containers(name)])));

  it('is planned, and rolled out one host first, each with its overlay', async () => {
    const file = await fleet(`${sleeper}, env: { A: '1' }`, {
      beta: `containers: { web: { env: { NODE: two }, memory: 32m }, extra: { ${sleeper} } }`,
      gamma: 'containers: { web: { env: { A: null } } }',
    });
    const dry = await pouch(['apply', '-f', file, '--dry-run']);
    assert.equal(dry.exitCode, 2, dry.stderr);
    assert.match(dry.stdout, /^alpha \| \+ container web: create {2}\(.*fleet\.yaml:2\)$/m);
    assert.match(dry.stdout, /^beta {2}\| \+ container extra: create {2}\(.*fleet\.yaml:5\)$/m);
    assert.deepEqual(await all(), { alpha: [], beta: [], gamma: [] });

    const one = await pouch(['apply', '-H', 'gamma', '-f', file]);
    assert.equal(one.exitCode, 0, one.stderr);
    assert.deepEqual(await all(), { alpha: [], beta: [], gamma: ['web'] });
    const rest = await pouch(['apply', '-f', file, '--parallel', '2']);
    assert.equal(rest.exitCode, 0, rest.stderr);
    assert.match(
      rest.stdout,
      /HOST +STATE +DETAIL\nalpha +done +1 done.*\nbeta +done +2 done.*\ngamma +done +nothing to do$/,
    );
    assert.ok(rest.stdout.indexOf('alpha | generation') < rest.stdout.indexOf('beta  | +'));
    assert.deepEqual(await all(), { alpha: ['web'], beta: ['extra', 'web'], gamma: ['web'] });
    const web = await hosts['beta']!.inspect('web');
    assert.equal(web?.HostConfig.Memory, 32 * 1024 ** 2);
    assert.ok(['A=1', 'NODE=two'].every((variable) => web.Config.Env?.includes(variable)));
    assert.ok(!(await hosts['gamma']!.inspect('web'))?.Config.Env?.includes('A=1'));
    const stored = await readFile(join(hosts['alpha']!.root, 'host-agent/applied.json'), 'utf8');
    assert.ok(!stored.includes('NODE'), 'the overlay of beta is not sent to alpha');
    const again = await pouch(['apply', '-H', names.map((name) => address[name]).join(',')]);
    assert.equal(again.stdout.match(/\| nothing to do$/gm)?.length, 3, again.stdout);
  });

  it('is left alone beyond a first host that fails', async () => {
    await pouch(['apply', '-f', await fleet(`${sleeper}, memory: 32m`)]);
    const file = await fleet(`${sleeper}, memory: 64m`, {
      alpha: 'containers: { web: { command: [sh, -c, "sleep 0.3; exit 3"] } }',
    });
    const failed = await pouch(['apply', '-f', file, '--rollback-on-failure']);
    assert.equal(failed.exitCode, 1);
    assert.match(failed.stderr, /alpha \| container web: not up: it ended with exit code 3/);
    assert.match(
      failed.stdout,
      /alpha +failed +container web: not up.*rolled back to generation.*\nbeta +untouched\ngamma +untouched$/,
    );
    for (const name of names)
      assert.equal((await hosts[name]!.inspect('web'))?.HostConfig.Memory, 32 * 1024 ** 2);

    const later = await fleet(`${sleeper}, memory: 64m`, {
      beta: 'containers: { web: { command: [/no-such] } }',
    });
    const second = await pouch(['apply', '-f', later]);
    assert.equal(second.exitCode, 1);
    assert.match(second.stdout, /alpha +done.*\nbeta +failed.*\ngamma +untouched$/);
  });

  it('is not changed at all if a host cannot be checked', async () => {
    const port = await freePort();
    address['delta'] = `tcp://127.0.0.1:${port}`;
    const base = await readFile(await fleet(sleeper), 'utf8');
    const file = join(dir, 'bad.yaml');
    const cases: [entry: string, message: RegExp][] = [
      [
        `host: '${address['delta']}'`,
        /delta \| cannot reach pouchd at tcp.*nothing is listening there.*PCH_DAEMON_UNREACHABLE/,
      ],
      ["host: 'ssh://root@127.0.0.1:1'", /delta \| cannot reach pouchd at ssh.*Connection refused/],
      [`host: 'unix:///no/such'`, /delta \| cannot reach pouchd at unix.*does not exist/],
      [
        `host: '${hosts['gamma']!.host}', containers: { web: { memory: lots } }`,
        /delta \| .*bad\.yaml:7: containers\.web\.memory/,
      ],
    ];
    for (const [entry, message] of cases) {
      await writeFile(file, `${base}  delta: { ${entry} }\n`);
      const refused = await pouch(['apply', '-f', file]);
      assert.equal(refused.exitCode, 1, entry);
      assert.match(refused.stderr, message);
      assert.match(refused.stderr, /nothing was changed on any host/);
      assert.deepEqual(await all(), { alpha: [], beta: [], gamma: [] });
    }
    const unknown = await pouch(['apply', '-H', 'alpha,omega', '-f', file]);
    assert.match(unknown.stderr, /found "omega"\nhint: the file has alpha, beta, gamma, delta/);
  });

  it('is asked as a whole, with one host that is down', async () => {
    await pouch(['apply', '-f', await fleet(`${sleeper}, memory: 32m`)]);
    await hosts['alpha']!.pouch('stop', 'web');
    await hosts['beta']!.kill9();
    const list = ['-H', names.map((name) => address[name]).join(',')];
    const [status, drift, history] = await Promise.all(
      ['status', 'drift', 'history'].map((verb) => pouch([verb, ...list])),
    );
    assert.match(status!.stdout, /^unix:.*\| container +web +stopped/m);
    assert.match(status!.stdout, /^third +\| 1 of 1 declared objects are as declared; generation \d+$/m);
    assert.match(drift!.stdout, /^unix:.*\| container web: stopped$/m);
    assert.match(history!.stdout, /^third +\| \d+ .* apply of .*fleet.yaml by/m);
    for (const { exitCode, stderr } of [status!, drift!, history!]) {
      assert.equal(exitCode, 1);
      assert.match(stderr, /^ssh:\/\/root@127.0.0.1:\d+ +\| cannot reach pouchd/);
    }
    const json = await pouch(['status', '--format', 'json', ...list]);
    const lines = json.stdout.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      lines.map(({ Host, Ok, Error: problem }) => [Host, Ok ?? (problem as { Code: string }).Code]),
      [
        [address['alpha'], 0],
        [address['beta'], 'PCH_DAEMON_UNREACHABLE'],
        [address['gamma'], 1],
      ],
    );
  });

  it('is rolled back one host first, each to its previous generation, and by the same command after a failure', async () => {
    const flags = join(dir, 'flags');
    await mkdir(flags);
    const needsFlag = 'test -e /flags/ok || exit 3; exec sleep 1000';
    const overlay = `containers: { web: { command: [sh, -c, "${needsFlag}"], volume: ["${flags}:/flags"] } }`;
    await writeFile(join(flags, 'ok'), '');
    const before = await pouch(['apply', '-f', await fleet(`${sleeper}, memory: 32m`, { beta: overlay })]);
    assert.equal(before.exitCode, 0, before.stderr);
    const after = await pouch(['apply', '-f', await fleet(`${sleeper}, memory: 64m`)]);
    assert.equal(after.exitCode, 0, after.stderr);
    const memory = async () =>
      await Promise.all(
        names.map(async (name) => ((await hosts[name]!.inspect('web'))?.HostConfig.Memory ?? 0) / 1024 ** 2),
      );
    const list = ['-H', names.map((name) => address[name]).join(',')];

    const dry = await pouch(['rollback', ...list, '--dry-run']);
    assert.equal(dry.exitCode, 2, dry.stderr);
    assert.equal(dry.stdout.match(/\| to generation \d+:$/gm)?.length, 3);
    assert.match(dry.stdout, /^third +\| +memory: 64m -> 32m/m);
    assert.deepEqual(await memory(), [64, 64, 64]);

    await rm(join(flags, 'ok'));
    const failed = await pouch(['rollback', ...list]);
    assert.equal(failed.exitCode, 1);
    const rows =
      /\nunix:\S+ +done +to generation \d+: 1 done, 0 failed, 0 left\nssh:\S+ +failed +.*\nthird +untouched$/;
    assert.match(failed.stdout, rows);
    assert.match(failed.stderr, /^ssh:\S+ +\| container web: .*exit code 3/m);
    assert.deepEqual((await memory())[2], 64);

    await writeFile(join(flags, 'ok'), '');
    await hosts['beta']!.pouch('start', 'web');
    const again = await pouch(['rollback', ...list, '--parallel', '2']);
    assert.equal(again.exitCode, 0, again.stderr);
    assert.match(
      again.stdout,
      /\nunix:\S+ +done +to generation \d+: nothing to do\nssh:\S+ +done .*\nthird +done +to generation \d+: 1 done.*$/,
    );
    assert.deepEqual(await memory(), [32, 32, 32]);
    const status = await pouch(['status', ...list]);
    assert.equal(status.stdout.match(/\| pinned to generation/g)?.length, 3);
  });

  it('is not rolled back if a host cannot be, and a number takes one host', async () => {
    await pouch(['apply', '-f', await fleet(`${sleeper}, memory: 32m`)]);
    await pouch(['apply', '-f', await fleet(`${sleeper}, memory: 64m`)]);
    const { alpha, beta, gamma } = address;
    await hosts['beta']!.pouch('apply', '--pause');
    const paused = await pouch(['rollback', '-H', `${gamma},${beta}`]);
    assert.equal(paused.exitCode, 1);
    assert.match(paused.stderr, /^ssh:\S+ +\| the host is paused by .*`pouch apply --resume` resumes it/m);
    assert.match(paused.stderr, /nothing was changed on any host/);
    await hosts['beta']!.pouch('apply', '--resume');
    for (const args of [['3'], ['--generation', '3'], ['web'], ['--forget', 'web']]) {
      const refused = await pouch(['rollback', '-H', `${alpha},${beta}`, ...args]);
      assert.ok(refused.exitCode > 0 && refused.stderr.includes('expected'), refused.stderr);
    }
    const last = (await hosts['alpha']!.client.agent.history())[0]!.Number;
    const one = await pouch(['rollback', '-H', alpha!, String(last - 1)]);
    assert.equal(one.exitCode, 0, one.stderr);
    assert.equal((await hosts['alpha']!.inspect('web'))?.HostConfig.Memory, 32 * 1024 ** 2);
    const waiting = await hosts['alpha']!.pouch('rollback', String(last), '--wait');
    assert.equal(waiting.exitCode, 0, waiting.stderr);
    assert.match(waiting.stdout, /\n1 declared objects are up\n$/);
  });

  it('is paused, and resumed host by host', async () => {
    const file = await fleet(sleeper);
    const list = ['-H', names.map((name) => address[name]).join(',')];
    const paused = await pouch(['apply', '--pause', ...list]);
    assert.deepEqual([paused.exitCode, paused.stdout.match(/\| paused$/gm)?.length], [0, 3], paused.stderr);
    const refused = await pouch(['apply', '-f', file]);
    assert.equal(refused.exitCode, 1);
    assert.equal(refused.stderr.match(/\| the host is paused by .* \(--resume resumes it\)/g)?.length, 3);
    const resumed = await pouch(['apply', '--resume', '-f', file]);
    assert.equal(resumed.exitCode, 0, resumed.stderr);
    assert.deepEqual(await all(), { alpha: ['web'], beta: ['web'], gamma: ['web'] });
    const status = await pouch(['status', ...list]);
    assert.equal(status.exitCode, 0, status.stdout);
    assert.ok(!status.stdout.includes('paused by'));
  });

  it('is completed by the same command after a daemon was killed', async () => {
    const many = Array.from({ length: 6 }, (_, index) => `c${index}: { ${sleeper} }`).join(', ');
    const file = await fleet(sleeper, { beta: `containers: { ${many} }` });
    const running = pouch(['apply', '-f', file]);
    assert.ok(
      await waitUntil(async () => (await containers('beta')).length > 1, { withinMs: 60_000, everyMs: 10 }),
    );
    await hosts['beta']!.kill9();
    const { exitCode, stdout } = await running;
    assert.equal(exitCode, 1);
    assert.match(stdout, /alpha +done.*\nbeta +failed.*\ngamma +untouched$/);
    await hosts['beta']!.start();
    const again = await pouch(['apply', '-f', file]);
    assert.equal(again.exitCode, 0, again.stderr);
    assert.equal((await containers('beta')).length, 7);
    assert.deepEqual(await containers('gamma'), ['web']);
  });

  it('has one host that completes an apply after Ctrl-C, which says so', async () => {
    const many = Array.from({ length: 8 }, (_, index) => `  c${index}: { ${sleeper} }\n`);
    const file = join(dir, 'one.yaml');
    await writeFile(file, `containers:\n${many.join('')}`);
    for (const options of [[], ['--wait']]) {
      const running = pouch(['-H', address['alpha']!, 'apply', ...options, '-f', file]);
      assert.ok(
        await waitUntil(async () => (await containers('alpha')).length > 0, {
          withinMs: 60_000,
          everyMs: 10,
        }),
      );
      running.kill('SIGINT');
      const { exitCode, stderr } = await running;
      assert.equal(exitCode, 130);
      assert.match(stderr, /^interrupted here: pouchd completes what it has begun/m);
      assert.ok(
        await waitUntil(async () => (await hosts['alpha']!.client.agent.status()).Ok === 8, {
          withinMs: 60_000,
        }),
      );
      await hosts['alpha']!.pouch('apply', '--host-files', '--prune', '--yes');
    }
  });

  it('is consistent after Ctrl-C, which says how far it came', async () => {
    const many = Array.from({ length: 6 }, (_, index) => `c${index}: { ${sleeper} }`).join(', ');
    const file = await fleet(sleeper, { alpha: `containers: { ${many} }` });
    const running = pouch(['apply', '-f', file]);
    assert.ok(
      await waitUntil(async () => (await containers('alpha')).length > 0, { withinMs: 60_000, everyMs: 10 }),
    );
    running.kill('SIGINT');
    const { exitCode, stdout } = await running;
    assert.equal(exitCode, 130, stdout);
    assert.match(
      stdout,
      /alpha +failed +interrupted here: pouchd completes.*\nbeta +untouched\ngamma +untouched$/,
    );
    assert.ok(
      await waitUntil(async () => (await hosts['alpha']!.client.agent.status()).Ok === 7, {
        withinMs: 60_000,
      }),
    );
    assert.deepEqual(await containers('beta'), []);
  });
});
