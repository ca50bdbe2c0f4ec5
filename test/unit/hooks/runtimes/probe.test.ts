import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { runWithFewDescriptors } from '../../../support/withoutDescriptors.ts';

const at = (path: string) => JSON.stringify(resolve(import.meta.dirname, '../../../..', path));

/** Probes a runtime while its process has no descriptor left, and again when it has some. */
const script = `
import { hasNoFilesLeft } from ${at('hooks/errors.ts')};
import { probeRuntime } from ${at('hooks/runtimes/probe.ts')};
const probe = () => probeRuntime('sh', async () => ({}));
await hold();
const refused = await probe().catch(hasNoFilesLeft);
free();
console.log(JSON.stringify([refused, (await probe()).path !== '']));`;

describe('the probe of a runtime', () => {
  // "cannot be used on this host" was kept.
  it('fails if no descriptor is left, which is not an error of the runtime', () => {
    assert.deepEqual(runWithFewDescriptors(script), [true, true]);
  });
});
