import { applyPatch, type Operation } from 'rfc6902';
import { type Caller, currentCaller } from '../../../hooks/caller.ts';
import type { HookPoint, TapFunction } from '../../../hooks/defineHook.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { HookRequest, ProcessReply } from '../../../hooks/processProtocol.ts';
import { isRecord } from '../draft/clone.ts';
import { withoutCopy } from '../draft/DraftCopy.ts';
import { errorOf } from './errorForm.ts';
import type { CallOptions, Methods } from './openCall.ts';
import { at, type Masker, withoutSecrets, withSecrets } from './secretValues.ts';

/** What every call of one plugin has. */
export interface TapSurroundings {
  /** Of a plugin without a setup, which has them. */
  readonly options?: unknown;
  /** Masks the input; undefined for a plugin that may read secrets. */
  readonly secrets: Masker | undefined;
}

/** Sends the calls of a tap to its process. */
export interface TapCalls {
  call(request: Omit<HookRequest, 'id'>, options: CallOptions): Promise<ProcessReply>;
}

/** A tap whose function is in the process of its plugin. @param tap its name */
export function tapOfProcess(
  { kind, name: point }: HookPoint<unknown, unknown>,
  tap: string,
  { options, secrets }: TapSurroundings,
  calls: TapCalls,
): TapFunction<unknown, unknown> {
  return (input, { signal, timeoutMs, log }) => {
    const methods = functionsOf(input);
    const functions = Object.keys(methods);
    const real = withoutCopy(input);
    const shown = secrets ? withoutSecrets(real, secrets) : real;
    return calls
      .call(
        {
          type: 'hook',
          point,
          tap,
          deadlineMs: timeoutMs,
          input: shown,
          ...(options !== undefined && { options }),
          ...(functions.length > 0 && { functions }),
          ...callerOf(),
        },
        { signal, timeoutMs, log, methods },
      )
      .then((reply) => outcome[kind](accepted(reply), { input, real, shown }));
  };
}

/** A client that has left is not known any more. */
export function callerOf(): { caller?: Caller } {
  try {
    return { caller: currentCaller() };
  } catch {
    return {};
  }
}

/** Functions of an input, which its JSON lacks, by their paths. */
export function functionsOf(input: unknown): Methods {
  const { image, draft } = input as Partial<ContainerDraft> & { draft?: Partial<ContainerDraft> };
  return {
    ...(image?.stat && { 'image.stat': (path: unknown) => image.stat(String(path)) }),
    ...(draft?.image?.stat && { 'draft.image.stat': (path: unknown) => draft.image!.stat(String(path)) }),
  };
}

/** An input: as the tap has it, as it is, and as the plugin has read it. */
interface Inputs {
  readonly input: unknown;
  readonly real: unknown;
  readonly shown: unknown;
}

/** Applies what a reply changes: to the input by a patch, or as the whole draft that it returns. */
export function plannedBy(reply: ProcessReply, inputs: Inputs): object | undefined {
  return outcome.plan(reply, inputs) as object | undefined;
}

/** What a reply means, by the kind of the hook. */
const outcome: Record<HookPoint['kind'], (reply: ProcessReply, inputs: Inputs) => unknown> = {
  plan: ({ patch, draft, result }, { input, real, shown }) => {
    refuse(result, 'result', 'plan');
    const isMasked = shown !== real;
    if (patch) {
      const operations = patch as Operation[];
      applyAll(isMasked ? operations.map((one) => unmasked(one, shown, real)) : operations, input);
    }
    if (!draft) return undefined;
    const whole = isMasked ? (withSecrets(draft, shown, real) as typeof draft) : draft;
    return withFunctions(whole, input as Record<string, unknown>);
  },
  bail: ({ patch, draft, result }) => {
    refuse(patch ?? draft, 'patch or draft', 'bail');
    return result ?? undefined;
  },
  apply: (reply) => nothing(reply, 'apply'),
  observe: (reply) => nothing(reply, 'observe'),
};

function unmasked(operation: Operation, shown: unknown, real: unknown): Operation {
  if (!('value' in operation)) return operation;
  const path = operation.path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return { ...operation, value: withSecrets(operation.value, at(shown, path), at(real, path), path) };
}

function nothing({ patch, draft, result }: ProcessReply, kind: string): undefined {
  refuse(patch ?? draft ?? result, 'patch, draft or result', kind);
}

/** @throws the plugin's error */
export function accepted(reply: ProcessReply): ProcessReply {
  const { error } = reply;
  if (!error) return reply;
  const known = errorOf(error);
  if (known) throw known;
  throw contract(
    `the plugin refused with the unknown code ${error.code}: ${error.message}`,
    'docs/reference/errors.md has all codes',
  );
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
