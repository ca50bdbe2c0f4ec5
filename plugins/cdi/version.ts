import type { CdiEdits, CdiSpec } from './types.ts';

/** Released versions of the specification, oldest first (CDI SPEC.md, "Released versions"). */
const known = ['0.3.0', '0.4.0', '0.5.0', '0.6.0', '0.7.0', '0.8.0', '1.0.0'];

/** Returns what is wrong with a specification's version: it is unknown, or older than a field that the file uses. */
export function versionProblem(spec: CdiSpec): string | undefined {
  const version = known.indexOf(spec.cdiVersion.replace(/^v/, ''));
  if (version < 0) return `cdiVersion: expected one of ${known.join(', ')}, found ${spec.cdiVersion}`;
  const missing = uses.find(({ since, isIn }) => known.indexOf(since) > version && isIn(spec));
  return (
    missing && `cdiVersion: expected at least ${missing.since} for ${missing.what}, found ${spec.cdiVersion}`
  );
}

const uses: { what: string; since: string; isIn(spec: CdiSpec): boolean }[] = [
  {
    what: 'a mount type',
    since: '0.4.0',
    isIn: anyEdits(({ mounts }) => mounts?.some(({ type }) => type)),
  },
  {
    what: 'hostPath of a device node',
    since: '0.5.0',
    isIn: anyEdits(({ deviceNodes }) => deviceNodes?.some(({ hostPath }) => hostPath)),
  },
  {
    what: 'a device name that begins with a digit',
    since: '0.5.0',
    isIn: ({ devices }) => devices.some(({ name }) => /^\d/.test(name)),
  },
  {
    what: 'annotations',
    since: '0.6.0',
    isIn: ({ annotations, devices }) => Boolean(annotations ?? devices.some((device) => device.annotations)),
  },
  {
    what: 'a class with a dot',
    since: '0.6.0',
    isIn: ({ kind }) => (kind.split('/')[1] ?? '').includes('.'),
  },
  { what: 'intelRdt', since: '0.7.0', isIn: anyEdits(({ intelRdt }) => intelRdt) },
  { what: 'additionalGids', since: '0.7.0', isIn: anyEdits(({ additionalGids }) => additionalGids) },
];

function anyEdits(has: (edits: CdiEdits) => unknown): (spec: CdiSpec) => boolean {
  return ({ containerEdits, devices }) =>
    [containerEdits ?? {}, ...devices.map((device) => device.containerEdits)].some((edits) =>
      Boolean(has(edits)),
    );
}
