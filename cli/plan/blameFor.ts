import type { BlameWire } from '../../client/index.ts';
import { fieldPath } from './fieldPath.ts';

/**
 * Where a field of the spec comes from in the draft, which blame speaks of. The longest prefix decides; a field can have
 * several sources.
 */
const sources: [spec: string[], drafts: string[][]][] = [
  [
    ['process', 'args'],
    [
      ['process', 'entrypoint'],
      ['process', 'command'],
      ['process', 'init'],
    ],
  ],
  [['process', 'terminal'], [['process', 'tty']]],
  [
    ['process', 'user'],
    [
      ['process', 'user'],
      ['process', 'groups'],
    ],
  ],
  [['process', 'apparmorProfile'], [['process', 'privileged']]],
  [['root', 'readonly'], [['rootfs', 'readonly']]],
  [['mounts'], [['mounts'], ['files']]],
  [['hooks'], [['ociHooks']]],
  [['linux', 'sysctl'], [['sysctls']]],
  [
    ['linux', 'resources', 'devices'],
    [['deviceRules'], ['devices'], ['process', 'privileged']],
  ],
  [['linux', 'rootfsPropagation'], [['rootfs', 'propagation']]],
  [['linux'], [[]]],
];

/** The last change that led to a field of the spec; undefined if none is known. */
export function blameFor(path: string[], blame: BlameWire[]): BlameWire | undefined {
  const candidates = draftPaths(path);
  return blame.findLast((entry) => {
    const field = fieldPath(entry.field).segments;
    return candidates.some((candidate) => isPrefix(candidate, field) || isPrefix(field, candidate));
  });
}

function draftPaths(path: string[]): string[][] {
  const source = sources.find(([spec]) => isPrefix(spec, path));
  if (!source) return [path];
  const [spec, drafts] = source;
  return drafts.map((draft) => [...draft, ...path.slice(spec.length)]);
}

function isPrefix(short: string[], long: string[]): boolean {
  return short.length <= long.length && short.every((name, index) => name === long[index]);
}
