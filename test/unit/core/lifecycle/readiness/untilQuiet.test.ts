import assert from 'node:assert/strict';
import { untilQuiet } from '../../../../../core/lifecycle/readiness/untilQuiet.ts';

describe('waiting until a container is quiet', () => {
  const never = new AbortController().signal;

  it('lasts while it uses the CPU', async () => {
    let looks = 0;
    let used = 0;
    await untilQuiet(() => {
      looks += 1;
      if (looks <= 5) used = performance.now();
      return Promise.resolve(used);
    }, never);
    // The first to see no more use than before.
    assert.equal(looks, 6);
  });

  it('ends at the next look if the CPU time is unknown, or the signal aborts', async () => {
    await untilQuiet(() => Promise.resolve(undefined), never);
    await untilQuiet(() => Promise.resolve(0), AbortSignal.abort());
  });
});
