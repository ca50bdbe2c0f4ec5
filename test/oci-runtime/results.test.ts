import assert from 'node:assert/strict';
import { contradictions, withOthersOf, type Results, type SectionResult } from './support/results.ts';

const none: SectionResult = { passed: 0, deviates: {}, notHere: {} };

const of = (runtime: string, result: Partial<SectionResult>): Results => ({
  runtimes: { [runtime]: '1' },
  sections: { root: { [runtime]: { ...none, ...result } } },
});

describe('conformance results', () => {
  const known = of('runc', { passed: 2, deviates: { 'it is read-only': 'why' } });

  it('contradict what is known when a row deviates that passed, for another reason, or no more', () => {
    assert.deepEqual(contradictions(known, known), []);
    for (const deviates of [
      {},
      { 'it is read-only': 'another' },
      { 'it is there': 'why' },
    ] as SectionResult['deviates'][])
      assert.notDeepEqual(
        contradictions(of('runc', { passed: 3 - Object.keys(deviates).length, deviates }), known),
        [],
      );
  });

  it('contradict it when there are other rows, or an unknown runtime', () => {
    assert.deepEqual(contradictions(of('runc', { passed: 2 }), known), ['root, runc: 2 rows, not 3']);
    assert.deepEqual(contradictions(of('youki', { passed: 3 }), known), ['root, youki: not known']);
  });

  it('do not contradict it by what cannot be tried on another host', () => {
    const elsewhere = of('runc', { passed: 2, notHere: { 'it is read-only': 'no overlay' } });
    assert.deepEqual(contradictions(elsewhere, known), []);
  });

  it('leave what is known of other runtimes', () => {
    const both = withOthersOf(of('crun', { passed: 3 }), known);
    assert.deepEqual(Object.keys(both.runtimes), ['crun', 'runc']);
    assert.deepEqual(Object.keys(both.sections['root'] ?? {}), ['crun', 'runc']);
    assert.deepEqual(withOthersOf(of('runc', { passed: 3 }), known), of('runc', { passed: 3 }));
  });
});
