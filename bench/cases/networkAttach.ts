import { interleaved, timed } from '../measure.ts';
import type { Platform } from '../peers/peer.ts';
import { excessTarget, ratioTarget } from '../target.ts';
import type { Case } from './case.ts';
import { platforms } from './platforms.ts';

/** Milliseconds. */
const mostForBridge = 30;

/** What a network adds to a start: a namespace with an interface, its address and its rules. */
export const networkAttach: Case = {
  name: 'attach',
  about: 'start of a container with the default bridge network, compared with one without a network',
  async measure({ peers, options: { runs } }) {
    const pouch = await peers.pouch();
    const contenders = (['bridge', 'none'] as const).map((network) => {
      const name = `for-attach-${network}`;
      const { args, ...command } = pouch.command('start', name);
      return {
        name: `pouch ${network}`,
        once: async () => {
          await timed(
            pouch.command('create', '--network', network, '--name', name, 'busybox', 'sleep', '86400'),
          );
          const ms = await timed({ ...command, args });
          await timed(pouch.command('rm', '-f', name));
          return ms;
        },
      };
    });
    const series = await interleaved(contenders, runs);
    return { series, targets: [excessTarget(series, 'pouch bridge', 'pouch none', mostForBridge)] };
  },
};

export const networkConnect: Case = {
  name: 'connect',
  about: 'network connect of a running container to a network of its own',
  async measure(bench) {
    const { present, notes } = await platforms(bench);
    for (const platform of present) {
      await timed(platform.command('network', 'create', 'bench-connect'));
      await timed(inBackground(platform));
    }
    const contenders = present.map((platform) => ({
      name: platform.name,
      once: async () => {
        const ms = await timed(platform.command('network', 'connect', 'bench-connect', 'for-connect'));
        await timed(platform.command('network', 'disconnect', 'bench-connect', 'for-connect'));
        return ms;
      },
    }));
    const series = await interleaved(contenders, bench.options.runs);
    for (const platform of present) {
      await timed(platform.command('rm', '-f', 'for-connect'));
      await timed(platform.command('network', 'rm', 'bench-connect'));
    }
    return { series, targets: [ratioTarget(series, 'pouch', ['docker', 'podman'])], notes };
  },
};

/** With the default network: a container without one cannot be connected. */
function inBackground(platform: Platform) {
  const { args, ...command } = platform.start('for-connect', 'sleep', '86400');
  return { ...command, args: args.filter((arg, n) => arg !== '--network' && args[n - 1] !== '--network') };
}
