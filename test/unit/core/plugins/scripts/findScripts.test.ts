import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findScripts } from '../../../../../core/plugins/scripts/findScripts.ts';
import { readReply } from '../../../../../core/plugins/scripts/readReply.ts';
import { temporaryDirectory } from '../../temporaryDirectory.ts';

describe('findScripts', () => {
  const directory = temporaryDirectory();

  it('finds nothing where no directory is', () => {
    assert.deepEqual(findScripts(join(directory.path, 'none')), []);
  });

  it('finds the files of each point by name, one plugin per name, and skips leftovers of editors', () => {
    const files = ['container.spec.d/20-b', 'container.preCreate.d/20-b', 'container.preCreate.d/10-A_1.sh'];
    const skipped = ['.hidden', 'x~', 'x.disabled', 'x.bak', 'x.rpmsave', 'x.dpkg-old'];
    for (const file of [...files, ...skipped.map((name) => `container.spec.d/${name}`), 'README/x']) {
      mkdirSync(join(directory.path, file, '..'), { recursive: true });
      writeFileSync(join(directory.path, file), '');
    }
    const found = findScripts(directory.path).map(({ plugin, files: own }) => [
      plugin,
      own.map(({ point }) => point),
    ]);
    assert.deepEqual(found, [
      ['script-10-a-1', ['container.preCreate']],
      ['script-20-b', ['container.preCreate', 'container.spec']],
    ]);
  });
});

describe('readReply', () => {
  const reply = (text: string) => {
    const { type: _type, id: _id, ...fields } = readReply(Buffer.from(text));
    return fields;
  };

  it('takes nothing, a patch, or the fields of a reply', () => {
    const patch = [{ op: 'add', path: '/labels/a', value: '1' }];
    assert.deepEqual(reply(' \n'), {});
    assert.deepEqual(reply(JSON.stringify(patch, null, 2)), { patch });
    assert.deepEqual(reply('{"error": {"message": "no"}}'), { error: { message: 'no' } });
  });

  it('refuses anything else', () => {
    for (const text of ['done', '7', '{"patch": 1}', '{"unknown": 1}', '[1]'])
      assert.throws(() => reply(text), { code: 'PCH_PLUGIN_PROTOCOL' }, text);
  });
});
