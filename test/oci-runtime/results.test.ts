import assert from 'node:assert/strict';
import { contradictions, withOthersOf, type Results, type SectionResult } from './support/results.ts';

const none: SectionResult = { passed: 0, deviates: {}, notHere: {} };

const of = (runtime: string, result: Partial<SectionResult>): Results => ({
  runtimes: { [runtime]: '1' },
  sections: { root: { [runtime]: { ...none, ...result } } },
});

describe('conformance results', () => {
  const known = of('runc', { passed: 2, deviates: { 'it is read-only': 'why' } });

  it('contradict known results if a row deviates that passed, deviates for another reason, or passes now', () => {
    assert.deepEqual(contradictions(known, known), []);
    for (const deviates of [
      {},
      { 'it is read-only': 'another' },
      { 'it is writable': 'why' },
    ] as SectionResult['deviates'][])
      assert.notDeepEqual(
        contradictions(of('runc', { passed: 3 - Object.keys(deviates).length, deviates }), known),
        [],
      );
  });

  it('contradict known results with other rows, or an unknown runtime', () => {
    assert.deepEqual(contradictions(of('runc', { passed: 2 }), known), ['root, runc: 2 rows, not 3']);
    assert.deepEqual(contradictions(of('youki', { passed: 3 }), known), ['root, youki: not known']);
  });

  it('do not contradict known results by rows that cannot be tried on another host', () => {
    const elsewhere = of('runc', { passed: 2, notHere: { 'it is read-only': 'no overlay' } });
    assert.deepEqual(contradictions(elsewhere, known), []);
  });

  it('keep known results of other runtimes', () => {
    const both = withOthersOf(of('crun', { passed: 3 }), known);
    assert.deepEqual(Object.keys(both.runtimes), ['crun', 'runc']);
    assert.deepEqual(Object.keys(both.sections['root'] ?? {}), ['crun', 'runc']);
    assert.deepEqual(withOthersOf(of('runc', { passed: 3 }), known), of('runc', { passed: 3 }));
  });
});
