import type { Operation, PageContent } from '../../hooks/index.ts';
import { table } from './table.ts';
import { age, cut } from './units.ts';

/** What runs at the moment, and the taps that it waits for. */
export function operationList(operations: readonly Operation[], now: number): PageContent {
  return {
    blocks: [
      table({
        title: 'Operations',
        columns: ['Container', 'Operation', 'For', 'Waiting', 'Plugin'],
        rows: operations
          .slice(0, 500)
          .map(({ container, verb, since, waiting, taps }) => [
            container === undefined
              ? ''
              : { text: container.slice(0, 12), link: { page: 'container', query: { id: container } } },
            verb,
            age(since, now),
            waiting,
            cut(taps.map((tap) => `${tap.plugin} (${tap.hook}, ${age(tap.since, now)})`).join(', ')),
          ]),
        empty: 'No operation runs.',
      }),
    ],
  };
}
