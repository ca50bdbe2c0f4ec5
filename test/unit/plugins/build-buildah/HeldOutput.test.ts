import assert from 'node:assert/strict';
import { HeldOutput } from '../../../../plugins/build-buildah/HeldOutput.ts';

describe('the output of an attempt that only looks into the cache', () => {
  let shown: string[];
  let held: HeldOutput;

  beforeEach(async () => {
    shown = [];
    held = new HeldOutput({ add: (line) => Promise.resolve(void shown.push(line)) });
    for (const line of ['STEP 1/3: FROM a', 'STEP 2/3: COPY a /', '--> 123456789012', 'STEP 3/3: RUN x'])
      await held.add(line, 'stdout');
    await held.add('Error: the runtime failed', 'stderr');
  });

  it('is shown step by step', async () => {
    assert.deepEqual(shown, ['STEP 1/3: FROM a', 'STEP 2/3: COPY a /', '--> 123456789012']);
    await held.flush();
    assert.deepEqual(shown.slice(3), ['STEP 3/3: RUN x', 'Error: the runtime failed']);
  });

  it('continues in the next attempt with the step that needed more', async () => {
    const rest = held.rest();
    for (const line of ['STEP 1/3: FROM a', 'STEP 2/3: COPY a /', '--> Using cache 123456789012'])
      await rest.add(line, 'stdout');
    await rest.add('a warning', 'stderr');
    for (const line of ['STEP 3/3: RUN x', 'output']) await rest.add(line, 'stdout');
    assert.deepEqual(shown.slice(3), ['a warning', 'STEP 3/3: RUN x', 'output']);
  });
});
