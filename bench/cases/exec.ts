import { interleaved, timed } from '../measure.ts';
import { ratioTarget } from '../target.ts';
import type { Case } from './case.ts';
import { platforms } from './platforms.ts';

export const exec: Case = {
  name: 'exec',
  about: 'exec true in a running container',
  async measure(bench) {
    const { present, notes } = await platforms(bench);
    for (const platform of present) await timed(platform.start('for-exec', 'sleep', '86400'));
    const contenders = present.map((platform) => ({
      name: platform.name,
      once: async () => await timed(platform.command('exec', 'for-exec', 'true')),
    }));
    const series = await interleaved(contenders, bench.options.runs);
    for (const platform of present) await timed(platform.command('rm', '-f', 'for-exec'));
    return { series, targets: [ratioTarget(series, 'pouch', ['docker', 'podman'])], notes };
  },
};
