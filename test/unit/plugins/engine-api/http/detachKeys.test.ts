import assert from 'node:assert/strict';
import { parseDetachKeys, watchForKeys } from '../../../../../plugins/engine-api/http/detachKeys.ts';

async function typed(
  keys: string | undefined,
  ...chunks: string[]
): Promise<{ passed: string; left: boolean }> {
  let left = false;
  const watcher = watchForKeys(parseDetachKeys(keys), () => (left = true));
  let passed = '';
  watcher.on('data', (chunk: Buffer) => (passed += chunk.toString('latin1')));
  for (const chunk of chunks) watcher.write(Buffer.from(chunk, 'latin1'));
  await new Promise<void>((done) => watcher.end(done));
  return { passed, left };
}

describe('detach keys', () => {
  it('detach at the default sequence, even if it arrives in pieces', async () => {
    assert.deepEqual(await typed(undefined, 'ab\x10\x11'), { passed: 'ab', left: true });
    assert.deepEqual(await typed(undefined, 'ab\x10', '\x11'), { passed: 'ab', left: true });
  });

  it('forward input that only begins like the sequence', async () => {
    assert.deepEqual(await typed(undefined, '\x10', 'x\x10'), { passed: '\x10x', left: false });
    assert.deepEqual(await typed(undefined, '\x10\x10\x11'), { passed: '\x10', left: true });
  });

  it('accept letters and control keys', async () => {
    assert.deepEqual([...parseDetachKeys('a,ctrl-@,ctrl-z,ctrl-_')], [97, 0, 26, 31]);
    assert.deepEqual(await typed('q', 'abq'), { passed: 'ab', left: true });
  });

  it('report an invalid key', () => assert.throws(() => parseDetachKeys('ctrl-1'), /found "ctrl-1"/));
});
