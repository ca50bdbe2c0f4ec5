import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkCommand, checkDirectory, type LookUp } from '../../../../../core/apply/effects/command.ts';
import { RootfsReader } from '../../../../../core/files/worker/RootfsReader.ts';
import type { ContainerDraft } from '../../../../../hooks/draft.ts';
import { makeDraft } from '../../plugins/support/draft.ts';
import { temporaryDirectory } from '../../temporaryDirectory.ts';

describe('a command that a plan looks up in its image', () => {
  const directory = temporaryDirectory();
  const add = (path: string, mode = 0o755, content = '\u007fELF') => {
    mkdirSync(dirname(join(directory.path, path)), { recursive: true });
    writeFileSync(join(directory.path, path), content, { mode });
  };
  const lookUp: LookUp = (lookups) => {
    const reader = new RootfsReader([directory.path]);
    return Promise.resolve(lookups.map((lookup) => reader.find(lookup) ?? null));
  };

  interface Wanted {
    entrypoint?: string[];
    path?: string;
    cwd?: string;
    mounts?: string[];
    files?: string[];
  }

  function draftOf(command: string[], wanted: Wanted): ContainerDraft {
    const { entrypoint = [], path = '/bin:/usr/bin', cwd = '', mounts = [], files = [] } = wanted;
    const draft = makeDraft();
    Object.assign(draft.process, { entrypoint, command, cwd, env: { PATH: path } });
    for (const at of mounts) draft.mounts[at] = { type: 'tmpfs', source: 'tmpfs', options: [] };
    for (const at of files) draft.files[at] = { content: '', mode: 0o755, readonly: true };
    return draft;
  }

  const outcome = (command: string[], wanted: Wanted = {}) =>
    checkCommand(draftOf(command, wanted), lookUp).then(
      () => 'runs',
      (error: { code: string; message: string }) => `${error.code} ${error.message}`,
    );
  const notFound = (what: string) => `PCH_COMMAND_NOT_FOUND ${what} is not in the image`;
  const notExecutable = (name: string) =>
    `PCH_COMMAND_NOT_EXECUTABLE "${name}": the command cannot be executed`;

  beforeEach(() => {
    add('usr/bin/tool');
    add('bin/plain', 0o644);
    add('srv/run.sh', 0o755, '#! /usr/bin/tool -x\n');
    add('srv/orphan.sh', 0o755, '#!/bin/bash\r\n');
    symlinkSync('/usr/bin/tool', join(directory.path, 'bin/link'));
    symlinkSync('/run', join(directory.path, 'var-run'));
    symlinkSync('/var-run/late', join(directory.path, 'bin/into-mount'));
  });

  it('is found by PATH, by its path, by a path from the working directory, and by links', async () => {
    for (const command of ['tool', '/usr/bin/tool', 'link', '/bin/link'])
      assert.equal(await outcome([command]), 'runs', command);
    assert.equal(await outcome(['./tool'], { cwd: '/usr/bin' }), 'runs');
    assert.equal(await outcome(['-v'], { entrypoint: ['tool'] }), 'runs');
    assert.equal(await outcome(['tool'], { path: '', cwd: '/usr/bin' }), 'runs', 'an empty entry of PATH');
  });

  it('is not found where PATH does not lead, and by no other name', async () => {
    assert.equal(await outcome(['tool'], { path: '/bin' }), notFound('"tool": the command'));
    assert.equal(await outcome(['/nope']), notFound('"/nope": the command'));
    assert.equal(await outcome(['plain']), notFound('"plain": the command'), 'PATH is for executables');
    assert.equal(await outcome(['tool'], { entrypoint: ['nope'] }), notFound('"nope": the command'));
  });

  it('cannot be executed as a directory or without an x bit', async () => {
    assert.equal(await outcome(['/bin/plain']), notExecutable('/bin/plain'));
    assert.equal(await outcome(['/usr/bin']), notExecutable('/usr/bin'));
  });

  it('needs its interpreter', async () => {
    assert.equal(await outcome(['/srv/run.sh']), 'runs');
    assert.match(
      await outcome(['/srv/orphan.sh']),
      /^PCH_COMMAND_NOT_FOUND "\/srv\/orphan.sh": its interpreter \/bin\/bash\s/,
    );
  });

  it('is not judged in a mount, also one that links lead to', async () => {
    assert.equal(await outcome(['/data/x/tool'], { mounts: ['/data'] }), 'runs');
    assert.equal(await outcome(['tool'], { path: '/nope:/data', mounts: ['/data'] }), 'runs');
    assert.equal(await outcome(['/.pouch/script'], { files: ['/.pouch/script'] }), 'runs');
    assert.equal(await outcome(['/bin/into-mount'], { mounts: ['/run'] }), 'runs');
    assert.equal(
      await outcome(['/bin/into-mount'], { mounts: ['/var-run'] }),
      'runs',
      'the mount is at /run',
    );
    assert.match(await outcome(['/bin/into-mount']), /^PCH_COMMAND_NOT_FOUND/);
    assert.match(await outcome(['/database'], { mounts: ['/data'] }), /^PCH_COMMAND_NOT_FOUND/);
  });

  it('has a working directory that is not a file', async () => {
    const check = (cwd: string, mounts: string[] = []) =>
      checkDirectory(draftOf(['tool'], { cwd, mounts }), lookUp);
    await check('');
    await check('/usr');
    await check('/not/yet');
    await check('/bin/plain', ['/bin']);
    await assert.rejects(check('/bin/plain'), { code: 'PCH_OPTION_INVALID', field: 'cwd' });
  });
});
