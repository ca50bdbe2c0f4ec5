import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const fewDescriptors = 60;
const fewForMs = 2_000;

/** A daemon with too few of them for its clients may refuse connections, but recovers and loses nothing. */
export const descriptors: Fault = {
  name: 'few descriptors',
  codes: ['PCH_TOO_MANY_FILES'],
  async strike({ lab }) {
    await lab.whileUnreliable(async () => {
      await lab.restart(async () => {}, { openFiles: fewDescriptors });
      await delay(fewForMs);
      await lab.downtime(async () => {});
    });
  },
};
