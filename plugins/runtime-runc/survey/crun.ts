import { join } from 'node:path';
import { hasHybridCgroups, writeHybridWrapper } from '../hybridCgroups.ts';
import type { Binary, Survey } from '../probe.ts';
import { cgroupFinding } from './cgroups.ts';

/** What this host has for crun. A shim that outlives pouchd calls the wrapper again, so it lies in the state folder. */
export async function surveyForCrun({ path }: Binary, state: string): Promise<Survey> {
  const cgroups = await cgroupFinding();
  if (!(await hasHybridCgroups())) return { findings: [cgroups] };
  const command = join(state, 'crun-hybrid');
  await writeHybridWrapper(command, path);
  const found = `${cgroups.found}, which ${command} hides from crun`;
  return { command, findings: [{ ...cgroups, found }] };
}
