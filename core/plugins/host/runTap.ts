import type { HookKind, Logger, TapContext, TapFunction } from '../../../hooks/defineHook.ts';
import { jsonPointer } from '../../../hooks/jsonPointer.ts';
import { DraftCopy, type Write } from '../draft/DraftCopy.ts';
import { checkReturned } from '../draft/checkReturned.ts';
import { isRecord } from '../draft/clone.ts';
import { diff } from '../draft/diff.ts';
import { checkSize } from '../draft/draftSize.ts';
import { freeze } from '../draft/frozenCopy.ts';
import { checkPlainData } from '../draft/plainData.ts';
import { readOnly } from '../run/readOnly.ts';
import type { HostReply } from './Connection.ts';

type Patch = NonNullable<HostReply['patch']>;

/** Milliseconds in which a write to a draft after the end of its tap is noticed. */
const lateMs = 200;

/** Calls a tap in this process as pouchd calls one in its own; the reply has what it did. */
export async function runTap(
  kind: HookKind,
  run: TapFunction<unknown, unknown>,
  input: unknown,
  context: TapContext,
): Promise<HostReply> {
  if (kind === 'plan') return await planned(run, input as object, context);
  const result = await readOnly(async () => run(freeze(input), context));
  return kind === 'bail' && result !== undefined ? { result } : {};
}

/** The changes are a patch, so pouchd sees what the tap did and nothing else. */
async function planned(
  run: TapFunction<unknown, unknown>,
  input: object,
  context: TapContext,
): Promise<HostReply> {
  const copy = new DraftCopy(input);
  try {
    const returned = await run(copy.view, context);
    const isOwn = returned === undefined || returned === copy.view;
    const patch = isOwn ? patchOfCopy(copy) : patchOfDraft(input, checkReturned(returned));
    return patch.length === 0 ? {} : { patch };
  } finally {
    copy.end();
    watch(copy, context.log);
  }
}

function patchOfCopy(copy: DraftCopy): Patch {
  checkSize(copy.written());
  checkPlainData(copy.changes());
  return copy.writes().map(operation);
}

function patchOfDraft(before: object, draft: object): Patch {
  const old = before as Record<string, unknown>;
  const now = draft as Record<string, unknown>;
  checkSize(Object.entries(now).flatMap(([name, value]) => (value === old[name] ? [] : [value])));
  checkPlainData(diff(before, draft));
  return changedFields(old, now, []).map(operation);
}

function changedFields(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  path: string[],
): Write[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key): Write[] => {
    const old = before[key];
    const now = after[key];
    if (Object.is(old, now)) return [];
    const at = [...path, key];
    if (isRecord(old) && isRecord(now)) return changedFields(old, now, at);
    const write: Write = { path: at, before: old, after: now };
    return diff(old, now).length === 0 ? [] : [write];
  });
}

function operation({ path, before, after }: Write): Patch[number] {
  const pointer = jsonPointer(...path);
  if (after === undefined) return { op: 'remove', path: pointer };
  return { op: before === undefined ? 'add' : 'replace', path: pointer, value: after };
}

function watch(copy: DraftCopy, log: Logger): void {
  const report = () => {
    const field = copy.lateWrite();
    if (field !== undefined)
      log.warn('a tap wrote to its draft after its end: the write is ignored', { field });
  };
  setTimeout(report, lateMs).unref();
}
