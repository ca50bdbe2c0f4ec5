import PQueue from 'p-queue';
import { interleaved, timed } from '../measure.ts';
import type { Platform } from '../peers/peer.ts';
import { ratioTarget } from '../target.ts';
import type { Case } from './case.ts';
import { platforms } from './platforms.ts';

const containers = 50;
const startedAtOnce = 4;

export const stats: Case = {
  name: 'stats',
  about: `stats --no-stream of ${containers} running containers`,
  async measure(bench) {
    const { present, notes } = await platforms(bench);
    for (const platform of present) await each(platform, (name) => platform.start(name, 'sleep', '86400'));
    const contenders = present.map((platform) => ({
      name: platform.name,
      once: async () => await timed(platform.command('stats', '--no-stream')),
    }));
    const series = await interleaved(contenders, bench.options.runs);
    for (const platform of present) await each(platform, (name) => platform.command('rm', '-f', name));
    return { series, targets: [ratioTarget(series, 'pouch', ['docker', 'podman'])], notes };
  },
};

async function each(platform: Platform, command: (name: string) => ReturnType<Platform['command']>) {
  const lanes = new PQueue({ concurrency: startedAtOnce });
  const names = Array.from({ length: containers }, (_, index) => `for-stats-${index}`);
  await lanes.addAll(names.map((name) => async () => await timed(command(name))));
}
