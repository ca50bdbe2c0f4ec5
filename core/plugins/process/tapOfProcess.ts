import type { TSchema } from '@sinclair/typebox';
import { applyPatch, type Operation } from 'rfc6902';
import type { HookPoint, TapFunction } from '../../../hooks/defineHook.ts';
import { ContainerDraft } from '../../../hooks/draft.ts';
import { ContainerRecord } from '../../../hooks/engine/record.ts';
import { type ErrorCode, errorKinds, PouchError } from '../../../hooks/errors.ts';
import type { FieldPath } from '../../../hooks/fields.ts';
import type { ContainerCondition, ProcessReply } from '../../../hooks/processProtocol.ts';
import { matchesCondition } from '../../contract/matchesCondition.ts';
import { isRecord } from '../draft/clone.ts';
import { withoutCopy } from '../draft/DraftCopy.ts';
import type { CallOptions, PluginCalls } from './PluginCalls.ts';

/** Has a process reply to a hook. */
export type TapCalls = Pick<PluginCalls, 'call'>;

/**
 * A tap whose function is in the process of its plugin.
 * @throws PCH_PLUGIN_INVALID for conditions where no container is known
 */
export function tapOfProcess(
  { kind, name: point, input: schema }: HookPoint<unknown, unknown>,
  { name: tap, when }: { name: string; when: ContainerCondition | undefined },
  { options, methods }: { options: unknown; methods: CallOptions['methods'] },
  calls: TapCalls,
): TapFunction<unknown, unknown> {
  if (when && !describesContainer(schema)) throw noContainer(point);
  return (input, { signal, timeoutMs, log }) => {
    if (when && !matchesCondition(draftIn(input), when)) return undefined;
    const call = { signal, timeoutMs, log, methods: { ...methods, ...methodsOf(input) } };
    return calls
      .call({ point, tap, options, deadlineMs: timeoutMs, input: withoutCopy(input) }, call)
      .then((reply) => outcome[kind](accepted(reply), input));
  };
}

function describesContainer({ title, properties }: TSchema): boolean {
  const { container } = (properties ?? {}) as { container?: TSchema };
  return title === ContainerDraft.title || container?.title === ContainerRecord.title;
}

function draftIn(input: unknown): ContainerDraft {
  const { container } = input as { container?: ContainerRecord };
  return container?.draft ?? (input as ContainerDraft);
}

function noContainer(point: string): PouchError {
  const message = `a tap of ${point} has \`when\`, but the input of that hook point does not describe a container`;
  return new PouchError('PCH_PLUGIN_INVALID', message, { hint: 'have the plugin look at the input instead' });
}

/** Functions of an input, which its JSON lacks. */
function methodsOf(input: unknown): CallOptions['methods'] {
  const { image } = input as Partial<ContainerDraft>;
  return image?.stat ? { 'image.stat': (path) => image.stat(String(path)) } : {};
}

/** What a reply means, by the kind of the hook. */
const outcome: Record<HookPoint['kind'], (reply: ProcessReply, input: unknown) => unknown> = {
  plan: ({ patch, draft, result }, input) => {
    refuse(result, 'result', 'plan');
    if (patch) applyAll(patch as Operation[], input);
    return draft && withFunctions(draft, input as Record<string, unknown>);
  },
  bail: ({ patch, draft, result }) => {
    refuse(patch ?? draft, 'patch or draft', 'bail');
    return result ?? undefined;
  },
  apply: (reply) => nothing(reply, 'apply'),
  observe: (reply) => nothing(reply, 'observe'),
};

function nothing({ patch, draft, result }: ProcessReply, kind: string): undefined {
  refuse(patch ?? draft ?? result, 'patch, draft or result', kind);
}

/** @throws the plugin's refusal */
function accepted(reply: ProcessReply): ProcessReply {
  const { error } = reply;
  if (!error) return reply;
  const { code = 'PCH_PLUGIN_FAILED', message, hint, field } = error;
  if (!isErrorCode(code))
    throw contract(
      `the tap refused with the unknown code ${code}: ${message}`,
      'docs/reference/errors.md has all codes',
    );
  throw new PouchError(code, message, {
    ...(hint !== undefined && { hint }),
    ...(field !== undefined && { field: field as FieldPath }),
  });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorKinds, code);
}

function applyAll(patch: Operation[], draft: unknown): void {
  const errors = applyPatch(draft, patch);
  const index = errors.findIndex((error) => error !== null);
  if (index < 0) return;
  throw contract(
    `operation ${index} of the patch cannot be applied (${JSON.stringify(patch[index])}): ${errors[index]?.message}`,
    'a parent of `path` must exist: add {"path": "/resources/cpu", "value": {…}} before its fields',
  );
}

/** A draft that came as JSON, with the functions that the original has. */
function withFunctions(draft: Record<string, unknown>, original: Record<string, unknown>) {
  for (const [name, value] of Object.entries(original)) {
    const replacement = draft[name];
    if (typeof value === 'function') draft[name] = value;
    else if (isRecord(value) && isRecord(replacement)) withFunctions(replacement, value);
  }
  return draft;
}

function refuse(found: unknown, what: string, kind: string): void {
  if (found === undefined) return;
  throw contract(
    `the tap replied with a ${what}; a hook of kind ${kind} does not take it`,
    'docs/reference/hooks.md has the kind of each hook',
  );
}

function contract(message: string, hint: string): PouchError {
  return new PouchError('PCH_PLUGIN_CONTRACT', message, { hint });
}
