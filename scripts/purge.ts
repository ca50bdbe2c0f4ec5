/**
 * Removes the leftovers of the bridge network of a removed pouchd: `tsx scripts/purge.ts BRIDGE [IPAM-DIR]`. Tests
 * import the function.
 */
import { purgeNetwork } from '../plugins/network-cni/bridge/purge.ts';

export { purgeNetwork };

if (import.meta.url === `file://${process.argv[1] ?? ''}`) {
  const [bridge, ipamDir] = process.argv.slice(2);
  if (!bridge) {
    process.stderr.write('usage: purge.ts BRIDGE [IPAM-DIR] (BRIDGE is the interface to remove)\n');
    process.exit(2);
  }
  await purgeNetwork({ bridge, shared: true, ...(ipamDir !== undefined && { ipamDir }) });
}
