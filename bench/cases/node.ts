import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeCodeCaches } from '../../scripts/build/codeCaches.ts';
import { packagedNode } from '../../scripts/package/node.ts';
import { TestPouchd } from '../../test/support/TestPouchd.ts';
import { type Contender, interleaved, type Series } from '../measure.ts';
import { residentMb } from '../residentMb.ts';
import type { Case } from './case.ts';

const root = resolve(import.meta.dirname, '../..');

/** A daemon of each Node, and its name. */
interface Variant {
  name: string;
  daemon: TestPouchd;
}

export const node: Case = {
  name: 'node',
  about: 'start of pouchd, until it serves, and its memory: with this Node, and with that of the packages',
  async measure({ dir, options: { runs } }) {
    const packaged = await packagedNode(root);
    const variants: Variant[] = [];
    try {
      variants.push({ name: `pouchd with Node ${process.versions.node}`, daemon: await TestPouchd.create() });
      const executable = await installFor(packaged.path, join(dir, 'packaged'));
      const env = { PATH: `${dirname(packaged.path)}:${process.env['PATH'] ?? ''}` };
      const daemon = await TestPouchd.create({ executable, env });
      variants.push({ name: `pouchd with Node ${packaged.version}`, daemon });
      const times = await interleaved(variants.map(starter), runs);
      return { series: [...times, ...variants.map(memory)], targets: [] };
    } finally {
      for (const { daemon } of variants) await daemon.dispose();
    }
  },
};

/** Copies the daemon, as the packages have it: with the code caches of the other Node. Returns its path. */
async function installFor(executable: string, target: string): Promise<string> {
  await mkdir(join(target, 'bin'), { recursive: true });
  await cp(join(root, 'dist/bin'), join(target, 'dist/bin'), { recursive: true });
  await cp(join(root, 'bin/pouchd'), join(target, 'bin/pouchd'));
  for (const name of await readdir(join(root, 'bin')))
    if (/^(pouch|runlxc)/.test(name) && !/^pouchd|\.ts$/.test(name))
      await symlink(join(root, 'bin', name), join(target, 'bin', name));
  for (const name of ['package.json', 'node_modules']) await symlink(join(root, name), join(target, name));
  await writeCodeCaches(target, { node: executable, isReproducible: true });
  return join(target, 'bin/pouchd');
}

/** containerd and the log keeper keep running. */
function starter({ name, daemon }: Variant): Contender {
  return {
    name,
    async once() {
      await daemon.stop();
      const began = performance.now();
      await daemon.start();
      return performance.now() - began;
    },
  };
}

function memory({ name, daemon }: Variant): Series {
  return { name: `${name}, memory`, unit: 'MB', samples: [residentMb(daemon.pid)] };
}
