import { PouchError } from '../../../hooks/errors.ts';

/** A field that containerd always sets; in protobuf every message field is optional. */
export function required<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new PouchError('PCH_CONTAINERD_FAILED', `expected ${what} in containerd's response, found none`, {
    hint: 'check that the socket belongs to containerd 1.6 or later',
  });
}
