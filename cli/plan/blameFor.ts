import type { BlameWire } from '../../client/index.ts';
import { fieldPath } from './fieldPath.ts';

/**
 * The fields of the draft that a field of the spec is derived from: blame names fields of the draft. The first
 * matching prefix decides.
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

/** Returns the last change that affected a field of the spec; undefined if no change did. */
export function blameFor(path: string[], blame: BlameWire[]): BlameWire | undefined {
  const candidates = draftPaths(path);
  return blame.findLast((entry) => {
    const field = fieldPath(entry.field).segments;
    return candidates.some((candidate) => isPrefix(candidate, field) || isPrefix(field, candidate));
  });
}

/** Whether a change of a field of the draft may show in a field of the spec. */
export function showsIn(path: string[], { field }: BlameWire): boolean {
  const { segments } = fieldPath(field);
  return draftPaths(path).some(
    (draft) => draft.length > 0 && (isPrefix(draft, segments) || isPrefix(segments, draft)),
  );
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
