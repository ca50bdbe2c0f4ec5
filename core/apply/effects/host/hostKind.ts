/** Effects of the host that plugins plan as data: what their kinds have in common. */
import { isDeepStrictEqual } from 'node:util';
import type { EffectKind } from '../../../../hooks/effectKind.ts';
import { PouchError } from '../../../../hooks/errors.ts';
import type { HostEffectName } from '../../../../hooks/hostEffects.ts';
import type { KeyedLocks } from '../../../state/KeyedLocks.ts';
import type { HostEffectRecord, HostEffectRecords } from './HostEffectRecords.ts';

export interface HostStep {
  container: string;
  key: string;
  signal: AbortSignal;
}

/** One kind. `apply` and `undo` may be repeated, after a crash at any of their instructions. */
export interface HostKind<Args extends object, Note = undefined> {
  kind: HostEffectName;
  describe(args: Args): string;
  /** What it changes, as a text: containers whose effects are equal share it. */
  resource(args: Args, owner: Pick<HostStep, 'container' | 'key'>): string;
  /** Looks at the host before its first change. Returns what the undo must know. @throws what stands in the way */
  survey(args: Args, signal: AbortSignal): Promise<Note>;
  apply(args: Args, note: Note, step: HostStep): Promise<void>;
  undo(args: Args, note: Note, step: HostStep): Promise<void>;
}

export interface RecordedDeps {
  records: HostEffectRecords;
  /** By resource. */
  locks: KeyedLocks;
}

/**
 * The effect kind, with a record on the disk while the host has the effect. The first container that has it surveys and
 * the last one undoes.
 */
export function recorded<Args extends object, Note>(
  kind: HostKind<Args, Note>,
  { records, locks }: RecordedDeps,
): EffectKind<Args, undefined> {
  /** Of an equal effect, or of the host as it is. */
  async function noteFor(args: Args, resource: string, signal: AbortSignal): Promise<Note> {
    const [other] = await holders(records, resource);
    if (!other) return await kind.survey(args, signal);
    if (other.kind !== kind.kind || !isDeepStrictEqual(other.args, args))
      throw taken(kind.describe(args), other);
    return other.note as Note;
  }

  return {
    kind: kind.kind,
    describe: (args) => kind.describe(args),
    async check(args, { draft, signal }) {
      await noteFor(args, kind.resource(args, { container: draft.id, key: '' }), signal);
    },
    async apply(args, step) {
      const { container, key, signal } = step;
      const resource = kind.resource(args, step);
      await locks.run(resource, 'apply', async () => {
        const known = await records.find(step);
        const note = known ? (known.note as Note) : await noteFor(args, resource, signal);
        const since = new Date().toISOString();
        const fields = args as Record<string, unknown>;
        if (!known)
          await records.write({ container, key, kind: kind.kind, args: fields, resource, note, since });
        await kind.apply(args, note, step);
      });
      return undefined;
    },
    async undo(args, _result, step) {
      await locks.run(kind.resource(args, step), 'undo', async () => {
        const known = await records.find(step);
        // It is written before anything is done, and removed when all is undone.
        if (!known) return;
        const isShared = (await holders(records, known.resource)).length > 1;
        if (!isShared) await kind.undo(known.args as Args, known.note as Note, step);
        await records.remove(step);
      });
    },
  };
}

async function holders(records: HostEffectRecords, resource: string): Promise<HostEffectRecord[]> {
  return (await records.all()).filter((record) => record.resource === resource);
}

function taken(what: string, { container, key }: HostEffectRecord): PouchError {
  const short = container.slice(0, 12);
  return new PouchError(
    'PCH_EFFECT_CONFLICT',
    `cannot ${what}: the effect ${key} of container ${short} has it`,
    {
      hint: `remove that container (pouch effects ls ${short}), or plan another path or value`,
    },
  );
}
