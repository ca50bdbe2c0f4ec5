import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { endCutOff } from '../../../../plugins/network-cni/cni/endCutOff.ts';
import { temporaryDirectory } from '../../core/temporaryDirectory.ts';

describe('CNI plugins that outlive their daemon', () => {
  const directory = temporaryDirectory();
  const started: ChildProcess[] = [];

  /** A stand-in for a slow plugin. */
  async function plugin(file: string, env: Record<string, string>): Promise<ChildProcess> {
    const process = spawn(file, ['1000'], { env, stdio: 'ignore' });
    started.push(process);
    await once(process, 'spawn');
    return process;
  }

  const isAlive = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

  afterEach(() => started.splice(0).forEach((process) => process.kill('SIGKILL')));

  it('are killed if they attach the container, and no others', async () => {
    const file = join(directory.path, 'bridge');
    copyFileSync('/bin/sleep', file);
    const adding = { CNI_COMMAND: 'ADD', CNI_CONTAINERID: 'c1' };
    const cutOff = [await plugin(file, adding), await plugin(file, adding)];
    const ends = cutOff.map((process) => once(process, 'exit'));
    const others = [
      await plugin(file, { ...adding, CNI_CONTAINERID: 'c2' }),
      await plugin(file, { ...adding, CNI_COMMAND: 'DEL' }),
      await plugin('/bin/sleep', adding),
    ];
    await endCutOff('c1', [directory.path, '/none'], AbortSignal.timeout(10_000));
    await Promise.all(ends);
    assert.deepEqual(
      cutOff.map(({ signalCode }) => signalCode),
      ['SIGKILL', 'SIGKILL'],
    );
    assert.deepEqual(others.map(isAlive), [true, true, true]);
  });
});
