/** Several runtimes behind one choice: selection, refusals, and runtimes that misbehave. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** A runtime that is runc but for one verb; `$*` are the arguments. */
function script(directory: string, name: string, body: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${body}\nexec runc "$@"\n`, { mode: 0o755 });
  return path;
}

const onCreate = (body: string) => `case " $* " in *" create "*) ${body};; esac`;

/** What each does wrong, and what its user sees. */
const faults = {
  hangs: {
    body: onCreate('exec sleep 1000'),
    error: /the runtime hangs did not respond within 8 s/,
  },
  dies: {
    body: onCreate('runc "$@" >&2; kill -9 $$'),
    error: /the runtime dies failed: /,
  },
  refuses: {
    body: onCreate('echo "no such thing here" >&2; exit 1'),
    error: /the runtime refuses failed: .*refuses gave no reason and ended with exit status 1/,
  },
  'bad-pid': {
    body: onCreate(
      'file=; next=; for arg; do [ -n "$next" ] && file=$arg; next=; [ "$arg" = --pid-file ] && next=1; done; runc "$@" || exit; echo nonsense > "$file"; exit 0',
    ),
    error: /the runtime bad-pid failed: /,
  },
  'dies-at-start': {
    body: 'case " $* " in *" start "*) kill -9 $$;; esac',
    error: /the runtime dies-at-start failed: /,
  },
};

/** While the file `delete-hangs.now` is beside it. */
const hangingDelete =
  'case " $* " in *" delete "*) [ -e "${0%/*}/delete-hangs.now" ] && exec sleep 1000;; esac';

describe('runtimes', function () {
  this.timeout(60_000);
  const directory = mkdtempSync(join(tmpdir(), 'pd-runtimes-'));
  after(() => rm(directory, { recursive: true }));

  const added = Object.entries(faults).map(([name, { body }]) => [name, script(directory, name, body)]);
  const garbage = script(
    directory,
    'garbage',
    'case " $* " in *" state "*) echo "}{ not json"; exit 0;; esac',
  );
  const yaml = `
runtime:
  startTimeout: 8s
  add:
    other: { binary: runc, aliases: [second] }
    limited: { binary: runc, lacks: [hostPid, execTty] }
    gone: { binary: ${directory}/gone }
    no-version: { binary: ${script(directory, 'no-version', 'exit 3')} }
    no-runtime: { binary: ${script(directory, 'no-runtime', 'exit 0')} }
    no-shim: { shim: io.containerd.nosuch.v1 }
    garbage: { binary: ${garbage} }
    delete-hangs: { binary: ${script(directory, 'delete-hangs', hangingDelete)} }
${added.map(([name, path]) => `    ${name}: { binary: ${path} }`).join('\n')}
  rules:
    - when: { label: team=pay* }
      use: other
    - { when: { image: "*nothing*", rich: true }, use: nosuch }
`;
  /** A stand-in that only reports whether it works; `check` is its `criu check`. */
  const criu = (check: string) =>
    writeFileSync(
      join(directory, 'criu'),
      `#!/bin/sh\ncase $1 in check) ${check};; *) echo Version: 9;; esac\n`,
      {
        mode: 0o755,
      },
    );
  criu('echo Error: no such call >&2; exit 1');
  const daemon = useDaemon({ yaml, env: { PATH: `${directory}:${process.env['PATH']}` } });
  const { ok, pouch } = daemon;
  const runtimeOf = (id: string) => ok('inspect', '--format', '{{.HostConfig.Runtime}}', id);
  const retried = () => ok('run', '--rm', '--network', 'none', 'busybox', 'true');

  it('runtime ls shows state, version and path of each, and why one cannot be used', async () => {
    const rows = (await ok('runtime', 'ls')).split('\n');
    const row = (name: string) => rows.find((line) => line.startsWith(name)) ?? '';
    assert.match(row('runc (default)'), /usable +\d+\.\d+\.\d+\S* +\/\S+\/runc/);
    assert.match(row('gone'), /not usable .*gone is not installed/);
    assert.match(row('no-version'), /not usable .*--version failed/);
    assert.match(row('no-shim'), /not usable .*containerd-shim-nosuch-v1 not found/);
    assert.deepEqual((await ok('runtime', 'ls', '-q')).split('\n').includes('other'), true);
  });

  it('runtime inspect has what each can do, by name or alias', async () => {
    const lines = await ok('runtime', 'inspect', 'limited');
    assert.match(lines, /no +hostPid .*runtime.add lists it/);
    assert.match(lines, /yes +hostNetwork/);
    const [second] = JSON.parse(await ok('runtime', 'inspect', '--format', 'json', 'second')) as {
      name: string;
    }[];
    assert.equal(second?.name, 'other');
    const { exitCode, stderr } = await pouch('runtime', 'inspect', 'nosuch');
    assert.equal(exitCode, 1);
    assert.match(stderr, /no runtime is named "nosuch".*known runtimes: .*PCH_RUNTIME_NOT_FOUND/s);
  });

  it('a runtime that is fixed while the daemon runs is found at the next use', async () => {
    const looked = () => ok('runtime', 'inspect', 'runc');
    assert.match(await looked(), /no +checkpoint .*no such call/);
    criu('true');
    assert.match(await looked(), /yes +checkpoint/);
  });

  it('doctor fails for one that cannot be used', async () => {
    assert.equal((await pouch('doctor', 'gone')).exitCode, 1);
    assert.equal((await pouch('doctor', 'runc')).exitCode, 0);
    assert.equal((await pouch('doctor')).exitCode, 0);
    const kata = await pouch('doctor', 'kata');
    assert.match(kata.stdout, /^kata: not usable.*\n( {2}.*\n)*.*no +.*shim/m);
  });

  it('is chosen by flag, alias, annotation, rule, else by default', async () => {
    const chosen = async (...flags: string[]) => {
      const id = await ok('create', ...flags, 'busybox', 'true');
      const runtime = await runtimeOf(id);
      await ok('start', '-a', id);
      await ok('rm', id);
      return runtime;
    };
    assert.equal(await chosen(), 'runc');
    assert.equal(await chosen('--runtime', 'other'), 'other');
    assert.equal(await chosen('--runtime', 'second'), 'other');
    assert.equal(
      await chosen('--annotation', 'io.pouch.runtime=garbage', '--label', 'team=payroll'),
      'garbage',
    );
    assert.equal(await chosen('--label', 'team=payroll'), 'other');
    assert.equal(await chosen('--label', 'team=sales'), 'runc');
  });

  it('explain names the rule and its line', async () => {
    const id = await ok('create', '--label', 'team=payroll', 'busybox');
    assert.match(await ok('explain', id, '--field', 'runtime'), /runtime\.rules\[0\].*pouchd\.yaml:\d+/s);
    await ok('rm', id);
  });

  it('what the runtime lacks is refused before anything is done, with those that can', async () => {
    const before = await daemon.it.inventory();
    const refused = await pouch('run', '--rm', '--runtime', 'limited', '--pid', 'host', 'busybox', 'true');
    assert.equal(refused.exitCode, 125);
    assert.match(
      refused.stderr,
      /limited does not give .*--pid host.*lacks.*--runtime .*runc.*PCH_RUNTIME_CANNOT/s,
    );
    const planned = await pouch('plan', 'run', '--runtime', 'limited', '--pid', 'host', 'busybox', 'true');
    assert.match(planned.stderr, /PCH_RUNTIME_CANNOT/);
    assert.deepEqual(await daemon.it.inventory(), before);
    await ok('run', '--rm', '--runtime', 'other', '--pid', 'host', 'busybox', 'true');
  });

  it('a verb that the runtime lacks is refused, and the container keeps running', async () => {
    const id = await ok('run', '-d', '--runtime', 'limited', 'busybox', 'sleep', '1000');
    const refused = await pouch('exec', '-t', id, 'true');
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stderr, /exec --tty.*PCH_RUNTIME_CANNOT/s);
    await ok('exec', id, 'true');
    await ok('rm', '-f', id);
  });

  for (const name of someOf(['nosuch', 'gone', 'no-version', 'no-runtime', 'no-shim']))
    it(`${name}: refused with what to do, nothing made`, async () => {
      const { exitCode, stderr } = await pouch(
        'run',
        '--name',
        'refused',
        '--runtime',
        name,
        'busybox',
        'true',
      );
      assert.equal(exitCode, 125);
      assert.match(stderr, /PCH_RUNTIME_(NOT_FOUND|UNUSABLE)/);
      assert.match((await pouch('inspect', 'refused')).stderr, /PCH_NOT_FOUND/);
      await retried();
    });

  for (const [name, { error }] of someOf(Object.entries(faults)))
    it(`a runtime that ${name}: the error names it, nothing is left, others keep running`, async () => {
      const other = await ok('run', '-d', '--network', 'none', 'busybox', 'sleep', '1000');
      const before = await daemon.it.leftovers(new Set(), 0).then(() => daemon.it.inventory());
      const { exitCode, stderr } = await pouch(
        'run',
        '--rm',
        '--network',
        'none',
        '--runtime',
        name,
        'busybox',
        'true',
      );
      assert.equal(exitCode, 125, stderr);
      assert.match(stderr, error);
      assert.deepEqual(await daemon.it.leftovers(before), []);
      assert.equal(await ok('exec', other, 'echo', 'well'), 'well');
      await retried();
      await ok('rm', '-f', other);
    });

  describe('one that misbehaves later', function () {
    it('a runtime that returns garbage from `state` is not queried', async () => {
      const id = await ok('run', '-d', '--runtime', 'garbage', 'busybox', 'sleep', '1000');
      assert.equal(await ok('exec', id, 'echo', 'hello'), 'hello');
      await ok('pause', id);
      await ok('unpause', id);
      await ok('stop', '-t', '0', id);
      await ok('rm', id);
    });

    it('one whose delete hangs is killed: the container restarts, and nothing is left of it at the end', async () => {
      const before = await daemon.it.leftovers(new Set(), 0).then(() => daemon.it.inventory());
      const id = await ok('run', '-d', '--runtime', 'delete-hangs', 'busybox', 'sleep', '1000');
      const marker = join(directory, 'delete-hangs.now');
      writeFileSync(marker, '');
      const begin = performance.now();
      await ok('restart', '-t', '0', id);
      assert.ok(performance.now() - begin < 20_000, 'a restart takes some 7 s');
      assert.match(await daemon.it.log(), /the runtime did not delete an ended container in time/);
      await rm(marker);
      await ok('stop', '-t', '0', id);
      await ok('start', id);
      assert.equal(await ok('exec', id, 'echo', 'well'), 'well');
      await ok('rm', '-f', id);
      assert.deepEqual(await daemon.it.leftovers(before), []);
    });

    it('a container whose runtime is uninstalled meanwhile can still be removed', async () => {
      const path = script(directory, 'passing', '');
      await daemon.it.configure(yaml.replace('  add:', `  add:\n    passing: { binary: ${path} }`));
      await daemon.it.reload(/configuration reloaded/);
      const before = await daemon.it.leftovers(new Set(), 0).then(() => daemon.it.inventory());
      const id = await ok('run', '-d', '--runtime', 'passing', 'busybox', 'sleep', '1000');
      await rm(path);
      await ok('rm', '-f', id);
      assert.deepEqual(await daemon.it.leftovers(before), []);
      await retried();
    });

    sampleTests(this);
  });

  describe('read again on SIGHUP', () => {
    const other = '\nruntime:\n  default: second\n  add:\n    second: { binary: runc }\n';
    after(async () => {
      await daemon.it.configure(yaml);
      await daemon.it.reload(/configuration reloaded/);
    });

    it('another default applies to new containers, and running ones keep theirs', async () => {
      const old = await ok('run', '-d', 'busybox', 'sleep', '1000');
      const lost = await ok('run', '-d', '--runtime', 'garbage', 'busybox', 'sleep', '1000');
      await daemon.it.configure(other);
      await daemon.it.reload(/configuration reloaded/);
      assert.equal(await runtimeOf(old), 'runc');
      await ok('restart', '-t', '0', old);
      const fresh = await ok('run', '-d', 'busybox', 'sleep', '1000');
      assert.equal(await runtimeOf(fresh), 'second');
      await ok('rm', '-f', old, fresh);

      // Its runtime is no longer in the file: it runs on, can be used and ended, and not be started again.
      assert.equal(await ok('exec', lost, 'echo', 'here'), 'here');
      await ok('stop', '-t', '0', lost);
      const { stderr } = await pouch('start', lost);
      assert.match(stderr, /no runtime is named "garbage".*PCH_RUNTIME_NOT_FOUND/s);
      await ok('rm', lost);
    });
  });
});
