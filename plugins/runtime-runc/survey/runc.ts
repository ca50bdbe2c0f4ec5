import type { Survey } from '../probe.ts';
import { cgroupFinding } from './cgroups.ts';

/** What this host has for runc. */
export async function surveyForRunc(): Promise<Survey> {
  return { findings: [await cgroupFinding()] };
}
