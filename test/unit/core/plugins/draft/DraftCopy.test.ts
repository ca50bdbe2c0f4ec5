import assert from 'node:assert/strict';
import { DraftCopy, withoutCopy } from '../../../../../core/plugins/draft/DraftCopy.ts';

interface Draft {
  labels: Record<string, string>;
  mounts: Record<string, { options: string[] }>;
  names: string[];
}

describe('the copy of a draft', () => {
  const original = (): Draft => ({
    labels: { a: '1', b: '2' },
    mounts: { '/run': { options: ['ro'] } },
    names: ['x'],
  });
  let base: Draft;
  let copy: DraftCopy;
  let view: Draft;
  beforeEach(() => {
    base = original();
    copy = new DraftCopy(base);
    view = copy.view as Draft;
  });

  it('reads and writes like a copy of the whole, and leaves the original alone', () => {
    view.labels['c'] = '3';
    delete view.labels['a'];
    view.mounts['/run']!.options.push('nosuid');
    view.names = [...view.names, 'y'];
    const expected = {
      labels: { b: '2', c: '3' },
      mounts: { '/run': { options: ['ro', 'nosuid'] } },
      names: ['x', 'y'],
    };
    assert.deepEqual(JSON.parse(JSON.stringify(view)), expected);
    assert.deepEqual(Object.keys(view.labels), ['b', 'c']);
    assert.deepEqual({ ...view.labels }, expected.labels);
    assert.deepEqual(['a' in view.labels, 'c' in view.labels], [false, true]);
    assert.deepEqual(base, original());
    assert.deepEqual(copy.applyTo({ ...original() }), expected);
  });

  it('reports what was written, in the order of the original, then of the writes', () => {
    view.names.push('y');
    view.labels['z'] = '1';
    view.labels['c'] = '3';
    view.labels['b'] = '4';
    view.labels['a'] = '1';
    assert.deepEqual(
      copy.changes().map(({ path }) => path.join('.')),
      ['labels.b', 'labels.z', 'labels.c', 'names'],
    );
  });

  it('keeps what a tap puts into it the tap’s own, and one part of it may become another', () => {
    const own = { options: ['rw'] };
    view.mounts['/own'] = own;
    view.mounts['/again'] = view.mounts['/run']!;
    assert.equal(view.mounts['/own'], own);
    const taken = copy.applyTo({ ...original() }) as unknown as Draft;
    copy.end();
    assert.deepEqual(taken.mounts, {
      '/run': { options: ['ro'] },
      '/own': { options: ['rw'] },
      '/again': { options: ['ro'] },
    });
    assert.equal(copy.lateWrite(), undefined);
    own.options.push('late');
    assert.equal(copy.lateWrite(), 'mounts["/own"].options');
    assert.deepEqual(taken.mounts['/own'], { options: ['rw'] });
  });

  it('ignores writes after its end, and knows the first', () => {
    const { labels } = view;
    labels['b'] = '3';
    copy.end();
    labels['late'] = '1';
    delete labels['a'];
    assert.deepEqual({ ...labels }, { a: '1', b: '3' });
    assert.equal(copy.lateWrite(), 'labels.late');
  });

  it('holds what it has when a tap freezes a part', () => {
    view.labels['c'] = '3';
    Object.freeze(view.labels);
    assert.throws(() => (view.labels['d'] = '4'), TypeError);
    assert.ok(Object.isFrozen(view.labels));
    assert.deepEqual({ ...view.labels }, { a: '1', b: '2', c: '3' });
    assert.deepEqual(
      copy.changes().map(({ path }) => path.join('.')),
      ['labels.c'],
    );
  });

  it('is read as the original until something is written', () => {
    void view.mounts['/run']!.options;
    assert.equal(withoutCopy(view), base);
    view.labels['c'] = '3';
    assert.equal(withoutCopy(view), view);
    assert.equal(withoutCopy('text'), 'text');
  });
});
