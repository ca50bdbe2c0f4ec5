import assert from 'node:assert/strict';
import { addInitScript } from '../../../hooks/index.ts';
import type { ContainerDraft, ImageFile } from '../../../hooks/index.ts';

const path = '/.pouch/initscript';

function draftOf(initScript: string, files: Record<string, Partial<ImageFile>> = {}): ContainerDraft {
  const stat = (name: string) =>
    Promise.resolve(files[name] && { path: name, kind: 'file', mode: 0o755, ...files[name] });
  const image = { reference: 'web', stat };
  return {
    rich: { initScript },
    image,
    mounts: { '/data': {}, '/one': {} },
    files: {},
  } as unknown as ContainerDraft;
}

describe('an init script', () => {
  it('is empty, or a file of the draft with the text of the request', async () => {
    assert.equal(await addInitScript(draftOf(''), path), '');
    const draft = draftOf('#!/bin/sh\n');
    assert.equal(await addInitScript(draft, path), path);
    assert.deepEqual(draft.files, { [path]: { content: '#!/bin/sh\n', mode: 0o700, readonly: true } });
  });

  it('is an executable of the image, or anything in a mount', async () => {
    assert.equal(await addInitScript(draftOf('/setup', { '/setup': {} }), path), '/setup');
    for (const mounted of ['/data/x', '/one'])
      assert.equal(await addInitScript(draftOf(mounted), path), mounted);
  });

  const wrong: [string, Record<string, Partial<ImageFile>>, RegExp][] = [
    ['/setup', {}, /expected a script at \/setup of the image web, found none/],
    ['/database', {}, /found none/],
    ['/setup', { '/setup': { kind: 'directory' } }, /found directory/],
    ['/setup', { '/setup': { mode: 0o644 } }, /expected an executable at \/setup/],
    ['setup.sh', {}, /expected an absolute path/],
  ];
  for (const [script, files, message] of wrong)
    it(`is refused: ${script} ${JSON.stringify(files)}`, () =>
      assert.rejects(addInitScript(draftOf(script, files), path), {
        code: 'PCH_OPTION_INVALID',
        field: 'rich.initScript',
        message,
      }));
});
