import { asCaller, type Caller, currentCaller } from '../../../hooks/caller.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { attribute } from '../attribute.ts';
import { clone } from '../draft/clone.ts';
import type { Change } from '../draft/diff.ts';
import type { FieldOwners } from '../draft/FieldOwners.ts';
import type { Settled } from '../run/settleTap.ts';
import type { PreparedTap } from '../tap.ts';
import type { Planned } from './comparePlans.ts';
import type { Shadow } from './Shadow.ts';
import type { ShadowQueue } from './ShadowQueue.ts';

/** The draft that the plugin which serves was given, and what it made of it. */
interface Watched {
  draft: object;
  owners: FieldOwners;
  changes: readonly Change[];
  error?: PouchError;
  ms: number;
}

/**
 * Notes, during one run of a plan hook, what its shadows need to plan the same. The run waits for none of it: it pays
 * for a copy of its draft.
 */
export class PlanWatch {
  readonly #hook: string;
  readonly #shadows: readonly Shadow[];
  readonly #queue: ShadowQueue;
  readonly #watched = new Map<Shadow, Watched>();
  /** Also those whose plan is not compared. */
  readonly #seen = new Set<Shadow>();

  constructor(hook: string, shadows: readonly Shadow[], queue: ShadowQueue) {
    this.#hook = hook;
    this.#shadows = shadows;
    this.#queue = queue;
  }

  /** Before a tap of the plugin that serves. */
  before({ plugin }: PreparedTap, draft: object, owners: FieldOwners): void {
    for (const shadow of this.#shadows) if (shadow.name === plugin) this.#watch(shadow, draft, owners);
  }

  settled({ plugin }: PreparedTap, settled: Settled<readonly Change[]>): void {
    this.#note(plugin, (watched) => {
      if (settled.ok) watched.changes = [...watched.changes, ...settled.value];
      else
        watched.error ??= new PouchError(
          'PCH_PLUGIN_FAILED',
          settled.degraded?.message ?? 'it failed and was left out',
        );
      if (settled.ok) watched.ms += settled.ms;
    });
  }

  failed(tap: PreparedTap, error: unknown): void {
    this.#note(tap.plugin, (watched) => void (watched.error ??= attribute(error, tap)));
  }

  /** A shadow without a tap that serves at this hook plans on its outcome. */
  completed(draft: object, owners: FieldOwners): void {
    for (const shadow of this.#shadows) this.#watch(shadow, draft, owners);
  }

  /** Has the shadows plan, some time later. */
  end(): void {
    if (this.#watched.size === 0) return;
    const caller = callerNow();
    for (const [shadow, { draft, owners, changes, error, ms }] of this.#watched) {
      const serving: Planned = error ? { error } : { changes };
      const taps = shadow.tapsOf(this.#hook);
      const isServed = shadow.twin !== undefined;
      const run = <T>(work: () => T) => asCaller(() => caller, work);
      this.#queue.add({
        shadow,
        hook: this.#hook,
        taps,
        draft,
        owners,
        serving,
        servingMs: isServed ? ms : undefined,
        run,
      });
    }
  }

  #watch(shadow: Shadow, draft: object, owners: FieldOwners): void {
    if (this.#seen.has(shadow)) return;
    this.#seen.add(shadow);
    if (this.#queue.refuses(shadow)) return;
    try {
      this.#watched.set(shadow, { draft: clone(draft), owners: owners.copy(), changes: [], ms: 0 });
    } catch {
      // The operation must not fail by it: this plan is not compared.
    }
  }

  #note(plugin: string, note: (watched: Watched) => void): void {
    for (const [shadow, watched] of this.#watched) if (shadow.name === plugin) note(watched);
  }
}

/** A client that has left is not known any more. */
function callerNow(): Caller {
  try {
    return currentCaller();
  } catch {
    return { transport: 'pouchd' };
  }
}
