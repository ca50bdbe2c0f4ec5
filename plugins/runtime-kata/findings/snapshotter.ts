import type { RuntimeFinding } from '../../../hooks/index.ts';
import type { KataConfig } from '../config/load.ts';
import { sharesFiles } from '../config/values.ts';
import { bad, good } from './finding.ts';

/** Snapshotters whose snapshots are block devices, which a VM can use without a shared file system. */
const blockSnapshotters = ['devmapper', 'blockfile'];

/** kata, how-to-use-kata-containers-with-firecracker.md: "requires a block-based storage driver". */
export function snapshotterFinding(config: KataConfig, snapshotter: string): RuntimeFinding {
  if (sharesFiles(config) || blockSnapshotters.includes(snapshotter)) return good('snapshotter', snapshotter);
  return bad(
    'snapshotter',
    `${snapshotter}, whose files cannot be shared with ${config.hypervisorName}`,
    'set containerd.snapshotter: devmapper in pouchd.yaml, with a thin pool for it (containerd, snapshotters/devmapper.md)',
  );
}
