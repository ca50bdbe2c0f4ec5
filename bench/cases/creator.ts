import { type Contender, timed } from '../measure.ts';
import type { Pouch } from '../peers/pouch.ts';

/** Times `pouch create`. */
export function creator(name: string, { command }: Pouch): Contender {
  return {
    name,
    async once() {
      const ms = await timed(command('create', '--name', 'measured', 'busybox', 'true'));
      await timed(command('rm', 'measured'));
      return ms;
    },
  };
}
