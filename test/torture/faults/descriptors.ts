import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

/** The fewest that pouchd starts with. */
const fewDescriptors = 128;
/** What these clients leave of them is too little for the load, now and then. */
const mostIdleClients = 80;
const fewForMs = 2_000;

/** A daemon with too few of them for its clients may refuse connections, but recovers and loses nothing. */
export const descriptors: Fault = {
  name: 'few descriptors',
  codes: ['PCH_TOO_MANY_FILES'],
  async strike({ lab, random }) {
    await lab.whileUnreliable(async () => {
      await lab.restart(async () => {}, { openFiles: fewDescriptors });
      const idle = Array.from({ length: random.below(mostIdleClients) }, () => connectIdly(lab.pouchd.state));
      await delay(fewForMs);
      await lab.downtime(async () => {
        for (const socket of idle) (await socket).destroy();
      });
    });
  },
};

async function connectIdly(state: string): Promise<Socket> {
  const socket = connect(join(state, 'pouchd.sock')).on('error', () => undefined);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return socket;
}
