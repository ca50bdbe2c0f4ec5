import assert from 'node:assert/strict';
import { pause } from '../../../../core/wait/pause.ts';

describe('a pause', () => {
  it('ends after its time, or with the signal, and at once if that has aborted', async () => {
    const controller = new AbortController();
    await pause(1, controller.signal);
    const long = pause(60_000, controller.signal);
    controller.abort();
    await long;
    await pause(60_000, controller.signal);
  });

  it('adds no listener to its signal, however many share it', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    const controller = new AbortController();
    const pauses = Array.from({ length: 50 }, () => pause(60_000, controller.signal));
    controller.abort();
    await Promise.all(pauses);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    assert.deepEqual(warnings, []);
  });
});
