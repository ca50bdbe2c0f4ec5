import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { identify, isAlive, signal } from '../../../../core/supervise/processIdentity.ts';
import { runWithFewDescriptors } from '../../../support/withoutDescriptors.ts';

const folder = resolve(import.meta.dirname, '../../../../core/supervise');

/** Asks about its own process while it has no descriptor left. */
const script = `
import { identify, isAlive, signal } from ${JSON.stringify(`${folder}/processIdentity.ts`)};
import { findProcesses } from ${JSON.stringify(`${folder}/findProcess.ts`)};
const own = identify(process.pid);
const code = (ask) => { try { return ask(); } catch (error) { return error.code; } };
await hold();
const found = [code(() => identify(process.pid)), isAlive(own), code(() => signal(own, 'SIGCONT'))];
const search = await findProcesses(() => true).catch((error) => error.code);
free();
console.log(JSON.stringify([...found, search, isAlive(own)]));`;

describe('the identity of a process', () => {
  it('distinguishes it from a later one of the same pid', () => {
    const own = identify(process.pid);
    assert.ok(own && isAlive(own));
    assert.equal(isAlive({ ...own, startTicks: '1' }), false);
    assert.equal(signal({ ...own, startTicks: '1' }, 'SIGKILL'), false);
  });

  // The log keeper was once taken for dead, and another one was started beside it.
  it('does not report a process as ended when no descriptor is left', () => {
    assert.deepEqual(runWithFewDescriptors(script), ['EMFILE', true, 'EMFILE', 'EMFILE', true]);
  });
});
