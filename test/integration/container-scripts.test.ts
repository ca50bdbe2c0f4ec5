import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const directory = mkdtempSync(join(tmpdir(), 'pouch-scripts-'));
const file = (name: string) => join(directory, name);

const yaml = `plugins:
  - name: container-scripts
    options:
      scripts:
        - containers: ['web*']
          labels: [team=shop]
          prestart: { path: ${file('before')}, args: [one, 'two words'], deadline: 1 }
          poststop: { path: ${file('after')}, deadline: 1 }
`;

describe('scripts of containers', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon({ yaml });
  const { ok, pouch } = daemon;
  after(() => rmSync(directory, { recursive: true }));

  const script = (name: string, lines: string) =>
    writeFileSync(file(name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  const calls = () => (existsSync(file('calls')) ? readFileSync(file('calls'), 'utf8') : '');
  const lines = (pattern: RegExp) =>
    calls()
      .split('\n')
      .filter((line) => pattern.test(line)).length;
  const create = (name: string, ...args: string[]) =>
    ok(
      'create',
      '--name',
      name,
      '-l',
      'team=shop',
      'busybox',
      ...(args.length > 0 ? args : ['sleep', '1000']),
    );
  const state = async (name: string) => await ok('inspect', '-f', '{{.State.Status}}', name);

  beforeEach(() => {
    rmSync(file('calls'), { force: true });
    script('before', `echo "before $*" >>${file('calls')}; env | grep POUCH_ | sort; echo problem >&2`);
    script('after', `echo "after $POUCH_EXIT_REASON $POUCH_EXIT_CODE" >>${file('calls')}; echo bye`);
  });

  it('run with what names the container, and their output is kept', async () => {
    const id = await create('web1');
    await ok('start', 'web1');
    assert.equal(calls(), 'before one two words\n');
    await ok('stop', '-t', '0', 'web1');
    assert.equal(calls(), 'before one two words\nafter stopped 137\n');
    const shown = await ok('scripts', 'web1');
    assert.match(shown, /prestart \S+before one two words: ok \(\d+ ms\)/);
    for (const known of [`ID=${id}`, 'NAME=web1', 'LABELS={"team":"shop"}', 'NETNS=/', 'IP=10', 'PID=\\d'])
      assert.match(shown, new RegExp(`POUCH_CONTAINER_${known}`));
    assert.match(shown, / {2}problem\n[^]*poststop \S+: ok \(\d+ ms\)\n {2}bye$/);
    await ok('rm', 'web1');
  });

  it('run for no other container', async () => {
    await ok('run', '--rm', '-l', 'team=shop', '--name', 'other', 'busybox', 'true');
    await ok('run', '--rm', '-l', 'team=other', '--name', 'web-other', 'busybox', 'true');
    assert.equal(calls(), '');
  });

  it('a prestart script that fails in any way fails the start; the next one works', async () => {
    await create('web2');
    const fails = async (pattern: RegExp) => {
      const { stderr, exitCode } = await pouch('start', 'web2');
      assert.equal(exitCode, 1);
      assert.match(stderr, pattern);
      assert.equal(await state('web2'), 'created');
    };
    script('before', 'echo no room left; exit 3');
    await fails(
      /prestart script \S+before of web2 failed: exit code 3; [^]*no room left[^]*PCH_SCRIPT_FAILED/,
    );
    script('before', 'echo begun; (setsid sleep 1234.5 &) ; sleep 1234.5');
    await fails(/did not end within 1 s and was killed; [^]*begun[^]*PCH_SCRIPT_FAILED/);
    assert.deepEqual(waiting(), []);
    chmodSync(file('before'), 0o644);
    await fails(/it is not executable[^]*PCH_SCRIPT_FAILED/);
    chmodSync(file('before'), 0o757);
    await fails(/can be written by every user[^]*PCH_PLUGIN_UNSAFE/);
    rmSync(file('before'));
    await fails(/it does not exist[^]*PCH_SCRIPT_FAILED/);
    script('before', 'true');
    await ok('start', 'web2');
    await ok('rm', '-f', 'web2');
    assert.equal(lines(/after/), 1);
  });

  it('a poststop script that fails marks the container, each time, and nothing waits for it in vain', async () => {
    script('after', `echo after >>${file('calls')}; echo cannot; exit 4`);
    await create('web3', 'true');
    for (let run = 1; run <= 7; run++) {
      await ok('start', 'web3');
      await ok('wait', 'web3');
      await until(() => lines(/after/) === run);
    }
    await until(() => isMarked());
    assert.match(await ok('inspect', 'web3'), /poststop script \S+after of web3 failed: exit code 4/);
    script('after', `echo after >>${file('calls')}`);
    await ok('start', 'web3');
    await until(() => isMarked().then((is) => !is));
    await ok('rm', '-f', 'web3');
  });

  describe('when pouchd is killed', function () {
    it('while a prestart script runs: the script ends, and the next start works', async () => {
      await create('web4');
      script('before', `echo begun >>${file('calls')}; sleep 1234.5`);
      const started = pouch('start', 'web4');
      await until(() => calls() !== '');
      await daemon.it.kill9();
      await started;
      assert.equal(waiting().length, 1);
      await daemon.it.start();
      assert.deepEqual(waiting(), []);
      assert.equal(await state('web4'), 'created');
      assert.match(await ok('scripts', 'web4'), /pouchd ended while it ran, and it was killed/);
      script('before', 'true');
      await ok('start', 'web4');
      assert.equal(await state('web4'), 'running');
      await ok('rm', '-f', 'web4');
    });

    it('while a poststop script runs: it runs again, and the container ends as usual', async () => {
      script(
        'after',
        `echo begun >>${file('calls')}; [ -e ${file('go')} ] || sleep 1234.5; echo after >>${file('calls')}`,
      );
      await create('web5', 'true');
      await ok('start', 'web5');
      await until(() => lines(/begun/) === 1);
      await daemon.it.kill9();
      writeFileSync(file('go'), '');
      await daemon.it.start();
      await until(() => lines(/after/) === 1);
      assert.deepEqual([lines(/begun/), waiting()], [2, []]);
      await until(async () => (await state('web5')) === 'exited');
      await ok('rm', 'web5');
    });

    it('before a container ends: its poststop script runs later, once', async () => {
      await create('web6');
      await ok('start', 'web6');
      const pid = Number(await ok('inspect', '-f', '{{.State.Pid}}', 'web6'));
      await daemon.it.kill9();
      process.kill(pid, 'SIGKILL');
      await daemon.it.start();
      await until(() => lines(/after exited 137/) === 1);
      await daemon.it.restart();
      assert.equal(lines(/after/), 1);
      await ok('rm', 'web6');
    });

    sampleTests(this);
  });

  const isMarked = async () => /exit code 4/.test(await ok('inspect', 'web3'));

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    assert.ok(await waitUntil(condition, { withinMs: 10_000 }));
  }
});

/** Those of the script that waits. */
function waiting(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandOf(pid) === 'sleep\0' + '1234.5\0');
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
