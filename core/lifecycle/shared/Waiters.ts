/** Callers that wait for the boot, the health, the end or the removal of a container. */
import { PouchError } from '../../../hooks/errors.ts';
import { onAbort } from '../../wait/onAbort.ts';

export interface ExitResult {
  exitCode: number;
  error?: string;
}

type WaitKind = 'exit' | 'removal' | 'ready' | 'health';

type Settle = (result: ExitResult) => void;

export class Waiters {
  readonly #waiting = {
    exit: new Map<string, Set<Settle>>(),
    removal: new Map<string, Set<Settle>>(),
    ready: new Map<string, Set<Settle>>(),
    health: new Map<string, Set<Settle>>(),
  };

  /** The next exit (or failed start) of a container, its removal, or the next change of its readiness or health. */
  next(kind: WaitKind, id: string, signal?: AbortSignal): Promise<ExitResult> {
    return new Promise((resolve, reject) => {
      const waiting = this.#of(kind, id);
      const cancel = () => {
        waiting.delete(settle);
        reject(new PouchError('PCH_CANCELLED', 'the wait was cancelled'));
      };
      const settle = (result: ExitResult) => {
        forget();
        resolve(result);
      };
      if (signal?.aborted) return cancel();
      waiting.add(settle);
      const forget = onAbort(signal, cancel);
    });
  }

  settle(kind: WaitKind, id: string, result: ExitResult): void {
    const waiting = this.#waiting[kind].get(id);
    this.#waiting[kind].delete(id);
    for (const resolve of waiting ?? []) resolve(result);
  }

  #of(kind: WaitKind, id: string): Set<Settle> {
    const known = this.#waiting[kind].get(id) ?? new Set<Settle>();
    this.#waiting[kind].set(id, known);
    return known;
  }
}
