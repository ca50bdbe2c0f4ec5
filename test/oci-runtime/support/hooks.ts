import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OciHookKind } from '../../../hooks/oci.ts';
import type { Bed } from './Bed.ts';
import type { Container } from './Container.ts';
import { bind } from './edit.ts';
import type { Row } from './row.ts';

/** In the order of the lifecycle. */
export const kinds: OciHookKind[] = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
];

/** Kinds whose failure ends the container. */
export const vital: OciHookKind[] = ['prestart', 'createRuntime', 'createContainer', 'startContainer'];

/** A hook that runs a shell script on the state; inside and outside of the container there is a /bin/sh. */
export const reader = (script: string, more = {}) => ({
  path: '/bin/sh',
  args: ['sh', '-c', script],
  ...more,
});
/** One that has no use for the state. */
export const shell = (script: string, more = {}) => reader(`cat >/dev/null; ${script}`, more);

/** What hooks have written: the directory is at the same path on the host and in the container. */
export const notes = (bed: Bed, name: string) => {
  const path = join(bed.host, name);
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd() : '';
};

/** The host’s directory is in the container, at the same path. */
export function share({ main, host }: Bed): void {
  bind(main.spec, host, ['bind'], host);
}

/** From create to delete. */
export async function wholeLife(c: Container): Promise<void> {
  await c.running();
  await c.removed();
}

/** A row for each kind. */
export const each = (row: (kind: OciHookKind) => Omit<Row, 'section'>) => kinds.map(row);
