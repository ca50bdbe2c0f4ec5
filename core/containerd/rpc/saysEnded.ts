import { messageOf } from '../../../hooks/errors.ts';
import { isContainerdError } from './isError.ts';

/**
 * Whether a signal has found its process gone. runc's shim has a code for that; the agent of a virtual machine only tells
 * in prose what kill(2) said.
 */
export function saysEnded(error: unknown): boolean {
  if (isContainerdError(error, 'PCH_CONTAINERD_NOT_FOUND', 'PCH_CONTAINERD_PRECONDITION')) return true;
  const isOther = isContainerdError(error, 'PCH_CONTAINERD_FAILED');
  return isOther && /\bESRCH\b|no such process|process already finished/i.test(messageOf(error));
}
