import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OciHookKind } from '../../../hooks/oci.ts';
import type { Bed } from './Bed.ts';
import type { Container } from './Container.ts';
import { bind } from './edit.ts';
import type { Row } from './row.ts';

/** Kinds in the order of the lifecycle. */
export const kinds: OciHookKind[] = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
];

/** Kinds whose failure makes the create or start fail. */
export const vital: OciHookKind[] = ['prestart', 'createRuntime', 'createContainer', 'startContainer'];

/** A hook that runs a shell script with the state on stdin; /bin/sh exists on the host and in the container. */
export const reader = (script: string, more = {}) => ({
  path: '/bin/sh',
  args: ['sh', '-c', script],
  ...more,
});
/** A hook that discards the state. */
export const shell = (script: string, more = {}) => reader(`cat >/dev/null; ${script}`, more);

/** Reads what hooks have written: the directory has the same path on the host and in the container. */
export const notes = (bed: Bed, name: string) => {
  const path = join(bed.host, name);
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd() : '';
};

/** Mounts the host’s directory in the container, at the same path. */
export function share({ main, host }: Bed): void {
  bind(main.spec, host, ['bind'], host);
}

/** Runs a container from create to delete. */
export async function wholeLife(c: Container): Promise<void> {
  await c.running();
  await c.removed();
}

/** Returns a row for each kind. */
export const each = (row: (kind: OciHookKind) => Omit<Row, 'section'>) => kinds.map(row);
