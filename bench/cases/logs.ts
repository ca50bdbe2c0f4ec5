import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { interleaved, timed } from '../measure.ts';
import type { Platform } from '../peers/peer.ts';
import { ratioTarget } from '../target.ts';
import type { Case } from './case.ts';
import { platforms } from './platforms.ts';

const container = 'for-logs';
const lines = 1_000_000;
const writtenWithinMs = 180_000;

export const logs: Case = {
  name: 'logs',
  about: 'logs of a container that has written a million lines',
  async measure(bench) {
    const { present, notes } = await platforms(bench);
    for (const platform of present) await write(platform);
    const contenders = present.map((platform) => ({
      name: platform.name,
      once: async () => await timed(platform.command('logs', container)),
    }));
    const series = await interleaved(contenders, bench.options.runs);
    for (const platform of present) await timed(platform.command('rm', '-f', container));
    return { series, targets: [ratioTarget(series, 'pouch', ['docker'], 1)], notes };
  },
};

/** Resolves when the log is complete. */
async function write(platform: Platform): Promise<void> {
  await timed(platform.start(container, 'sh', '-c', `seq ${lines}; sleep 86400`));
  const { file, args, env } = platform.command('logs', '--tail', '1', container);
  const isWritten = async () =>
    (await execa(file, args, { ...(env && { env }), reject: false })).stdout === String(lines);
  if (!(await waitUntil(isWritten, { withinMs: writtenWithinMs, everyMs: 500 })))
    throw new Error(`${platform.name} has not logged ${lines} lines within ${writtenWithinMs / 1000} s`);
}
