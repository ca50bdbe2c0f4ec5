import { existsSync } from 'node:fs';
import { definePlugin, type NetworkEffects, Type } from 'pouch/hooks';

/**
 * Network drivers that fail in every way, as the option `fault` of a network says. Files in `dir` switch faults of undo
 * on.
 */
export default definePlugin({
  name: 'bad-networks',
  options: Type.Object({ dir: Type.String() }),
  setup({ networkDriver, effect, options: { dir } }) {
    const never = () => new Promise<never>(() => undefined);
    const link = { kind: 'host.link', args: { type: 'macvlan', parent: 'no-such0', network: 'x' } };
    effect({
      kind: 'bad-cable',
      describe: () => 'plug a cable in',
      apply: ({ network }: { network: string; fault: string }) =>
        Promise.resolve({ network, interface: 'eth0', ip: '192.0.2.9', prefixLength: 24, ports: [] }),
      undo: async ({ fault }) => {
        if (!existsSync(`${dir}/fault-undo`)) return;
        if (fault === 'undo-hangs') await never();
        throw new Error('the cable is stuck');
      },
    });
    const returned: Record<string, unknown> = {
      text: 'plug it in',
      unnamed: { cable: link },
      many: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`e${i}`, link])),
      needy: { attach: { ...link, needs: ['b'] } },
      args: { attach: { kind: 'host.link', args: { type: 'token-ring' } } },
      missing: { attach: link },
      core: { attach: { kind: 'task', args: {} } },
      unknown: { attach: { kind: 'no-such-kind', args: {} } },
    };
    networkDriver({
      name: 'bad',
      doc: 'Fails.',
      options: Type.Object({ fault: Type.String(), count: Type.Optional(Type.Integer()) }),
      check({ options: { fault } }) {
        if (fault === 'check') throw new Error('no such patch panel');
      },
      async attach({ network: { name, options }, container }): Promise<NetworkEffects> {
        const { fault } = options;
        if (fault === 'throws') throw new Error('the switch is off');
        if (fault === 'hangs') return await never();
        if (fault === 'exits') process.exit(3);
        if (fault === 'spins') for (;;);
        if (fault === 'none') return {};
        if (Object.hasOwn(returned, fault)) return returned[fault] as never;
        return { attach: { kind: 'bad-cable', args: { network: name, fault, container: container.id } } };
      },
    });
  },
});
