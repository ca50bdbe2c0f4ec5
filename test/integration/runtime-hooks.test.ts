import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { removeCgroup } from '../support/host/cgroups.ts';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { skip } from '../support/skip.ts';
import { useDaemon } from '../support/useDaemon.ts';

const kinds = ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'];

/** Made before the daemon, whose configuration names it. */
const directory = mkdtempSync(join(tmpdir(), 'hooks-'));
const script = join(directory, 'hook');

/** `startContainer` runs in the container, so it calls a program of the container. */
function hook(kind: string): string {
  const path = kind === 'startContainer' ? '/bin/sh' : script;
  const args = kind === 'startContainer' ? ['sh', '-c', 'cat >/started'] : [script, kind];
  const when = "when: { annotation: 'hooks=on' }";
  return `        ${kind}: { kind: ${kind}, path: ${path}, args: ${JSON.stringify(args)}, env: ['A=b'], timeout: 10, ${when} }`;
}

/** The same hooks as files of a directory. */
function hookFile(kind: string, word = kind): object {
  const isInside = kind === 'startContainer';
  return {
    version: '1.0.0',
    hook: {
      path: isInside ? '/bin/sh' : script,
      args: isInside ? ['sh', '-c', 'cat >/started'] : [script, `file-${word}`],
      env: ['A=b'],
      timeout: 10,
    },
    when: { annotations: { '^hooks$': '^files?$' }, commands: ['^sleep$', '/true$'] },
    stages: [kind],
  };
}

const hookFiles = join(directory, 'hooks.d');

const yaml = [
  `cdi: { specDirs: [${directory}/cdi, ${directory}/later] }`,
  'plugins:',
  '  - name: oci-hooks',
  '    options:',
  `      directories: [${directory}/vendor.d, ${directory}/hooks.d, ${directory}/none]`,
  '      hooks:',
  ...kinds.map(hook),
  '',
].join('\n');

const cdi = {
  cdiVersion: '0.7.0',
  kind: 'vendor.example/gadget',
  containerEdits: { env: ['GADGETS=some'], mounts: [{ hostPath: directory, containerPath: '/driver' }] },
  devices: [
    {
      name: 'one',
      containerEdits: {
        env: ['GADGET=one'],
        deviceNodes: [{ path: '/dev/gadget', hostPath: '/dev/fuse', permissions: 'rw' }],
        hooks: [{ hookName: 'createRuntime', path: script, args: [script, 'cdi'] }],
        additionalGids: [4321],
      },
    },
    { name: 'rdt', containerEdits: { intelRdt: { closID: 'gold' } } },
  ],
};

after(() => rmSync(directory, { recursive: true }));

for (const runtime of ociRuntimes)
  describe(`hooks and devices by name: ${runtime}`, function () {
    this.timeout(60_000);
    this.slow(5_000);

    before(async () => {
      await writeFile(script, `#!/bin/sh\n(cat; echo; echo "$A") >${directory}/$1.json\n`);
      await chmod(script, 0o755);
      await mkdir(join(directory, 'cdi'), { recursive: true });
      await writeFile(join(directory, 'cdi/vendor.json'), JSON.stringify(cdi));
      for (const folder of [hookFiles, join(directory, 'vendor.d')]) await mkdir(folder, { recursive: true });
      // Hidden by the one of the later directory.
      await writeFile(
        join(directory, 'vendor.d/prestart.json'),
        JSON.stringify(hookFile('prestart', 'vendor')),
      );
      for (const kind of kinds)
        await writeFile(join(hookFiles, `${kind}.json`), JSON.stringify(hookFile(kind)));
      for (const name of await readdir(directory)) if (name.endsWith('.json')) rmSync(join(directory, name));
    });

    const daemon = useDaemon({ yaml });
    const { pouch, ok, sh } = daemon;

    const state = async (name: string) => {
      const text = await readFile(join(directory, `${name}.json`), 'utf8');
      const end = text.lastIndexOf('}') + 1;
      return { ...(JSON.parse(text.slice(0, end)) as { id: string }), more: text.slice(end) };
    };

    it('all six kinds run, each with the container’s state on stdin and its variables', async () => {
      const id = await ok(
        'run',
        '-d',
        '--runtime',
        runtime,
        '--annotation',
        'hooks=on',
        'busybox',
        'sleep',
        '1000',
      );
      for (const kind of ['prestart', 'createRuntime', 'createContainer', 'poststart']) {
        const seen = await state(kind);
        assert.deepEqual([seen.id, seen.more.trim()], [id, 'b'], kind);
      }
      assert.equal((JSON.parse(await ok('exec', id, 'cat', '/started')) as { id: string }).id, id);
      assert.ok(!existsSync(join(directory, 'poststop.json')));
      await ok('rm', '-f', id);
      assert.ok(await waitUntil(() => existsSync(join(directory, 'poststop.json')), { withinMs: 30_000 }));
      assert.equal((await state('poststop')).id, id);
    });

    it('files of directories add hooks of all six kinds, and explain names the file', async () => {
      const args = ['--runtime', runtime, '--annotation', 'hooks=file', 'busybox', 'sleep', '1000'];
      const id = await ok('run', '-d', ...args);
      for (const kind of ['prestart', 'createRuntime', 'createContainer', 'poststart']) {
        const seen = await state(`file-${kind}`);
        assert.deepEqual([seen.id, seen.more.trim()], [id, 'b'], kind);
      }
      assert.ok(!existsSync(join(directory, 'file-vendor.json')));
      assert.equal((JSON.parse(await ok('exec', id, 'cat', '/started')) as { id: string }).id, id);
      const explained = await ok('explain', id);
      for (const kind of kinds) assert.ok(explained.includes(`${hookFiles}/${kind}.json#${kind}`), kind);
      await ok('rm', '-f', id);
      const isGone = () => existsSync(join(directory, 'file-poststop.json'));
      assert.ok(await waitUntil(isGone, { withinMs: 30_000 }));
      assert.equal((await state('file-poststop')).id, id);
      assert.doesNotMatch(await ok('plan', 'run', '--annotation', 'hooks=file', 'busybox', 'ls'), /file-/);
    });

    it('an invalid file is refused by name and field, and the hooks of before serve on', async () => {
      const broken = join(hookFiles, 'prestart.json');
      await writeFile(broken, JSON.stringify({ ...hookFile('prestart'), stages: ['precreate'] }));
      const problem = `${broken}: stages[0]: expected one of prestart`;
      const reload = await pouch('plugin', 'reload');
      assert.equal(reload.exitCode, 1);
      assert.ok(`${reload.stdout}${reload.stderr}`.includes(problem), reload.stdout);
      const check = await daemon.it.pouchd('--check-config');
      assert.equal(check.exitCode, 1);
      assert.ok(check.stdout.includes(problem), check.stdout);
      rmSync(join(directory, 'file-prestart.json'));
      const args = ['--runtime', runtime, '--annotation', 'hooks=file', 'busybox', '/bin/true'];
      await ok('run', '--rm', ...args);
      assert.ok(existsSync(join(directory, 'file-prestart.json')));
      await writeFile(broken, JSON.stringify({ ...hookFile('prestart'), when: { always: false } }));
      await ok('plugin', 'reload');
      rmSync(join(directory, 'file-prestart.json'));
      await ok('run', '--rm', ...args);
      assert.ok(!existsSync(join(directory, 'file-prestart.json')));
    });

    it('a reload reports files that were changed, added or removed, and has their hooks', async () => {
      const added = join(hookFiles, 'added.json');
      const hooksOf = async () =>
        await ok('plan', 'run', '--runtime', runtime, '--annotation', 'hooks=file', 'busybox', 'true');
      const reload = async () => await ok('plugin', 'reload');
      assert.equal(await reload(), 'nothing has changed');
      await writeFile(added, JSON.stringify({ ...hookFile('prestart'), when: { always: false } }));
      assert.match(await reload(), /^updated +oci-hooks$/m);
      assert.doesNotMatch(await hooksOf(), /"file-prestart"/);
      await writeFile(added, JSON.stringify({ ...hookFile('prestart'), when: { always: true } }));
      assert.match(await reload(), /^updated +oci-hooks$/m);
      assert.match(await hooksOf(), /"file-prestart"/);
      rmSync(added);
      assert.match(await reload(), /^updated +oci-hooks$/m);
      assert.doesNotMatch(await hooksOf(), /"file-prestart"/);
      assert.equal(await reload(), 'nothing has changed');
    });

    it('none runs for a container that the condition does not fit', async () => {
      assert.equal(await sh('ls /started 2>/dev/null || echo none', '--runtime', runtime), 'none');
    });

    it('a hook that fails ends the start with its name, and leaves nothing', async () => {
      const before = await daemon.it.inventory();
      await writeFile(script, '#!/bin/sh\necho no such gadget >&2; exit 3\n');
      const args = ['--runtime', runtime, '--annotation', 'hooks=on', 'busybox', 'true'];
      const { exitCode, stderr } = await pouch('run', '--rm', ...args);
      assert.notEqual(exitCode, 0);
      assert.match(stderr, /PCH_RUNTIME_FAILED/);
      await writeFile(script, `#!/bin/sh\ncat >${directory}/$1.json\n`);
      await ok('run', '--rm', ...args);
      assert.deepEqual(await daemon.it.leftovers(before), []);
    });

    it('a device by CDI brings what its vendor says', async () => {
      const show = 'echo $GADGETS $GADGET; id -G; ls /driver/cdi; (: <>/dev/gadget) && ls -l /dev/gadget';
      const output = await sh(show, '--runtime', runtime, '--device', 'vendor.example/gadget=one');
      assert.match(output, /^some one\n.*\b4321\b.*\nvendor\.json\n.* 10, 229 .*\/dev\/gadget$/);
      assert.ok(existsSync(join(directory, 'cdi.json')));
      const id = await ok('create', '--device', 'vendor.example/gadget=one', 'busybox', 'true');
      assert.deepEqual((await daemon.it.inspect(id))?.HostConfig.DeviceRequests?.[0]?.DeviceIDs, [
        'vendor.example/gadget=one',
      ]);
      assert.match(await ok('explain', id, '--field', 'process.env.GADGET'), /cdi/);
      await ok('rm', id);
    });

    it('an unknown device, and one that two files have, are refused', async () => {
      const run = (name: string) =>
        pouch('run', '--rm', '--runtime', runtime, '--device', name, 'busybox', 'true');
      assert.match(
        (await run('vendor.example/gadget=two')).stderr,
        /CDI device .* not found in any specification.*\n.*gadget=one.*\n.*PCH_CDI_NOT_FOUND/s,
      );
      await writeFile(join(directory, 'cdi/second.yaml'), JSON.stringify(cdi));
      assert.match((await run('vendor.example/gadget=one')).stderr, /PCH_CDI_INVALID/);
      rmSync(join(directory, 'cdi/second.yaml'));
      assert.equal((await run('vendor.example/gadget=one')).exitCode, 0);
    });

    it('a class of Intel RDT is refused where the host has none', async function () {
      if (existsSync('/sys/fs/resctrl/schemata')) skip(this, 'the host has resctrl');
      for (const option of [
        ['--rdt-class', 'gold'],
        ['--device', 'vendor.example/gadget=rdt'],
      ]) {
        const { stderr } = await pouch('run', '--rm', '--runtime', runtime, ...option, 'busybox', 'true');
        assert.match(stderr, /Intel RDT.*(no resctrl file system|LXC does not support).*PCH_RUNTIME_CANNOT/s);
      }
    });

    it('a cgroup under a parent of one’s choice', async () => {
      const parent = `${daemon.it.names.cgroupParent}/batch`;
      const id = await ok(
        'run',
        '-d',
        '--runtime',
        runtime,
        '--cgroup-parent',
        parent,
        'busybox',
        'sleep',
        '1000',
      );
      const pid = (await daemon.it.inspect(id))?.State.Pid;
      assert.match(
        await readFile(`/proc/${pid}/cgroup`, 'utf8'),
        new RegExp(`:${parent}/${id}(/payload)?$`, 'm'),
      );
      await ok('rm', '-f', id);
      // It is the user's, as with Docker: its limits may count for containers to come.
      await removeCgroup(parent);
    });
  });
