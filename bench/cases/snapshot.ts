import { interleaved, timed } from '../measure.ts';
import { pouch } from '../peers/pouch.ts';
import { limitTarget } from '../target.ts';
import type { Case } from './case.ts';

/** Files of random bytes, so that no file system can store them in less. */
const write = 'for n in $(seq 64); do dd if=/dev/urandom of=/data.$n bs=1M count=16 2>/dev/null; done';
const disk = 4 * 1024 ** 3;

export const snapshot: Case = {
  name: 'snapshot',
  about:
    'snapshot by the API of a running container that has written 1 GiB, with the root of pouchd on btrfs',
  async measure({ options: { runs } }) {
    const fresh = await pouch({ rootDisk: disk, rootType: 'btrfs' });
    try {
      const { client } = fresh.daemon;
      await fresh.daemon.runContainer(
        { Image: 'busybox', Cmd: ['sleep', '100000'], HostConfig: { NetworkMode: 'none' } },
        'box',
      );
      await timed(fresh.command('exec', 'box', 'sh', '-c', write));
      const frozen: number[] = [];
      const once = async () => {
        await timed({ file: 'sync', args: [] });
        const since = performance.now();
        const { name, frozenMs } = await client.snapshots.create('box');
        const ms = performance.now() - since;
        frozen.push(frozenMs);
        await client.snapshots.remove('box', name);
        return ms;
      };
      const name = 'pouch snapshot create';
      const series = await interleaved([{ name, once }], runs);
      return {
        series: [...series, { name: 'of which frozen', unit: 'ms', samples: frozen }],
        targets: [limitTarget(series, name, 100)],
      };
    } finally {
      await fresh.end();
    }
  },
};
