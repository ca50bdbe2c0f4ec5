import { setTimeout as delay } from 'node:timers/promises';
import { killProcess } from '../../../core/supervise/killProcess.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { processesOf } from '../../support/host/processes.ts';
import { pick } from '../../support/seededRandom.ts';
import type { Fault, Scene } from './fault.ts';

const kills = 6;
const everyMs = 150;

/** Workers die, idle ones and those at work; the next one does the next call. */
export const fileWorkers: Fault = {
  name: 'kill file workers',
  codes: ['PCH_FILE_WORKER'],
  async strike(scene) {
    const { lab, random } = scene;
    for (let n = 0; n < kills; n += 1) {
      const workers = processesOf(lab.pouchd.names, { fileWorkers: true }).filter(
        ({ role }) => role === 'file worker',
      );
      if (workers.length > 0) killProcess(pick(random, workers).pid);
      await delay(everyMs);
    }
    await expectNext(scene);
  },
};

async function expectNext({ lab, name, report }: Scene): Promise<void> {
  const { containers } = lab.pouchd.client;
  try {
    const HostConfig = { NetworkMode: 'none', Binds: [`${lab.pouchd.dir}:/in`] };
    await containers.remove(await lab.pouchd.createContainer({ Cmd: ['true'], HostConfig }, name));
  } catch (error) {
    const evidence = `create with a bind source after file workers were killed: ${messageOf(error)}`;
    report({ oracle: 'errors are coded and true', evidence });
  }
}
