import { PouchError, type EffectKind, type NetworkAttachment } from '../../../hooks/index.ts';
import type { CniResult } from '../cni/types.ts';
import { applyScript, checkNft, removeMember } from './nft.ts';
import { isolationScript, type BridgePort, type Isolation } from './tables.ts';

export interface IsolationEffectArgs {
  container: string;
  /** Name of the bridge interface. */
  bridge: string;
  isolation: Isolation;
  /** Key of the effect that attaches the container. */
  attachment: string;
}

/**
 * The effect kind `network-isolation`: limits what a container can send on the bridge and which containers it can
 * reach.
 */
export function isolationEffect(): EffectKind<IsolationEffectArgs, null> {
  return {
    kind: 'network-isolation',
    volatile: true,
    describe: ({ bridge, isolation }) =>
      isolation === 'containers'
        ? `isolate the container from the others on ${bridge}`
        : `restrict the container to its own addresses on ${bridge}`,

    check: (_args, { signal }) => checkNft(signal),

    async apply({ container, bridge, isolation, attachment }, { signal, resultOf }) {
      const member = portOf(container, bridge, resultOf(attachment) as NetworkAttachment);
      await applyScript(isolationScript(bridge, isolation, member), signal);
      return null;
    },

    undo: ({ container, bridge }) => removeMember(bridge, container),
  };
}

/** CNI's result lists the bridge, the host's end of the veth pair, and the container's end with its sandbox. */
function portOf(container: string, bridge: string, { mac, ip, ip6, cni }: NetworkAttachment): BridgePort {
  const port = (cni as CniResult).interfaces?.find(({ name, sandbox }) => !sandbox && name !== bridge)?.name;
  if (port && mac && ip) return { port, mac, ip, ...(ip6 !== undefined && { ip6 }), container };
  throw new PouchError(
    'PCH_CNI_FAILED',
    'CNI plugin bridge: expected a port, a MAC and an address in its result, found less',
    {
      container,
      hint: 'network.isolation needs them: install containernetworking-plugins 1.0 or newer',
    },
  );
}
