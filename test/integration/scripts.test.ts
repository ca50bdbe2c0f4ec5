import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { useDaemon } from '../support/useDaemon.ts';

/** What runs on the host. */
function commands(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandOf);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

describe('one-shot scripts', function () {
  this.timeout(60_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const fileOf = (point: string, name: string) => join(daemon.it.dir, 'hooks.d', `${point}.d`, name);

  before(() => chmod(daemon.it.dir, 0o755));

  async function script(point: string, name: string, ...lines: string[]): Promise<string> {
    const file = fileOf(point, name);
    await mkdir(dirname(file), { recursive: true });
    for (const path of [dirname(dirname(file)), dirname(file)]) await chmod(path, 0o755);
    await writeFile(file, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
    return file;
  }

  const reload = () => daemon.it.reload(/configuration reloaded/);
  const plain = ['--network', 'none', 'busybox'];
  const label = (name: string, value: string) =>
    `echo '[{"op": "add", "path": "/labels/${name}", "value": "${value}"}]'`;

  it('that change nothing, but are not the same any more, are a difference of a replay', async () => {
    const file = await script('container.preCreate', '01-judges', 'cat >/dev/null');
    await reload();
    await ok('create', '--name', 'judged', ...plain);
    const recording = join(daemon.it.dir, 'judged.json');
    await ok('record', 'judged', '-o', recording);
    assert.equal(await ok('plugin', 'replay', recording), 'the plan is as it was recorded');
    await writeFile(file, '#!/bin/sh\ncat >/dev/null; exit 1\n');
    const changed = await daemon.pouch('plugin', 'replay', recording);
    assert.equal(changed.exitCode, 1);
    assert.equal(
      changed.stdout,
      'no field differs, but scripts that took part in the plan do:\n' +
        `script-01-judges: ${file} has changed since the recording\n`,
    );
    const { exitCode, stdout } = await daemon.pouch('plugin', 'replay', recording, '--format', 'json');
    assert.equal(exitCode, 1);
    const { scripts } = JSON.parse(stdout) as { scripts: object[] };
    assert.deepEqual(scripts, [{ plugin: 'script-01-judges', path: file, change: 'changed' }]);
    await rename(file, `${file}.disabled`);
  });

  it('change a plan in the order of their names, and explain names them', async () => {
    await script('container.preCreate', '20-second', 'grep -q ^first || exit 0', label('order', 'second'));
    await script('container.preCreate', '10-first.sh', 'cat >/dev/null', label('seen-by', 'first'));
    await script(
      'container.preCreate',
      '30-reads',
      'grep -q \'"seen-by":"first"\' && ' + label('read', 'yes'),
    );
    await script('container.preCreate', '05-off.disabled', 'exit 1');
    await script('container.preCreate', '06-old~', 'exit 1');
    await reload();
    await ok('create', '--name', 'scripted', ...plain);
    const explained = await ok('explain', 'scripted', '--field', 'labels');
    assert.match(explained, /labels\.seen-by +first +script-10-first +container\.preCreate/);
    assert.match(explained, /labels\.read +yes +script-30-reads/);
    const listed = await ok('plugin', 'ls');
    assert.match(listed, /script-10-first/);
    assert.match(listed, /script-30-reads/);
    assert.ok(!listed.includes('off') && !listed.includes('old'), listed);
  });

  it('of a recorded plan are named by a replay when they have changed or are missing', async () => {
    const recording = join(daemon.it.dir, 'recording.json');
    await ok('record', 'scripted', '-o', recording);
    const replay = async () => (await daemon.pouch('plugin', 'replay', recording)).stdout;
    const same = await replay();
    assert.match(same, /seen-by/);
    assert.doesNotMatch(same, /^script-/m);
    const first = fileOf('container.preCreate', '10-first.sh');
    const text = readFileSync(first, 'utf8');
    await writeFile(first, `${text}\n# changed\n`);
    const reads = fileOf('container.preCreate', '30-reads');
    await rename(reads, `${reads}.disabled`);
    const lines = (await replay()).split('\n').filter((line) => line.startsWith('script-'));
    assert.deepEqual(lines.toSorted(), [
      `script-10-first: ${first} has changed since the recording`,
      `script-30-reads: ${reads} does not exist here`,
    ]);
    await writeFile(first, text);
    await rename(`${reads}.disabled`, reads);
  });

  it('run as nobody, without new privileges', async () => {
    const report = `printf '{"error": {"message": "uid %s, %s"}}' "$(id -u)" "$(grep NoNewPrivs /proc/self/status | tr -d "\\t")"`;
    const file = await script('container.preCreate', '40-report', report);
    await reload();
    const { stderr } = await daemon.pouch('create', ...plain);
    assert.match(stderr, /uid 65534, NoNewPrivs:1/);
    assert.match(stderr, /script-40-report/);
    await rename(file, `${file}.disabled`);
    await reload();
    await ok('run', '--rm', ...plain, 'true');
  });

  it('refuse with a code and a hint, or by their exit with the end of stderr', async () => {
    const refusal = '{"error": {"code": "PCH_POLICY_DENIED", "message": "no owner", "hint": "add one"}}';
    const file = await script('container.preCreate', '50-refuse', `echo '${refusal}'`);
    await reload();
    const refused = await daemon.pouch('create', ...plain);
    assert.match(refused.stderr, /no owner[^]*hint: add one[^]*PCH_POLICY_DENIED/);
    await script(
      'container.preCreate',
      '50-refuse',
      'echo some noise >&2; echo the disk is full >&2; exit 3',
    );
    const failed = await daemon.pouch('create', ...plain);
    assert.match(failed.stderr, /the disk is full \(exit code 3\)/);
    await script('container.preCreate', '50-refuse', 'echo not json');
    assert.match((await daemon.pouch('create', ...plain)).stderr, /expected nothing, a JSON Patch/);
    await rename(file, `${file}.bak`);
    await reload();
    await ok('run', '--rm', ...plain, 'true');
  });

  it('that hang are killed at their deadline with all that they have started', async () => {
    const seconds = String(1_000_000 + process.pid);
    const file = await script(
      'container.preStop',
      '10-hang',
      `setsid sleep ${seconds} &`,
      `sleep ${seconds}`,
    );
    await reload();
    await ok('run', '-d', '--name', 'hung', ...plain, 'sleep', '300');
    // The policy of container.preStop is `skip`.
    await ok('stop', '-t', '0', 'hung');
    assert.deepEqual(
      commands().filter((command) => command.includes(seconds)),
      [],
    );
    await rename(file, `${file}~`);
    await reload();
  });

  it('that others can write are quarantined, and --check-config reports them', async () => {
    const file = await script('container.postCreate', '10-open', 'exit 0');
    await chmod(file, 0o777);
    await script('container.nowhere', '10-lost', 'exit 0');
    const { exitCode, stdout } = await daemon.it.pouchd('--check-config');
    assert.equal(exitCode, 1);
    assert.match(stdout, /10-open can be written by every user/);
    assert.match(stdout, /expected a directory named POINT\.d, found container\.nowhere\.d/);
    await chown(file, 0, 0);
    await chmod(file, 0o755);
    await rename(fileOf('container.nowhere', '10-lost'), fileOf('container.nowhere', '10-lost.disabled'));
    assert.equal((await daemon.it.pouchd('--check-config')).exitCode, 0);
  });
});
