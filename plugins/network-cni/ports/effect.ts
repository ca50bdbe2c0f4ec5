/** A published port of a container that runs, in a chain of portmap of its own. */
import type { EffectKind, NetworkAttachment, PublishedPort as PortWithHost } from '../../../hooks/index.ts';
import type { BridgePreparation } from '../bridge/BridgePreparation.ts';
import type { LocalnetRouting } from '../bridge/LocalnetRouting.ts';
import { pluginInput } from '../cni/chain.ts';
import { endCutOff } from '../cni/endCutOff.ts';
import { executePlugin, type CniCommand } from '../cni/execute.ts';
import type { CniResult } from '../cni/types.ts';
import { portMappings } from '../effect.ts';
import { type BridgeNetwork, portmap } from '../network.ts';
import type { PortClaims, PublishedPort } from './PortClaims.ts';
import { removeForwarded } from './removeForwarded.ts';

export interface CniPortArgs {
  container: string;
  name: string;
  netns: string;
  interface: string;
  binDirs: string[];
  bridge: BridgeNetwork;
  /** Key of the effect that attaches the interface. */
  attach: string;
  port: PortWithHost & { hostIp: string };
  /** That effect has published the port: this one is only undone. */
  isPublished: boolean;
}

/** The effect kind `cni-port`. */
export function cniPortEffect(
  preparation: BridgePreparation,
  claims: PortClaims,
  localnet: LocalnetRouting,
): EffectKind<CniPortArgs, PublishedPort[]> {
  return {
    kind: 'cni-port',
    describe: ({ port: { hostIp, hostPort, containerPort, protocol } }) =>
      `forward ${hostIp}:${hostPort} to ${containerPort}/${protocol}`,

    async apply(args, { signal, resultOf }) {
      const { bridge, name } = args;
      const id = idOf(args);
      await preparation.ensureGuarded(bridge);
      const claimant = { container: id, name, hasIPv6: bridge.ipv6 !== undefined };
      const ports = await claims.claim(claimant, [args.port]);
      localnet.hold(bridge.bridge, id, ports);
      const attachment = resultOf(args.attach) as NetworkAttachment | undefined;
      await runPortmap('ADD', { ...args, ports }, attachment?.cni, signal);
      await localnet.settle(bridge.bridge);
      return ports;
    },

    async undo(args, applied, { signal }) {
      const { bridge, container, port, binDirs } = args;
      const id = idOf(args);
      if (args.isPublished) {
        await removeForwarded(bridge.bridge, container, port);
        claims.releasePort(container, port);
      } else {
        if (!applied) await endCutOff(id, binDirs, signal);
        await runPortmap('DEL', { ...args, ports: [args.port] }, undefined, signal);
        claims.release(id);
      }
      await localnet.release(bridge.bridge, id);
    },
  };
}

/** portmap has one chain of rules per network and container id, which its DEL removes. */
function idOf({ container, port: { hostIp, hostPort, protocol } }: CniPortArgs): string {
  return `${container}.${hostPort}${protocol}${hostIp}`.replaceAll(/[^\w.-]/g, '_');
}

async function runPortmap(
  command: CniCommand,
  args: CniPortArgs & { ports: PublishedPort[] },
  result: CniResult | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { bridge, netns, binDirs } = args;
  const ports = portMappings(args.ports);
  if (ports.length === 0) return;
  const attachment = {
    containerId: idOf(args),
    netns,
    interface: args.interface,
    binDirs,
    runtimeConfig: { portMappings: ports },
  };
  const network = { cniVersion: '1.0.0', name: bridge.bridge, plugins: [portmap] };
  await executePlugin(command, pluginInput(network, portmap, attachment, result), attachment, signal);
}
