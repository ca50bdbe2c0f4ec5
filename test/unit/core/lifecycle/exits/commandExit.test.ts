import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandExit, withCommand } from '../../../../../core/lifecycle/exits/commandExit.ts';
import type { ContainerRecord } from '../../../../../hooks/engine.ts';

describe('the exit of a command whose init can only power off', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'exit-'));
    await mkdir(join(directory, 'files'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const record = (path?: string) =>
    ({ draft: { rich: { ...(path && { commandExit: path }) } }, paths: { directory } }) as ContainerRecord;

  async function read(text?: string) {
    if (text !== undefined) await writeFile(join(directory, 'files/exit'), text);
    return commandExit(record('/exit'));
  }

  it('is what the container has written', async () => {
    assert.deepEqual(await read('7 \n'), { code: 7, isStopped: false });
    assert.deepEqual(await read('143 stopped\n'), { code: 143, isStopped: true });
    assert.equal(await commandExit(record()), undefined);
  });

  for (const text of [undefined, '', '7', '256\n', '-1\n', '7 other\n', `${'0'.repeat(100)}7\n`])
    it(`is unknown with ${JSON.stringify(text)}`, async () => {
      assert.equal(await read(text), undefined);
    });

  const poweroff = { exitCode: 0, ending: 'poweroff', whenStopped: 143 } as const;

  it('is the container’s after a power-off by it, and not after one that has stopped it', () => {
    assert.deepEqual(withCommand(poweroff, 130, { code: 7, isStopped: false }), { exitCode: 7 });
    const stopped = withCommand(poweroff, 130, { code: 5, isStopped: true });
    assert.deepEqual(stopped, { exitCode: 0, ending: 'poweroff', whenStopped: 5 });
  });

  it('hides neither a reboot nor a kill', () => {
    const reboot = { exitCode: 0, ending: 'reboot' } as const;
    assert.equal(withCommand(reboot, 129, { code: 7, isStopped: false }).ending, 'reboot');
    assert.deepEqual(withCommand({}, 137, { code: 7, isStopped: false }), { exitCode: 137 });
    assert.deepEqual(withCommand(poweroff, 130, undefined), poweroff);
  });
});
