import { Value } from '@sinclair/typebox/value';
import { PouchError } from '../../../hooks/errors.ts';
import type { Degradation } from '../../../hooks/plan.ts';
import { clone } from '../draft/clone.ts';
import { diff } from '../draft/diff.ts';
import { formatPath } from '../draft/fieldPath.ts';
import type { PreparedTap } from '../tap.ts';
import type { CallScope } from './callTap.ts';
import { callTap } from './callTap.ts';
import type { HookRun } from './compileHook.ts';
import type { TapGuard } from './settleTap.ts';
import { settleTap } from './settleTap.ts';

export interface BailScope extends CallScope {
  /** Taps that failed under `degrade` are added here. */
  readonly degraded?: Degradation[] | undefined;
}

/** Calls one tap after another until one returns a value. They get a copy: a tap that changes it fails. */
export class BailRun implements HookRun {
  result: { result: unknown; plugin: string } | undefined;
  readonly #input: unknown;
  readonly #scope: BailScope;
  readonly #guardOf: (tap: PreparedTap) => TapGuard;
  #copy: unknown;

  constructor(input: unknown, scope: BailScope, guardOf: (tap: PreparedTap) => TapGuard) {
    this.#input = input;
    this.#copy = clone(input);
    this.#scope = scope;
    this.#guardOf = guardOf;
  }

  async step(tap: PreparedTap): Promise<unknown> {
    const settled = await settleTap(tap, this.#scope, this.#guardOf(tap), () => this.#attempt(tap));
    if (!settled.ok) {
      if (settled.degraded) this.#scope.degraded?.push(settled.degraded);
      return undefined;
    }
    if (settled.value !== undefined) this.result = { result: settled.value, plugin: tap.plugin };
    return settled.value;
  }

  async #attempt(tap: PreparedTap): Promise<unknown> {
    try {
      const result = await callTap(tap, this.#copy, this.#scope);
      checkPure(diff(this.#input, this.#copy));
      checkResult(tap, result);
      return result;
    } catch (error) {
      this.#copy = clone(this.#input);
      throw error;
    }
  }
}

function checkPure([change]: ReturnType<typeof diff>): void {
  if (!change) return;
  throw new PouchError(
    'PCH_PLUGIN_CONTRACT',
    `the tap changed ${formatPath(change.path)}, which is read-only in this hook`,
    {
      hint: 'return a value, and change the draft in container.preCreate or container.spec',
    },
  );
}

function checkResult({ result: schema }: PreparedTap, result: unknown): void {
  if (result === undefined || !schema) return;
  const fault = Value.Errors(schema, result).First();
  if (!fault) return;
  throw new PouchError('PCH_PLUGIN_CONTRACT', `the tap returned ${typeof result}: ${fault.message}`, {
    hint: 'return a value of that type, or undefined to leave the choice to other plugins',
  });
}
