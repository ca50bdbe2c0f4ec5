import { type EffectContext, type NetworkAttachment, networkEffectKey } from '../../../hooks/index.ts';
import { runCommand } from '../command.ts';

/** Interfaces of a container that may have a gateway. */
const mostInterfaces = 16;

/**
 * Gives a container that loses an interface, and with it perhaps its default route, one by the next interface with a
 * gateway. Does nothing if the container ends, or has no other interface.
 */
export async function moveDefaultRoute(
  { netns, interface: lost }: { netns: string; interface: string },
  resultOf: EffectContext['resultOf'],
): Promise<void> {
  for (let n = 0; n < mostInterfaces; n += 1) {
    const name = `eth${n}`;
    const found = (resultOf(networkEffectKey(name)) ?? {}) as Partial<NetworkAttachment>;
    const gateways = [found.gateway, found.gateway6].filter((one) => one !== undefined);
    if (name === lost || gateways.length === 0) continue;
    // A route that exists stays: the lost interface had none.
    for (const gateway of gateways) {
      const route = ['route', 'add', 'default', 'via', gateway, 'dev', name];
      const family = gateway.includes(':') ? '-6' : '-4';
      await runCommand('nsenter', [`--net=${netns}`, 'ip', family, ...route]);
    }
    return;
  }
}
