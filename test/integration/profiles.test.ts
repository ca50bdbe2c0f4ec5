import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Docker } from '../support/Docker.ts';
import { useDaemon } from '../support/useDaemon.ts';

const yaml = `
plugins:
  - name: profiles
    options:
      profiles:
        legacy-vm:
          memory: 64m
          env: [TZ=Europe/Berlin]
          hostname: legacy
          network: none
          secret-env: [DSN=postgres://top-secret]
        web:
          env: { TZ: UTC, WEB: 1 }
          ulimit: nofile=100:200
        boss: { privileged: true }
        gone: { mount: 'type=bind,source=/nowhere,target=/data' }
  - name: policy
    options:
      rules: [{ name: no-privileged, privileged: false }]
`;

/** Where a line of the configuration is. */
function lineOf(file: string, text: string): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  return `${file}:${lines.findIndex((line) => line.trim().startsWith(text)) + 1}`;
}

describe('profiles of pouchd.yaml', function () {
  this.timeout(60_000);
  const daemon = useDaemon({ yaml });
  const { ok } = daemon;
  const file = () => join(daemon.it.dir, 'pouchd.yaml');

  it('complete a `pouch run`, which explain shows with their line', async () => {
    const output = await ok(
      ...['run', '--name', 'both', '--profile', 'legacy-vm', '--profile', 'web', '-e', 'WEB=2', 'busybox'],
      ...[
        'sh',
        '-c',
        'echo $TZ $WEB $DSN; hostname; ulimit -n; cat /sys/fs/cgroup/memory/memory.limit_in_bytes',
      ],
    );
    assert.deepEqual(output.split('\n'), [
      'UTC 2 postgres://top-secret',
      'legacy',
      '100',
      String(64 * 2 ** 20),
    ]);
    const { stdout } = await daemon.pouch('explain', 'both');
    const rowOf = (field: string) =>
      stdout.split('\n').findLast((line) => line.startsWith(`${field} `)) ?? '';
    assert.match(rowOf('resources.memory.limit'), /67108864 +profiles +profile legacy-vm/);
    assert.ok(rowOf('resources.memory.limit').includes(lineOf(file(), 'memory: 64m')));
    assert.ok(rowOf('process.env.TZ').includes(lineOf(file(), 'env: { TZ')));
    assert.match(rowOf('process.env.WEB'), /2 +request +create/);
    assert.ok(!stdout.includes('top-secret'));
  });

  it('keep their limits in an update', async () => {
    await ok('create', '--name', 'updated', '--profile', 'legacy-vm', 'busybox', 'true');
    await ok('update', '--memory-swap', '96m', 'updated');
    const { pouch } = daemon;
    assert.match((await pouch('update', '--memory-swap', '32m', 'updated')).stderr, /--memory/);
  });

  it('are chosen by a label through Docker’s API, where zero values are not options', async () => {
    const docker = new Docker(daemon.it.host.replace('unix://', ''));
    const shown = ['sh', '-c', 'echo $TZ; hostname; ls /sys/class/net'];
    const out = await docker.ok('run', '--rm', '--label', 'io.pouch.profile=legacy-vm', 'busybox', ...shown);
    assert.deepEqual(out.split('\n'), ['Europe/Berlin', 'legacy', 'lo']);
    const own = ['--network', 'bridge', '-h', 'own', 'busybox', ...shown];
    const won = await docker.ok('run', '--rm', '--label', 'io.pouch.profile=legacy-vm', ...own);
    assert.deepEqual(won.split('\n'), ['Europe/Berlin', 'own', 'eth0', 'lo']);
  });

  it('are in a plan as a plugin’s changes', async () => {
    const plan = await ok('plan', 'run', '--profile', 'legacy-vm', 'busybox', 'true');
    assert.match(plan, /linux\.resources\.memory = .*67108864.* +# profiles profile legacy-vm .*:\d+/);
    assert.ok(!plan.includes('top-secret'));
  });

  it('do not get around a policy', async () => {
    const { exitCode, stderr } = await daemon.pouch('run', '--rm', '--profile', 'boss', 'busybox', 'true');
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /PCH_POLICY_DENIED/);
    await ok('run', '--rm', '--profile', 'boss', '--privileged=false', 'busybox', 'true');
  });

  it('that are unknown, or that this host cannot give, are errors with what to do', async () => {
    const unknown = await daemon.pouch('run', '--rm', '--profile', 'wep', 'busybox', 'true');
    assert.match(unknown.stderr, /found "wep" \(did you mean web\?\)/);
    assert.match(unknown.stderr, /its profiles are legacy-vm, web, boss, gone/);
    assert.match(unknown.stderr, /PCH_PROFILE_NOT_FOUND/);
    const gone = await daemon.pouch('run', '--rm', '--profile', 'gone', 'busybox', 'true');
    assert.match(gone.stderr, /\/nowhere/);
    await ok('run', '--rm', '--profile', 'web', 'busybox', 'true');
  });

  it('are listed and shown without secrets', async () => {
    assert.equal(
      await ok('profile', 'ls', '-q'),
      'batch\nboss\ndev\ngone\nhardened\njava-legacy\nlegacy-vm\nweb',
    );
    const shown = await ok('profile', 'inspect', 'legacy-vm');
    assert.ok(!shown.includes('top-secret'));
    const [{ options }] = JSON.parse(shown) as [{ options: { option: string; origin: string }[] }];
    assert.equal(options[0]?.origin, lineOf(file(), 'memory: 64m'));
    const missing = await daemon.pouch('profile', 'inspect', 'nope');
    assert.equal(missing.exitCode, 1);
    assert.match(missing.stderr, /PCH_PROFILE_NOT_FOUND/);
  });

  it('with a mistake are found by --check-config with their line; a reload keeps the previous ones', async () => {
    await daemon.it.configure(yaml.replace('memory: 64m', 'memory: lots'));
    const { exitCode, stdout } = await daemon.it.pouchd('--check-config');
    assert.equal(exitCode, 1);
    const where = lineOf(file(), 'memory: lots');
    assert.ok(stdout.includes(`${where}: profiles.legacy-vm.memory: expected a size`), stdout);
    await daemon.it.reload(/plugin profiles still serves the version of generation 1/);
    assert.equal(await ok('run', '--rm', '--profile', 'legacy-vm', 'busybox', 'hostname'), 'legacy');
    await daemon.it.configure(yaml.replace('hostname: legacy', 'hostname: renewed'));
    await daemon.it.reload(/reloaded/);
    assert.equal(await ok('run', '--rm', '--profile', 'legacy-vm', 'busybox', 'hostname'), 'renewed');
  });

  it('with a mistake at the start are refused, and shown with their line; the others work', async () => {
    await daemon.it.configure(yaml.replace('memory: 64m', 'memory: lots'));
    await daemon.it.restart();
    const problem = `${lineOf(file(), 'memory: lots')}: profiles.legacy-vm.memory: expected a size`;
    const refused = await daemon.pouch(
      'run',
      '--rm',
      '--profile',
      'web',
      '--profile',
      'legacy-vm',
      'busybox',
      'true',
    );
    assert.notEqual(refused.exitCode, 0);
    assert.ok(refused.stderr.includes(problem), refused.stderr);
    assert.match(refused.stderr, /PCH_PROFILE_INVALID/);
    assert.equal(await ok('run', '--rm', '--profile', 'web', 'busybox', 'sh', '-c', 'echo $TZ'), 'UTC');
    const listed = await ok('profile', 'ls', '--format', '{{.Name}} {{.Problem}}');
    assert.ok(listed.includes(`legacy-vm ${problem}`), listed);
    assert.match(listed, /^web ?$/m);
    const doctor = await daemon.pouch('doctor');
    assert.ok(doctor.stdout.includes(problem), doctor.stdout);
    assert.equal((await daemon.it.pouchd('--check-config')).exitCode, 1);
    // Another mistake beside the first one has nothing sound to fall back to.
    await daemon.it.configure(yaml.replace('memory: 64m', 'memory: lots').replace('{ TZ: UTC', '{ TZ: CET'));
    await daemon.it.reload(/reloaded/);
    assert.equal(await ok('run', '--rm', '--profile', 'web', 'busybox', 'sh', '-c', 'echo $TZ'), 'CET');
  });
});
