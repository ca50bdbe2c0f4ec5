import { PouchError } from '../../../hooks/errors.ts';

/** A message field that containerd always fills; protobuf cannot say so. */
export function required<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new PouchError('PCH_CONTAINERD_FAILED', `containerd answered without ${what}`, {
    hint: 'Check that the socket belongs to containerd 1.6 or later.',
  });
}
