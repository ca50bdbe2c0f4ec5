import assert from 'node:assert/strict';
import { listContainers } from '../../../../../core/lifecycle/verbs/list.ts';
import { ContainerStore } from '../../../../../core/state/ContainerStore.ts';
import { record } from '../../record.ts';

describe('the list of containers', () => {
  const store = new ContainerStore('/nowhere');
  const id = (digit: string) => digit.repeat(64);
  store.add(
    record({
      id: id('a'),
      name: 'web',
      createdAt: '2026-01-01T00:00:01Z',
      state: { status: 'running' },
      draft: {
        labels: { tier: 'front', bare: '' },
        mounts: { '/data': { type: 'bind', source: '/root/volumes/vol/_data', options: [] } },
      },
    }),
  );
  store.add(
    record({
      id: id('b'),
      name: 'db',
      createdAt: '2026-01-01T00:00:02Z',
      state: { status: 'exited', exitCode: 3 },
      draft: { labels: { tier: 'back' }, network: { mode: 'none' } as never },
    }),
  );
  store.add(
    record({
      id: id('c'),
      name: 'rich',
      createdAt: '2026-01-01T00:00:03Z',
      state: { status: 'paused' },
      draft: { rich: { enabled: true, mode: 'systemd', initScript: '' } },
    }),
  );
  const names = (
    filters: Record<string, string[]>,
    more: { all?: boolean; limit?: number } = { all: true },
  ) => listContainers(store, { ...more, filters }).map(({ name }) => name);

  it('has those that are up, newest first; all, or the last few, on demand', () => {
    assert.deepEqual(names({}, {}), ['rich', 'web']);
    assert.deepEqual(names({}), ['rich', 'db', 'web']);
    assert.deepEqual(names({}, { limit: 2 }), ['rich', 'db']);
  });

  const cases: [Record<string, string[]>, string[]][] = [
    [{ name: ['eb'] }, ['web']],
    [{ name: ['^/db$'] }, ['db']],
    [{ id: ['aaaa'] }, ['web']],
    [{ status: ['exited'] }, ['db']],
    [{ status: ['exited', 'paused'] }, ['rich', 'db']],
    [{ exited: ['3'] }, ['db']],
    [{ exited: ['0'] }, []],
    [{ label: ['tier'] }, ['db', 'web']],
    [{ label: ['tier=front', 'bare'] }, ['web']],
    [{ label: ['tier=front', 'tier=back'] }, []],
    [{ volume: ['vol'] }, ['web']],
    [{ volume: ['/data'] }, ['web']],
    [{ network: ['none'] }, ['db']],
    [{ before: ['db'] }, ['web']],
    [{ since: ['web'] }, ['rich', 'db']],
    [{ rich: ['true'] }, ['rich']],
    [{ rich: ['systemd'] }, ['rich']],
    [{ ancestor: ['busybox'], status: ['running'] }, ['web']],
    [{ ancestor: ['busybox:1'] }, []],
    [{ ancestor: ['abababab'] }, ['rich', 'db', 'web']],
  ];
  for (const [filters, expected] of cases)
    it(`${JSON.stringify(filters)} is ${expected.join(', ') || 'nobody'}`, () => {
      assert.deepEqual(names(filters), expected);
    });

  it('with a status filter has those that are not up too', () => {
    assert.deepEqual(names({ status: ['exited'] }, {}), ['db']);
  });

  it('names an unknown filter and the known ones', () => {
    assert.throws(() => names({ colour: ['red'] }), { code: 'PCH_OPTION_INVALID', message: /"colour"/ });
  });
});
