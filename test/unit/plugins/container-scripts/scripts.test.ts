import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerRecord } from '../../../../hooks/index.ts';
import { exitReason } from '../../../../plugins/container-scripts/environment.ts';
import { addToHistory, readHistory } from '../../../../plugins/container-scripts/history.ts';
import { Output } from '../../../../plugins/container-scripts/Output.ts';
import { printHistory } from '../../../../plugins/container-scripts/printHistory.ts';

describe('container-scripts', () => {
  it('the reason of an end is what the container wanted, then the kernel, then its user', () => {
    const state = (more: object) => ({ state: more as ContainerRecord['state'], stoppedByUser: true });
    assert.equal(exitReason(state({ ending: 'reboot', oomKilled: true })), 'reboot');
    assert.equal(exitReason(state({ oomKilled: true })), 'oom');
    assert.equal(exitReason(state({})), 'stopped');
    assert.equal(exitReason({ ...state({}), stoppedByUser: false }), 'exited');
  });

  it('of much output the end is kept', () => {
    const output = new Output();
    for (let line = 0; line < 10_000; line++) output.add(Buffer.from(`${String(line).padStart(9, '0')}\n`));
    assert.equal(output.text.length, 16 * 1024);
    assert.equal(output.leftOut, 100_000 - 16 * 1024);
    assert.match(output.text, /000009999\n$/);
  });

  it('the history of a container is bounded, survives damage, and is shown', () => {
    const directory = mkdtempSync(join(tmpdir(), 'pouch-scripts-'));
    const warned: string[] = [];
    const log = { warn: (message: string) => void warned.push(message) };
    const run = { stage: 'prestart' as const, path: '/x', args: ['y'], output: 'a\nb\n', outputLeftOut: 3 };
    try {
      for (let n = 0; n < 50; n++) addToHistory(directory, { ...run, at: String(n), ms: n }, log);
      assert.deepEqual([readHistory(directory).length, readHistory(directory)[0]?.at], [40, '10']);
      writeFileSync(join(directory, 'scripts.json'), '[{');
      assert.deepEqual(readHistory(directory), []);
      addToHistory(directory, { ...run, at: 'T', failure: 'exit code 1' }, log);
      assert.equal(
        printHistory(readHistory(directory)),
        'T prestart /x y: exit code 1\n  [3 bytes before this were not kept]\n  a\n  b\n',
      );
      addToHistory(join(directory, 'gone'), { ...run, at: 'T' }, log);
      assert.deepEqual(warned, []);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
