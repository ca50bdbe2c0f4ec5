import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { createScaffold } from '../../../../cli/scaffold/createScaffold.ts';
import { readDirectories } from '../../../../plugins/oci-hooks/directories/readDirectories.ts';
import type { Language } from '../../../../cli/scaffold/scaffoldOptions.ts';

const project = resolve(import.meta.dirname, '../../../..');

describe('pouch plugin new', function () {
  this.timeout(120_000);
  this.slow(20_000);
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'scaffold-'));
    const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', dir], {
      cwd: project,
    });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    await mkdir(join(dir, 'node_modules/pouch'), { recursive: true });
    await execa('tar', [
      'xf',
      join(dir, filename),
      '--strip-components=1',
      '-C',
      join(dir, 'node_modules/pouch'),
    ]);
    // What npm would install beside it, of what a plugin's author needs.
    for (const name of [
      '@sinclair',
      '@types',
      'undici-types',
      'typescript',
      'tsx',
      'esbuild',
      '@esbuild',
      'get-tsconfig',
      'resolve-pkg-maps',
      '.bin',
    ])
      await symlink(join(project, 'node_modules', name), join(dir, 'node_modules', name));
  });
  after(() => rm(dir, { recursive: true }));

  const create = (name: string, language: Language) =>
    createScaffold({ name, language, parent: dir, pouch: '*' });

  for (const language of ['ts', 'js'] as const)
    it(`creates a plugin in ${language} that passes its own tests with the packed package`, async () => {
      const { folder, files } = await create(`hello-${language}`, language);
      assert.deepEqual((await readdir(folder)).toSorted(), files.toSorted());
      const { exitCode, all } = await execa('npm', ['test'], { cwd: folder, all: true, reject: false });
      assert.equal(exitCode, 0, all);
      assert.match(all, /^[#ℹ] pass 3$/m);
    });

  for (const [language, test] of [
    ['python', 'hello_test.py'],
    ['shell', 'hello_test'],
  ] as const)
    it(`creates a plugin in ${language} that passes its own tests`, async () => {
      const parent = join(dir, language);
      await mkdir(parent);
      const { folder, files } = await createScaffold({ name: 'hello', language, parent, pouch: '' });
      assert.deepEqual(files, ['hello', test, 'README.md']);
      const { exitCode, all } = await execa(join(folder, test), { all: true, reject: false });
      assert.equal(exitCode, 0, all);
      assert.match(all, /Ran 3 tests|ok: the label of a request is kept/);
      // Its tests can fail.
      const broken = (await readFile(join(folder, 'hello'), 'utf8')).replace(
        '/labels/owner',
        '/labels/other',
      );
      await writeFile(join(folder, 'hello'), broken.replace(/value(['"]?): [^}]*/, 'value$1: 1'));
      assert.notEqual((await execa(join(folder, test), { reject: false })).exitCode, 0);
    });

  it('creates an OCI hook that passes its own tests, and whose file pouchd takes', async () => {
    const { folder, files } = await createScaffold({
      name: 'trace',
      language: 'ociHook',
      parent: dir,
      pouch: '',
    });
    assert.deepEqual(files, ['trace', 'trace.json', 'trace_test', 'README.md']);
    const { exitCode, all } = await execa(join(folder, 'trace_test'), { all: true, reject: false });
    assert.equal(exitCode, 0, all);
    assert.equal(all.match(/^ok: /gm)?.length, 4, all);
    const deployed = join(dir, 'hooks.d');
    await mkdir(deployed);
    const text = await readFile(join(folder, 'trace.json'), 'utf8');
    const { path } = (JSON.parse(text) as { hook: { path: string } }).hook;
    await writeFile(join(deployed, 'trace.json'), text.replace(path, join(folder, 'trace')));
    assert.equal(readDirectories([deployed]).files[0]?.content.hook.path, join(folder, 'trace'));
    // Its tests can fail.
    await writeFile(join(folder, 'trace'), '#!/bin/sh\necho web >>"$LOG"\n');
    assert.notEqual((await execa(join(folder, 'trace_test'), { reject: false })).exitCode, 0);
  });

  it('whose type check needs no settings', async () => {
    const folder = join(dir, 'strict');
    await mkdir(folder);
    const { folder: made } = await create('typed', 'ts');
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'plugin.ts'), await readFile(join(made, 'typed.ts')));
    const strict = ['--strict', '--noEmit', '--module', 'nodenext', 'plugin.ts'];
    const { exitCode, all } = await execa('tsc', strict, {
      cwd: folder,
      preferLocal: true,
      localDir: project,
      all: true,
      reject: false,
    });
    assert.equal(exitCode, 0, all);
  });

  it('changes nothing where a folder of that name is', async () => {
    await mkdir(join(dir, 'taken'));
    await assert.rejects(create('taken', 'js'), { code: 'PCH_ALREADY_EXISTS' });
    assert.deepEqual(await readdir(join(dir, 'taken')), []);
    await assert.rejects(create('Taken!', 'js'), { code: 'PCH_OPTION_INVALID' });
  });

  it('and an error where its folder cannot be created', async () => {
    const nowhere = { name: 'lost', language: 'js', parent: join(dir, 'nowhere'), pouch: '*' } as const;
    await assert.rejects(createScaffold(nowhere), { code: 'PCH_OPTION_INVALID', message: /--dir: cannot/ });
    await mkdir(nowhere.parent);
    await createScaffold(nowhere);
  });
});
