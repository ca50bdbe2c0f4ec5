import assert from 'node:assert/strict';
import { Query } from '../../../../../plugins/engine-api/http/Query.ts';
import {
  buildPrune,
  networkPruneFilter,
  containerPruneFilter,
  imagePruneFilter,
  volumePruneFilter,
} from '../../../../../plugins/engine-api/translate/prune.ts';

const queryOf = (parameters: Record<string, string>) => new Query(new URLSearchParams(parameters).toString());

type Filters = Record<string, string[]>;

const endpoints: Record<string, (filters: Filters) => unknown> = {
  build: (filters) => buildPrune(queryOf({ filters: JSON.stringify(filters) })),
  containers: containerPruneFilter,
  images: imagePruneFilter,
  networks: networkPruneFilter,
  volumes: (filters) => volumePruneFilter(filters, 47),
};

describe('prune filters', () => {
  for (const [name, read] of Object.entries(endpoints)) {
    it(`${name}: an unknown filter is an error`, () => {
      assert.throws(() => read({ colour: ['red'] }), {
        code: 'PCH_OPTION_INVALID',
        message: "invalid filter 'colour'",
        hint: /label/,
      });
    });

    it(`${name}: labels are accepted`, () => {
      assert.doesNotThrow(() => read({ label: ['a', 'b=c'], 'label!': ['d'] }));
    });
  }

  it('labels and a time narrow a prune of containers', () => {
    assert.deepEqual(containerPruneFilter({ label: ['a=b'], 'label!': ['keep'], until: ['1700000000'] }), {
      labels: ['a=b'],
      withoutLabels: ['keep'],
      createdBefore: 1_700_000_000_000,
    });
  });

  describe('until', () => {
    const before = (until: string) => containerPruneFilter({ until: [until] }).createdBefore;

    it('accepts Unix seconds, RFC 3339 dates and times, and durations', () => {
      assert.equal(before('1700000000.5'), 1_700_000_000_500);
      assert.equal(before('2026-01-31T10:00:00Z'), Date.UTC(2026, 0, 31, 10));
      assert.equal(before('2026-01-31T10:00:00.5+02:00'), Date.UTC(2026, 0, 31, 8, 0, 0, 500));
      assert.equal(before('2026-01-31'), new Date(2026, 0, 31).getTime());
      const hours = Date.now() - before('1h30m')!;
      assert.ok(Math.abs(hours - 5_400_000) < 10_000, `${hours} ms`);
    });

    for (const text of ['', 'yesterday', '-5m', '1d', '2026-13-01', '1e400', 'foo 1', '24'.repeat(10)])
      it(`"${text}" is not a time`, () => {
        assert.throws(() => before(text), { code: 'PCH_OPTION_INVALID', message: /^filter until: expected/ });
      });

    it('accepts one value', () => {
      assert.throws(
        () => containerPruneFilter({ until: ['1h', '2h'] }),
        /expected one value, found 2 values/,
      );
    });

    it('is not a filter of volumes', () => {
      assert.throws(() => volumePruneFilter({ until: ['1h'] }, 47), /invalid filter 'until'/);
    });
  });

  describe('images', () => {
    it('only images without a name, unless dangling is false', () => {
      assert.equal(imagePruneFilter({}).all, false);
      assert.equal(imagePruneFilter({ dangling: ['true'] }).all, false);
      for (const value of ['false', '0', 'F'])
        assert.equal(imagePruneFilter({ dangling: [value] }).all, true);
    });

    it('a value of dangling that is not a boolean is an error', () => {
      for (const values of [['maybe'], ['true', 'false'], ['']])
        assert.throws(() => imagePruneFilter({ dangling: values }), { code: 'PCH_OPTION_INVALID' });
    });
  });

  describe('volumes', () => {
    it('only anonymous volumes since API 1.42, unless all is true', () => {
      assert.equal(volumePruneFilter({}, 42).all, false);
      assert.equal(volumePruneFilter({ all: ['true'] }, 47).all, true);
      assert.equal(volumePruneFilter({ all: ['false'] }, 47).all, false);
    });

    it('named volumes too for clients of an older API, as in dockerd', () => {
      assert.equal(volumePruneFilter({}, 41).all, true);
    });
  });
});

describe('what POST /build/prune removes', () => {
  it('is all, or what is old, or what is too much', () => {
    assert.deepEqual(buildPrune(queryOf({})), { all: false });
    assert.deepEqual(
      buildPrune(queryOf({ all: '1', 'keep-storage': '1000', filters: '{"until":["1700000000"]}' })),
      {
        all: true,
        unusedSince: 1_700_000_000_000,
        keepBytes: 1000,
      },
    );
    assert.throws(() => buildPrune(queryOf({ 'keep-storage': 'much' })), { code: 'PCH_BAD_REQUEST' });
  });

  it('is nothing for a label, which no part of the cache has', () => {
    const labelled = (filters: object) => buildPrune(queryOf({ all: '1', filters: JSON.stringify(filters) }));
    assert.equal(labelled({ label: ['a=b'] }), undefined);
    assert.equal(labelled({ label: ['a'], until: ['1h'] }), undefined);
    assert.deepEqual(labelled({ 'label!': ['a'] }), { all: true });
  });
});
