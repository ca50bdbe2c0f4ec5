import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OciSpec } from '../../../hooks/oci.ts';

export function readSpec(bundle: string): OciSpec {
  return JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')) as OciSpec;
}

/** The sandbox that a container says it belongs to, as kata reads it; undefined for one that begins a machine. */
export function sandboxOf({ annotations = {} }: OciSpec): string | undefined {
  const isMember = annotations['io.kubernetes.cri.container-type'] === 'container';
  return isMember ? annotations['io.kubernetes.cri.sandbox-id'] : undefined;
}
