import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testCommands } from '../../../../cli/plugins/testCommands.ts';

describe('the commands of pouch plugin test', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'plugin-test-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('install and test a package', async () => {
    await writeFile(join(dir, 'package.json'), '{"scripts": {"test": "node --test"}}');
    await writeFile(join(dir, 'other_test'), '', { mode: 0o755 });
    assert.deepEqual(await testCommands(dir), [
      ['npm', 'install'],
      ['npm', 'test'],
    ]);
    await mkdir(join(dir, 'node_modules'));
    assert.deepEqual(await testCommands(dir), [['npm', 'test']]);
  });

  it('run the executable tests of a folder, in the order of their names', async () => {
    for (const name of ['b_test.py', 'a_test', 'a', 'contest'])
      await writeFile(join(dir, name), '', { mode: 0o755 });
    await writeFile(join(dir, 'c_test.sh'), '', { mode: 0o644 });
    assert.deepEqual(await testCommands(dir), [['./a_test'], ['./b_test.py']]);
  });

  const refused: [string, Record<string, string>, object][] = [
    [
      'a folder without tests',
      {},
      { code: 'PCH_NOT_FOUND', message: /has no tests: expected a `test` script/ },
    ],
    ['a package without a test script', { 'package.json': '{}' }, { code: 'PCH_NOT_FOUND' }],
    [
      'a broken package.json',
      { 'package.json': '{' },
      { code: 'PCH_OPTION_INVALID', message: /package\.json is not valid JSON/ },
    ],
  ];
  for (const [what, files, error] of refused)
    it(`refuse ${what}`, async () => {
      for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
      await assert.rejects(testCommands(dir), error);
    });

  it('refuse a folder that does not exist', () =>
    assert.rejects(testCommands(join(dir, 'nosuch')), { code: 'PCH_NOT_FOUND', message: /cannot be read/ }));
});
