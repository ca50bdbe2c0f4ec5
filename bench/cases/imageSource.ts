import { chmod, cp, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { TestRegistry } from '../../test/support/TestRegistry.ts';
import { writeLargeImage } from '../images/large.ts';
import { interleaved } from '../measure.ts';
import { pouch } from '../peers/pouch.ts';
import { ratioTarget } from '../target.ts';
import type { Case } from './case.ts';
import { pullByPouch } from './transfer.ts';

const example = resolve(import.meta.dirname, '../../examples/folder-images/folder-images.ts');
const [fromSource, fromRegistry] = ['image source', 'registry'];

export const imageSource: Case = {
  name: 'image-source',
  about:
    'pull of an image with one blob of 200 MB: from an image source in a confined process, from a registry',
  async measure({ dir, options: { runs } }) {
    // The plugin runs as user nobody.
    await chmod(dir, 0o711);
    const registry = await TestRegistry.start();
    const folders = join(dir, 'folders');
    const layout = join(folders, 'bench/large');
    await mkdir(layout, { recursive: true });
    const archive = await writeLargeImage(dir, { layers: 1 });
    await execa('tar', ['-xf', archive, '-C', layout]);
    const reference = await registry.push(`oci-archive:${archive}`, 'bench/large:1');
    const plugin = join(dir, 'folder-images.ts');
    await cp(example, plugin);
    const daemon = await pouch({
      yaml:
        `plugins:\n  - path: ${plugin}\n    options: { root: '${folders}' }\n` +
        `    grants: { paths: { read: ['${folders}'] } }\n`,
    });
    try {
      const contenders = [
        { name: fromSource, once: () => pullByPouch(daemon, 'folder.local/bench/large:1') },
        { name: fromRegistry, once: () => pullByPouch(daemon, reference) },
      ];
      const series = await interleaved(contenders, Math.min(runs, 10));
      return { series, targets: [ratioTarget(series, fromSource, [fromRegistry])] };
    } finally {
      await daemon.end();
      await registry.stop();
    }
  },
};
