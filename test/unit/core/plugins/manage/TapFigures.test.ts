import assert from 'node:assert/strict';
import { quantileOf, TapFigures } from '../../../../../core/plugins/run/TapFigures.ts';

describe('the figures of a tap', () => {
  const figuresOf = (times: readonly number[]) => {
    const figures = new TapFigures();
    for (const ms of times) figures.add(ms, undefined);
    return figures;
  };
  /** Within the width of a bucket. */
  const isNear = (found: number | undefined, expected: number) =>
    assert.ok(Math.abs((found ?? NaN) / expected - 1) <= 0.1, `${found} is not ${expected}`);

  it('have quantiles from microseconds to minutes', () => {
    for (const unit of [0.002, 0.1, 1, 250, 5_000]) {
      const figures = figuresOf(Array.from({ length: 1000 }, (_, index) => unit * (1 + index / 100)));
      isNear(figures.quantile(0.5), unit * 6);
      isNear(figures.quantile(0.99), unit * 10.9);
    }
  });

  it('never exceed the longest call, and have none without calls', () => {
    assert.equal(figuresOf([]).quantile(0.5), undefined);
    const one = figuresOf([1]).quantile(0.99) ?? NaN;
    assert.ok(one <= 1 && one > 0.9, String(one));
    assert.equal(figuresOf([0]).quantile(0.5), 0);
    assert.equal(figuresOf([10 ** 9]).calls, 1);
  });

  it('are joined over several taps', () => {
    const slow = figuresOf(Array.from({ length: 10 }, () => 100));
    const fast = figuresOf(Array.from({ length: 90 }, () => 1));
    isNear(quantileOf([slow, fast], 0.5), 1);
    isNear(quantileOf([slow, fast], 0.99), 100);
  });

  it('count errors, and keep the last one', () => {
    const figures = new TapFigures();
    figures.add(1, 'first');
    figures.add(1, 'second');
    figures.add(1, undefined);
    assert.deepEqual([figures.calls, figures.errors, figures.lastError], [3, 2, 'second']);
  });
});
