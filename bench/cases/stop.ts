import { interleaved, timed } from '../measure.ts';
import type { Platform } from '../peers/peer.ts';
import { ratioTarget } from '../target.ts';
import type { Case } from './case.ts';
import { platforms } from './platforms.ts';

/** Exits immediately on SIGTERM. */
const obedient = ['sh', '-c', 'trap "exit 0" TERM; sleep 86400 & wait'];

export const stop: Case = {
  name: 'stop',
  about: 'stop of a container that handles SIGTERM, without a network',
  async measure(bench) {
    const { present, notes } = await platforms(bench);
    const contenders = present.map((platform) => ({ name: platform.name, once: () => stopOne(platform) }));
    const series = await interleaved(contenders, bench.options.runs);
    return { series, targets: [ratioTarget(series, 'pouch', ['docker', 'podman'])], notes };
  },
};

async function stopOne(platform: Platform): Promise<number> {
  await timed(platform.start('for-stop', ...obedient));
  const ms = await timed(platform.command('stop', 'for-stop'));
  await timed(platform.command('rm', '-f', 'for-stop'));
  return ms;
}
