import { Value } from '@sinclair/typebox/value';
import { PouchError } from '../../../hooks/errors.ts';
import type { Degradation } from '../../../hooks/plan.ts';
import type { PreparedTap } from '../tap.ts';
import type { CallScope } from './callTap.ts';
import { callTap } from './callTap.ts';
import type { HookRun } from './compileHook.ts';
import { readOnly } from './readOnly.ts';
import type { TapGuard } from './settleTap.ts';
import { settleTap } from './settleTap.ts';

export interface BailScope extends CallScope {
  /** Taps that failed under `degrade` are added here. */
  readonly degraded?: Degradation[] | undefined;
}

/** Calls one tap after another until one returns a value. */
export class BailRun implements HookRun {
  result: { result: unknown; plugin: string } | undefined;
  readonly #scope: BailScope;
  readonly #guardOf: (tap: PreparedTap) => TapGuard;

  constructor(scope: BailScope, guardOf: (tap: PreparedTap) => TapGuard) {
    this.#scope = scope;
    this.#guardOf = guardOf;
  }

  async step(tap: PreparedTap, input: unknown): Promise<unknown> {
    const settled = await settleTap(tap, this.#scope, this.#guardOf(tap), async (scope) => {
      const result = await readOnly(() => callTap(tap, input, scope));
      checkResult(tap, result);
      return result;
    });
    if (!settled.ok) {
      if (settled.degraded) this.#scope.degraded?.push(settled.degraded);
      return undefined;
    }
    if (settled.value !== undefined) this.result = { result: settled.value, plugin: tap.plugin };
    return settled.value;
  }
}

function checkResult({ result: schema }: PreparedTap, result: unknown): void {
  if (result === undefined || !schema) return;
  const fault = Value.Errors(schema, result).First();
  if (!fault) return;
  throw new PouchError('PCH_PLUGIN_CONTRACT', `the tap returned ${typeof result}: ${fault.message}`, {
    hint: 'return a value of that type, or undefined to leave the choice to other plugins',
  });
}
