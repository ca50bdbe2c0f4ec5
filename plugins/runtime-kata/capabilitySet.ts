import type { ContainerDraft } from '../../hooks/index.ts';
import { majorOf } from './shim/version.ts';

/**
 * Capabilities since Linux 5.8. The agent of kata 1.x, whose last capability is CAP_AUDIT_READ, fails to start a
 * process with one of them; the agents of 2.x and 3.x ignore unknown capabilities.
 */
const since58 = ['CAP_PERFMON', 'CAP_BPF', 'CAP_CHECKPOINT_RESTORE'];

export function unknownCapabilities(major: number): readonly string[] {
  return major === 1 ? since58 : [];
}

/** Removes them from the draft; returns a warning if it had any. */
export function leaveOutUnknown({ process }: ContainerDraft, version: string): string[] {
  const left = unknownCapabilities(majorOf(version)).filter((name) => name in process.capabilities);
  for (const name of left) delete process.capabilities[name];
  return left.length > 0 ? [`without ${left.join(', ')}: kata ${version} does not know them`] : [];
}
