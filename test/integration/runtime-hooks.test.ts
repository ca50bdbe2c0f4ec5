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

const yaml = [
  `cdi: { specDirs: [${directory}/cdi, ${directory}/later] }`,
  'plugins:',
  '  - name: oci-hooks',
  '    options:',
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
      for (const name of await readdir(directory)) if (name.endsWith('.json')) rmSync(join(directory, name));
    });

    const daemon = useDaemon({ yaml });
    const { pouch, ok, sh } = daemon;

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
      const state = async (name: string) => {
        const text = await readFile(join(directory, `${name}.json`), 'utf8');
        const end = text.lastIndexOf('}') + 1;
        return { ...(JSON.parse(text.slice(0, end)) as { id: string }), more: text.slice(end) };
      };
      for (const kind of ['prestart', 'createRuntime', 'createContainer', 'poststart']) {
        const seen = await state(kind);
        assert.deepEqual([seen.id, seen.more.trim()], [id, 'b'], kind);
      }
      assert.equal((JSON.parse(await ok('exec', id, 'cat', '/started')) as { id: string }).id, id);
      assert.ok(!existsSync(join(directory, 'poststop.json')));
      await ok('rm', '-f', id);
      assert.ok(await waitUntil(() => existsSync(join(directory, 'poststop.json')), { withinMs: 5_000 }));
      assert.equal((await state('poststop')).id, id);
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
