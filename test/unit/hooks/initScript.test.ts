import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { addInitScript } from '../../../hooks/index.ts';
import type { ContainerDraft, ImageFile } from '../../../hooks/index.ts';

const path = '/.pouch/initscript';

function draftOf(
  initScript: string,
  files: Record<string, Partial<ImageFile>> = {},
  more: Partial<ContainerDraft['rich']> = {},
): ContainerDraft {
  const stat = (name: string) =>
    Promise.resolve(files[name] && { path: name, kind: 'file', mode: 0o755, ...files[name] });
  const image = { reference: 'web', stat };
  return {
    rich: { initScript, ...more },
    image,
    mounts: { '/data': {}, '/one': {} },
    files: {},
  } as unknown as ContainerDraft;
}

describe('an init script', () => {
  let dir: string;

  before(async () => void (dir = await mkdtemp(join(tmpdir(), 'init-'))));
  after(() => rm(dir, { recursive: true }));

  /** Runs what is to run before the command, as a container would. */
  async function outcome(script: string, more: Partial<ContainerDraft['rich']> = {}) {
    const draft = draftOf(script, { [script]: {} }, more);
    const program = await addInitScript(draft, join(dir, 'init'));
    for (const [name, { content, mode }] of Object.entries(draft.files))
      await writeFile(name, content, { mode });
    const { all, exitCode } = await execa(program, { all: true, reject: false });
    return { all, exitCode };
  }

  it('is empty without a request', async () => {
    const draft = draftOf('');
    assert.equal(await addInitScript(draft, path), '');
    assert.deepEqual(draft.files, {});
  });

  it('is the text of the request, with its arguments', async () => {
    const echo = '#!/bin/sh\nprintf "%s|" "$@"\n';
    assert.deepEqual(await outcome(echo, { initArgs: ["it's", 'a b', ''] }), {
      all: "it's|a b||",
      exitCode: 0,
    });
  });

  it('is an executable of the image, or anything in a mount', async () => {
    assert.deepEqual(await outcome('/bin/echo', { initArgs: ['hello'] }), { all: 'hello', exitCode: 0 });
    for (const mounted of ['/data/x', '/one'])
      assert.equal(await addInitScript(draftOf(mounted), path), path);
  });

  it('is followed by lines of shell, and ends with what fails first', async () => {
    const initCommands = ['echo one', "echo 'two", 'echo three'];
    const { all, exitCode } = await outcome('/bin/true', { initCommands });
    assert.match(all, /^one\n.*[Uu]nterminated/);
    assert.equal(exitCode, 2);
    assert.equal((await outcome('', { initCommands: ['exit 7', 'echo more'] })).exitCode, 7);
    assert.deepEqual(await outcome('/bin/false', { initCommands }), { all: '', exitCode: 1 });
  });

  it('ends after its time', async () => {
    const { all, exitCode } = await outcome('', { initCommands: ['sleep 100'], initTimeout: 1 });
    assert.match(all, /did not end within 1 s/);
    assert.equal(exitCode, 124);
    assert.equal((await outcome('', { initCommands: ['exit 124'], initTimeout: 0 })).exitCode, 124);
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
