import type { EffectContext } from '../../../hooks/effectKind.ts';
import type { DeclaredEffect, EffectAction, EffectRequest } from '../../../hooks/processProtocol.ts';
import type { OwnedEffectKind } from '../../contract/ownedEffectKind.ts';
import { withDeadline } from '../../wait/deadline.ts';
import { lateBy } from '../load/within.ts';
import type { PluginCalls } from './PluginCalls.ts';
import type { CallOptions } from './openCall.ts';
import { type Masker, withoutSecrets } from './secretValues.ts';
import { accepted, functionsOf } from './tapOfProcess.ts';

/** Milliseconds of one apply or undo, as in the ledger. */
const standardDeadlineMs = 60_000;
/** Milliseconds for a sentence, and for arguments. */
const shortDeadlineMs = 5_000;

type Given = Pick<EffectRequest, 'args' | 'result' | 'container' | 'key' | 'draft' | 'damaged'>;

/** An effect kind whose functions are in the process of its plugin. */
export function effectOfProcess(
  { kind, volatile, deadlineMs = standardDeadlineMs, check, assume }: DeclaredEffect,
  secrets: Masker | undefined,
  calls: PluginCalls,
): OwnedEffectKind {
  const ask = async (
    action: EffectAction,
    given: Given,
    options: Omit<CallOptions, 'timeoutMs'>,
    ms = deadlineMs,
  ) => {
    const request = { type: 'effect', kind, action, deadlineMs: ms, ...given } as const;
    return accepted(await calls.call(request, { timeoutMs: ms, ...options })).result;
  };
  const askSoon = async (action: EffectAction, given: Given) =>
    await withDeadline({ ms: shortDeadlineMs, late: () => lateBy(shortDeadlineMs, action) }, (signal) =>
      ask(action, given, { signal }, shortDeadlineMs),
    );
  return {
    kind,
    deadlineMs,
    ...(volatile && { volatile }),
    describe: async (args) => (await askSoon('describe', { args })) as string,
    // It may have begun: the ledger decides about another.
    apply: (args, context) =>
      ask(
        'apply',
        { args, container: context.container, key: context.key },
        { ...within(context), isOnce: true },
      ),
    undo: async (args, result, context) => {
      const { container, key } = context;
      await ask('undo', { args, container, key, ...(result !== undefined && { result }) }, within(context));
    },
    ...(check && {
      check: async (args, { draft, signal }) => {
        const shown = secrets ? withoutSecrets(draft, secrets) : draft;
        await ask('check', { args, draft: shown }, { signal, methods: functionsOf({ draft }) });
      },
    }),
    ...(assume && {
      assume: async (damaged) => (await askSoon('assume', { damaged })) as Record<string, unknown>,
    }),
  };
}

function within({ signal, resultOf }: EffectContext): Omit<CallOptions, 'timeoutMs'> {
  return { signal, methods: { resultOf: (key) => resultOf(String(key)) } };
}
