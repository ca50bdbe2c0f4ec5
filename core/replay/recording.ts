/** A recording of a plan: a JSON file that a plugin's author keeps as a fixture. */
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import type { PouchConfig } from '../../config/types.ts';
import type { HostFacts } from '../../hooks/definePlugin.ts';
import type { ContainerDraft } from '../../hooks/draft.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { OciSpec } from '../../hooks/oci.ts';
import { BlameEntry, Degradation } from '../../hooks/plan.ts';
import type { ContainerRequest } from '../../hooks/request.ts';
import { closed, may, text, texts } from '../../hooks/schema.ts';
import { problemIn } from '../state/stored.ts';

/** Version of the format; a later Pouch reads earlier ones. */
export const recordingVersion = 1;

const TapedCall = closed({
  value: may(Type.Unknown()),
  error: may(closed({ code: may(text), message: text, hint: may(text) })),
});

const entry = Type.Object({}, { additionalProperties: true });

/** What a plan was made of, and the plan. Secrets are masked in all of it, and were before the plan was made. */
export const Recording = closed({
  recording: Type.Integer({ minimum: 1, description: 'Version of the format.' }),
  pouch: Type.String({ description: 'Version of Pouch.' }),
  recordedAt: text,
  container: closed({ id: text, name: text }),
  request: Type.Unsafe<ContainerRequest>(entry),
  config: Type.Unsafe<PouchConfig>(entry),
  host: Type.Unsafe<HostFacts>(entry),
  plugins: Type.Array(closed({ name: text, version: may(text), source: text, state: text }), {
    description: 'Built-in ones, and those of files with their paths.',
  }),
  scripts: may(
    Type.Array(closed({ plugin: text, path: text, digest: text }), {
      description: 'One-shot scripts that took part in the plan, with the digests of their files.',
    }),
  ),
  facts: Type.Record(text, TapedCall, { description: 'What was asked of the host, by call.' }),
  plan: closed({
    draft: Type.Unsafe<Omit<ContainerDraft, 'image'> & object>(entry),
    spec: Type.Unsafe<OciSpec>(entry),
    blame: Type.Array(BlameEntry),
    degraded: Type.Array(Degradation),
    warnings: texts,
  }),
});
export type Recording = Static<typeof Recording>;

/** @throws PCH_RECORDING_INVALID */
export function parseRecording(json: string, name: string): Recording {
  const value = parsed(json, name);
  const version = (value as { recording?: unknown } | null)?.recording;
  if (typeof version === 'number' && version > recordingVersion)
    throw invalid(name, `recording: expected at most ${recordingVersion}, found ${version} of a newer Pouch`);
  const problem = problemIn(value, Recording);
  if (problem !== undefined) throw invalid(name, problem);
  return value as Recording;
}

function parsed(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw invalid(name, `expected JSON: ${(error as Error).message}`);
  }
}

function invalid(name: string, problem: string): PouchError {
  return new PouchError('PCH_RECORDING_INVALID', `${name} is not a recording of a plan: ${problem}`, {
    hint: '`pouch record CONTAINER -o FILE` writes one',
  });
}
