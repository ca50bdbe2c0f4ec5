import assert from 'node:assert/strict';
import { keptPaths } from '../../../../../core/lifecycle/upgrade/keptPaths.ts';
import type { ContainerDraft } from '../../../../../hooks/draft.ts';
import { rejection } from '../../plugins/support/load.ts';

const draft = (enabled: boolean, keep?: string) =>
  ({ rich: { enabled }, annotations: keep === undefined ? {} : { 'io.pouch.keep': keep } }) as ContainerDraft;

describe('the paths that an upgrade keeps', () => {
  it('are those of the call and of the annotation, each once; of a rich container its identity too', () => {
    assert.deepEqual(keptPaths(draft(false), []), []);
    assert.deepEqual(keptPaths(draft(false, '/a:/b'), ['/b', '/c/*']), ['/a', '/b', '/c/*']);
    assert.ok(keptPaths(draft(true), []).includes('/etc/ssh/ssh_host_*'));
  });

  for (const path of [
    '',
    '/',
    'a',
    '/a/',
    '/a//b',
    '/a/../b',
    '/a/./b',
    '/a\0',
    `/${'a'.repeat(5000)}`,
    '/*/a',
  ])
    it(`are refused if one is ${JSON.stringify(path.slice(0, 20))}`, async () => {
      const error = await rejection(Promise.resolve().then(() => keptPaths(draft(false), [path])));
      assert.match(error.message, /^`keep`: expected/);
    });

  it('are at most 100', async () => {
    const many = Array.from({ length: 101 }, (_, count) => `/${count}`);
    const error = await rejection(Promise.resolve().then(() => keptPaths(draft(false), many)));
    assert.match(error.message, /at most 100 paths, found 101/);
  });
});
