import { cpus, release } from 'node:os';
import { cgroupVersion } from '../../core/host/detect.ts';

/** What figures of a matrix depend on. */
export function hostFacts(): string {
  return `Linux ${release()}, cgroup v${cgroupVersion()}, ${cpus().length} CPUs`;
}
