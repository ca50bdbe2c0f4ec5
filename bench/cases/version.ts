import { interleaved, timed } from '../measure.ts';
import { dockerClient } from '../peers/docker.ts';
import { pouchClient } from '../peers/pouch.ts';
import { limitTarget } from '../target.ts';
import type { Case } from './case.ts';

export const version: Case = {
  name: 'version',
  about: 'Start-up of the client: pouch version --client, docker --version',
  async measure({ options: { runs } }) {
    const commands = [
      { name: 'pouch', file: pouchClient, args: ['version', '--client'] },
      { name: 'docker', file: dockerClient(), args: ['--version'] },
    ];
    const series = await interleaved(
      commands.map(({ name, ...command }) => ({ name, once: async () => await timed(command) })),
      runs,
    );
    return { series, targets: [limitTarget(series, 'pouch', 25)] };
  },
};
