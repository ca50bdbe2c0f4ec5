import { interleaved, timed, type Command } from '../measure.ts';
import { pouch } from '../peers/pouch.ts';
import { ratioTarget } from '../target.ts';
import type { Case } from './case.ts';

export const shell: Case = {
  name: 'shell',
  about: 'a login shell on a terminal beside exec -it, each running true',
  async measure({ options: { runs } }) {
    const fresh = await pouch();
    try {
      await timed(fresh.start('for-shell', 'sleep', '86400'));
      const contender = (name: string, ...args: string[]) => ({
        name,
        once: async () => await timed(onTerminal(fresh.command(...args, 'for-shell', 'true'))),
      });
      const contenders = [contender('pouch shell', 'shell'), contender('pouch exec -it', 'exec', '-it')];
      const series = await interleaved(contenders, runs);
      return { series, targets: [ratioTarget(series, 'pouch shell', ['pouch exec -it'], 1.2)] };
    } finally {
      await fresh.end();
    }
  },
};

/** script(1) gives a command a terminal, and has its exit code. */
function onTerminal({ file, args, env }: Command): Command {
  const command = [file, ...args].join(' ');
  return { file: 'script', args: ['-qec', command, '/dev/null'], ...(env && { env }) };
}
