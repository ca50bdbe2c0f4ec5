import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSecrets } from '../../../../cli/build/secrets.ts';

describe('secrets of pouch build', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pouch-unit-secrets-'));
    await writeFile(join(directory, 'key'), 'of a file');
  });
  after(() => rm(directory, { recursive: true }));

  const read = (text: string) =>
    [...readSecrets([text], { TOKEN: 'of a variable' })].map(([id, content]) => [id, content.toString()]);

  it('are files and variables', () => {
    const src = join(directory, 'key');
    assert.deepEqual(read(`id=a,src=${src}`), [['a', 'of a file']]);
    assert.deepEqual(read(`type=file,id=a,source=${src}`), [['a', 'of a file']]);
    assert.deepEqual(read('id=a,env=TOKEN'), [['a', 'of a variable']]);
    assert.deepEqual(read('type=env,id=TOKEN'), [['TOKEN', 'of a variable']]);
  });

  for (const text of [
    '',
    'a',
    'id=',
    'id=../x,src=y',
    'id=a,what=b',
    'id=a,type=ssh',
    'id=a,env=NOSUCH',
    'id=a,src=/nosuch/file',
  ])
    it(`are not "${text}"`, () => {
      assert.throws(() => read(text), { code: 'PCH_OPTION_INVALID' });
    });
});
