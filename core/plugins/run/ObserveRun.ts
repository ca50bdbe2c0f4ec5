import { toPouchError } from '../../../hooks/errors.ts';
import type { Degradation } from '../../../hooks/plan.ts';
import type { PreparedTap } from '../tap.ts';
import type { CallScope } from './callTap.ts';
import { callTap } from './callTap.ts';
import type { HookRun } from './compileHook.ts';
import { readOnly } from './readOnly.ts';
import type { TapGuard } from './settleTap.ts';
import { settleTap } from './settleTap.ts';

/** All taps side by side. Whatever their policy, a failure fails no operation. */
export class ObserveRun implements HookRun {
  readonly degraded: Degradation[] = [];
  readonly #scope: CallScope;
  readonly #guardOf: (tap: PreparedTap) => TapGuard;

  constructor(scope: CallScope, guardOf: (tap: PreparedTap) => TapGuard) {
    this.#scope = scope;
    this.#guardOf = guardOf;
  }

  async step(tap: PreparedTap, input: unknown): Promise<void> {
    try {
      const settled = await settleTap(tap, this.#scope, this.#guardOf(tap), (scope) =>
        readOnly(() => callTap(tap, input, scope)),
      );
      if (!settled.ok && settled.degraded) this.degraded.push(settled.degraded);
    } catch (error) {
      const { plugin, hook, code, message } = toPouchError(error);
      this.#scope.log.error('an observer failed', { plugin, hook, code, error: message });
    }
  }
}
