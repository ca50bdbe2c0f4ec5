import PQueue from 'p-queue';
import { interleaved, timed } from '../measure.ts';
import { pouch } from '../peers/pouch.ts';
import { limitTarget } from '../target.ts';
import type { Case } from './case.ts';

const containers = 100;
const startedAtOnce = 4;

export const psRich: Case = {
  name: 'ps-rich',
  about: `ps --rich with ${containers} running containers of busybox with its init`,
  async measure({ options: { runs } }) {
    const fresh = await pouch();
    try {
      const lanes = new PQueue({ concurrency: startedAtOnce });
      const body = {
        Image: 'busybox',
        Rich: true,
        RichMode: 'sbin-init',
        HostConfig: { NetworkMode: 'none' },
      };
      await lanes.addAll(
        Array.from({ length: containers }, (_, i) => () => fresh.daemon.runContainer(body, `rich-${i}`)),
      );
      const name = 'pouch ps --rich';
      const once = async () => await timed(fresh.command('ps', '--rich'));
      const series = await interleaved([{ name, once }], runs);
      return { series, targets: [limitTarget(series, name, 150)] };
    } finally {
      await fresh.end();
    }
  },
};
