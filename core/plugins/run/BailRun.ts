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

/** Asks one tap after another until one answers. They get a copy: a tap that changes it breaks the rule and fails. */
export class BailRun implements HookRun {
  answer: { answer: unknown; plugin: string } | undefined;
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
    if (settled.value !== undefined) this.answer = { answer: settled.value, plugin: tap.plugin };
    return settled.value;
  }

  async #attempt(tap: PreparedTap): Promise<unknown> {
    try {
      const answer = await callTap(tap, this.#copy, this.#scope);
      checkPure(diff(this.#input, this.#copy));
      checkAnswer(tap, answer);
      return answer;
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
    `the tap changed ${formatPath(change.path)}; this hook only asks`,
    {
      hint: 'answer a value, and change the draft in container.preCreate or container.spec',
    },
  );
}

function checkAnswer({ result: schema }: PreparedTap, answer: unknown): void {
  if (answer === undefined || !schema) return;
  const fault = Value.Errors(schema, answer).First();
  if (!fault) return;
  throw new PouchError('PCH_PLUGIN_CONTRACT', `the tap answered ${typeof answer}: ${fault.message}`, {
    hint: 'answer a value of that type, or nothing to leave the choice to others',
  });
}
