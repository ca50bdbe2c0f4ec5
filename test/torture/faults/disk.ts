import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { Fault } from './fault.ts';

const fullForMs = 1_500;

/** The lab's root is a disk of its own. */
export const fullDisk: Fault = {
  name: 'a full disk',
  codes: ['PCH_DISK_FULL'],
  async strike({ lab, model }) {
    const filler = join(lab.pouchd.root, 'filler');
    model.fullDisks.begin();
    // More than fits: what fits is taken.
    await execa('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M'], { reject: false });
    try {
      await delay(fullForMs);
    } finally {
      await rm(filler);
      model.fullDisks.end();
    }
  },
};
