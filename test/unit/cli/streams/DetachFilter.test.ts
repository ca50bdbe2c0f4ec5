import assert from 'node:assert/strict';
import { DetachFilter } from '../../../../cli/streams/DetachFilter.ts';

/** Pushes chunks. Returns the forwarded input, and the chunk in which it detached. */
function run(sequence: string, chunks: string[]): { forward: string; detachedIn: number } {
  const filter = new DetachFilter([...Buffer.from(sequence)]);
  let forward = '';
  for (const [index, chunk] of chunks.entries()) {
    const result = filter.push(Buffer.from(chunk));
    forward += result.forward.toString();
    if (result.detached) return { forward, detachedIn: index };
  }
  return { forward, detachedIn: -1 };
}

describe('detach keys', () => {
  const cases: [name: string, sequence: string, chunks: string[], forward: string, detachedIn: number][] = [
    ['detach in one chunk', 'pq', ['abpqcd'], 'ab', 0],
    ['detach across chunks', 'pq', ['ap', 'q'], 'a', 1],
    ['a beginning without the rest is forwarded', 'pq', ['p', 'x'], 'px', -1],
    ['a beginning within a beginning counts', 'pq', ['ppq'], 'p', 0],
    ['longer repetitions count too', 'aab', ['aaab'], 'a', 0],
    ['one key is enough', 'x', ['ax'], 'a', 0],
    ['no sequence never detaches', '', ['pq'], 'pq', -1],
    ['other input is untouched', 'pq', ['ü', 'q', 'x'], 'üqx', -1],
  ];
  for (const [name, sequence, chunks, forward, detachedIn] of cases) {
    it(name, () => assert.deepEqual(run(sequence, chunks), { forward, detachedIn }));
  }
});
