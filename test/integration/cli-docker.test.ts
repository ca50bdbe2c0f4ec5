/** The CLI against Debian's dockerd, whose API it speaks: what works there is Docker's behaviour. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, SpawnSyncReturns } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TestDockerd } from '../support/TestDockerd.ts';

const root = resolve(import.meta.dirname, '../..');

describe('pouch on dockerd', function () {
  this.timeout(60_000);
  let dockerd: TestDockerd;
  let host: string;

  before(async () => {
    execFileSync(process.execPath, ['--import', 'tsx', 'scripts/buildCli.ts'], { cwd: root });
    dockerd = await TestDockerd.start('--bridge=none', '--iptables=false', '--ip6tables=false');
    host = dockerd.host;
  });
  after(() => dockerd?.dispose());

  function pouch(...args: string[]): SpawnSyncReturns<string> {
    return pouchWithInput(undefined, ...args);
  }

  function pouchWithInput(input: string | Buffer | undefined, ...args: string[]): SpawnSyncReturns<string> {
    return spawnSync(join(root, 'bin/pouch'), args, {
      env: { ...process.env, POUCH_HOST: host },
      encoding: 'utf8',
      timeout: 30_000,
      maxBuffer: 64 * 1024 * 1024,
      ...(input === undefined ? {} : { input }),
    });
  }

  /** In a terminal of its own, with what is typed there. */
  function inTerminal(command: string): ChildProcess {
    return spawn('script', ['-qefc', command, '/dev/null'], {
      env: { ...process.env, POUCH_HOST: host, TERM: 'dumb' },
    });
  }

  const run = ['run', '--rm', '--network', 'none'];

  it('run ends with the exit code, and keeps stdout and stderr apart', () => {
    const result = pouch(...run, 'busybox', 'sh', '-c', 'echo out; echo err >&2; exit 7');
    assert.deepEqual([result.status, result.stdout, result.stderr], [7, 'out\n', 'err\n']);
  });

  it('run -i passes all of stdin on and ends with it', () => {
    const input = Buffer.alloc(3_000_000, 'line of text\n');
    assert.equal(pouchWithInput(input, ...run, '-i', 'busybox', 'cat').stdout, input.toString());
  });

  it('run without -i gives no stdin', () => {
    assert.equal(pouchWithInput('ignored', ...run, 'busybox', 'cat').stdout, '');
  });

  it('run loses no output of a container that ends at once', () => {
    const lines = pouch(...run, 'busybox', 'seq', '100000').stdout.split('\n');
    assert.deepEqual([lines.length, lines.at(-2)], [100_001, '100000']);
  });

  it('update changes limits, and stats shows them', () => {
    pouch('run', '-d', '--network', 'none', '--name', 'limited', 'busybox', 'sleep', '1000');
    const updated = pouch(
      'update',
      '-m',
      '64m',
      '--memory-swap',
      '64m',
      '--restart',
      'on-failure:2',
      'limited',
    );
    assert.deepEqual([updated.status, updated.stdout], [0, 'limited\n'], updated.stderr);
    const { stdout } = pouch(
      'stats',
      '--no-stream',
      '--format',
      '{{.Name}} {{.MemUsage}} {{.PIDs}}',
      'limited',
    );
    assert.match(stdout, /^limited [\d.]+[KM]iB \/ 64MiB 1\n$/);
    pouch('rm', '-f', 'limited');
  });

  it('run ends with 127, 126 and 125 as Docker does', () => {
    assert.equal(pouch(...run, 'busybox', 'nosuch').status, 127);
    assert.equal(pouch(...run, 'busybox', '/bin').status, 126);
    assert.equal(pouch(...run, '--memory', '1', 'busybox', 'true').status, 125);
    assert.equal(pouch(...run, '--pull', 'never', 'nosuchimage', 'true').status, 125);
  });

  it('run -d prints the id; exec, logs, ps, inspect, rename, stop and rm work on it', () => {
    const script = 'echo started; exec sleep 1000';
    const id = pouch(
      'run',
      '-d',
      '--name',
      'web',
      '-l',
      'a=b',
      '--network',
      'none',
      'busybox',
      'sh',
      '-c',
      script,
    ).stdout.trim();
    assert.match(id, /^[0-9a-f]{64}$/);
    assert.equal(pouch('ps', '-q', '--no-trunc', '--filter', 'label=a=b').stdout.trim(), id);
    assert.equal(pouch('ps', '--format', '{{.Names}} {{.State}}').stdout, 'web running\n');
    assert.equal(JSON.parse(pouch('ps', '--format', 'json').stdout).Names, 'web');
    assert.equal(pouch('logs', 'web').stdout, 'started\n');
    const executed = pouchWithInput(
      'typed',
      'exec',
      '-i',
      '-e',
      'A=1',
      'web',
      'sh',
      '-c',
      'echo $A; cat; exit 4',
    );
    assert.deepEqual([executed.status, executed.stdout], [4, '1\ntyped']);
    assert.equal(pouch('inspect', '-f', '{{.Config.Labels.a}} {{.State.Running}}', 'web').stdout, 'b true\n');
    assert.equal(pouch('rename', 'web', 'shop').status, 0);
    assert.equal(pouch('rm', 'shop').status, 1);
    assert.equal(pouch('stop', '-t', '0', 'shop').stdout, 'shop\n');
    assert.equal(pouch('wait', 'shop').stdout, '137\n');
    assert.deepEqual([pouch('rm', 'shop').status, pouch('ps', '-aq').stdout], [0, '']);
  });

  it('create and start -a -i run a container in two steps', () => {
    assert.equal(
      pouch('create', '-i', '--name', 'two', '--network', 'none', 'busybox', 'sh', '-c', 'cat; exit 3')
        .status,
      0,
    );
    const started = pouchWithInput('hello', 'start', '-a', '-i', 'two');
    assert.deepEqual([started.status, started.stdout], [3, 'hello']);
    assert.equal(pouch('rm', 'two').status, 0);
  });

  it('an id file is written, and never over another file', () => {
    const path = join(dockerd.directory, 'id');
    assert.equal(pouch(...run, '--cidfile', path, 'busybox', 'true').status, 0);
    assert.match(readFileSync(path, 'utf8'), /^[0-9a-f]{64}$/);
    assert.equal(pouch(...run, '--cidfile', path, 'busybox', 'true').status, 125);
  });

  it('images are tagged, saved, removed and loaded', () => {
    const archive = join(dockerd.directory, 'image.tar');
    assert.equal(pouch('tag', 'busybox', 'localhost:5000/box:v1').status, 0);
    assert.match(pouch('images').stdout, /localhost:5000\/box +v1 /);
    assert.equal(pouch('save', '-o', archive, 'localhost:5000/box:v1').status, 0);
    assert.match(pouch('rmi', 'localhost:5000/box:v1').stdout, /Untagged: localhost:5000\/box:v1/);
    assert.match(pouch('load', '-i', archive).stdout, /Loaded image: localhost:5000\/box:v1/);
    assert.equal(pouch('rmi', 'localhost:5000/box:v1').status, 0);
  });

  it('volumes are made, listed and removed', () => {
    assert.equal(pouch('volume', 'create', 'data').stdout, 'data\n');
    assert.equal(pouch(...run, '-v', 'data:/data', 'busybox', 'sh', '-c', 'echo kept > /data/x').status, 0);
    assert.equal(pouch(...run, '-v', 'data:/data:ro', 'busybox', 'cat', '/data/x').stdout, 'kept\n');
    assert.equal(pouch('volume', 'ls', '-q').stdout, 'data\n');
    const removed = pouch('volume', 'rm', 'data');
    assert.equal(removed.status, 0, removed.stderr);
  });

  it('signals reach the container', async () => {
    const script = 'trap "echo got; exit 9" TERM; echo ready; while :; do sleep 0.1; done';
    const child = spawn(join(root, 'bin/pouch'), [...run, 'busybox', 'sh', '-c', script], {
      env: { ...process.env, POUCH_HOST: host },
    });
    const output = watch(child);
    await output.until('ready');
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    assert.deepEqual([code, output.text()], [9, 'ready\ngot\n']);
  });

  it('a terminal has its size, and is as before afterwards', async () => {
    const child = inTerminal(
      `stty rows 31 cols 101; ${root}/bin/pouch run --rm -it --network none busybox sh -c 'for i in $(seq 50); do [ "$(stty size 2>&1)" = "31 101" ] && exit 5; sleep 0.1; done'; echo code $?; stty -a`,
    );
    const output = watch(child);
    await once(child, 'exit');
    assert.match(output.text(), /code 5/);
    assert.match(output.text(), / icanon .* echo /s);
    assert.match(output.text(), /[ \n]opost /);
  });

  it('detach keys leave the container running, attach comes back to it', async () => {
    const first = inTerminal(
      `${root}/bin/pouch run -it --name tty --network none busybox sh -c 'echo ready; cat'; echo left $?`,
    );
    const firstOutput = watch(first);
    await firstOutput.until('ready');
    first.stdin?.write('\u0010\u0011');
    await firstOutput.until('left 0');
    assert.equal(pouch('inspect', '-f', '{{.State.Running}}', 'tty').stdout, 'true\n');
    const second = inTerminal(`${root}/bin/pouch attach --detach-keys ctrl-x,x tty; echo left $?`);
    const secondOutput = watch(second);
    await until(() => {
      second.stdin?.write('again\n');
      return secondOutput.text().includes('again\r\nagain\r\n');
    });
    second.stdin?.write('\u0018x');
    await secondOutput.until('left 0');
    assert.equal(pouch('rm', '-f', 'tty').status, 0);
  });

  it('logs -f continues until the container ends', () => {
    assert.equal(
      pouch(
        'run',
        '-d',
        '--name',
        'slow',
        '--network',
        'none',
        'busybox',
        'sh',
        '-c',
        'echo 1; sleep 0.5; echo 2',
      ).status,
      0,
    );
    assert.equal(pouch('logs', '-f', 'slow').stdout, '1\n2\n');
    assert.equal(pouch('logs', '--tail', '1', 'slow').stdout, '2\n');
    assert.equal(pouch('rm', 'slow').status, 0);
  });

  it('what is missing is said, and the rest done', () => {
    assert.equal(pouch('create', '--name', 'there', 'busybox').status, 0);
    const removed = pouch('rm', 'missing', 'there');
    assert.deepEqual([removed.status, removed.stdout], [1, 'there\n']);
    assert.match(removed.stderr, /^pouch: No such container: missing\n/);
    assert.equal(pouch('exec', 'missing', 'true').status, 1);
  });

  it('a reader that has enough ends the command quietly', () => {
    const script = `${root}/bin/pouch run --rm --network none busybox seq 100000 | head -1`;
    const result = spawnSync('bash', ['-c', script], {
      env: { ...process.env, POUCH_HOST: host },
      encoding: 'utf8',
      timeout: 30_000,
    });
    assert.deepEqual([result.stdout, result.stderr], ['1\n', '']);
  });
});

/** Waits for a condition, at most 20 seconds. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in 20 seconds');
    await delay(100);
  }
}

function watch(child: ChildProcess) {
  let text = '';
  child.stdout?.on('data', (data: Buffer) => (text += data.toString()));
  return {
    text: () => text,
    until: (part: string) => until(() => text.includes(part)),
  };
}
