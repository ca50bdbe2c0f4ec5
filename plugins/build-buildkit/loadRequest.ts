import { createHash, randomBytes } from 'node:crypto';
import { encode, mapFields } from './wire.ts';

/**
 * A SolveRequest that has BuildKit read an image with all of its layers: it makes a file on top of it
 * (buildkit, solver/pb/ops.proto).
 */
export function loadRequest(
  source: string,
  attrs: Readonly<Record<string, string>>,
  session?: string,
): Buffer {
  const image = encode([[3, encode([[1, source], ...mapFields(2, attrs)])]]);
  const file = encode([
    [1, '/.pouch'],
    [2, 0o600],
  ]);
  const makeFile = encode([
    [2, -1],
    [5, file],
  ]);
  const onTop = encode([
    [1, input(image)],
    [4, encode([[2, makeFile]])],
  ]);
  const last = encode([[1, input(onTop)]]);
  const definition = encode([image, onTop, last].map((operation) => [1, operation]));
  return encode([
    [1, randomBytes(12).toString('hex')],
    [2, definition],
    [5, session],
    [11, true],
  ]);
}

function input(operation: Buffer): Buffer {
  return encode([[1, `sha256:${createHash('sha256').update(operation).digest('hex')}`]]);
}
