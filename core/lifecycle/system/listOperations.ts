import type { Operation } from '../../../hooks/engine.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** The operations that run: those that hold a container's lock first, then the others. */
export function listOperations({
  locks,
  operations,
}: Pick<EngineContext, 'locks' | 'operations'>): Operation[] {
  const running = operations.list();
  const held = locks.list();
  const holding = held.map((lock) => {
    const own = running.filter(({ container }) => container === lock.container);
    return { ...lock, taps: own.flatMap(({ taps }) => taps) };
  });
  const others = running.filter(({ container }) => !held.some((lock) => lock.container === container));
  return [
    ...holding,
    ...others.map(({ taps, ...operation }) => ({ ...operation, waiting: 0, taps: [...taps] })),
  ];
}
