import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { managedLogFile } from '../../../core/containerd/daemon/ManagedContainerd.ts';
import type { TestPouchd } from '../../support/TestPouchd.ts';

const mostLines = 12;
const longestLine = 300;

/** Evidence of why a container has ended that nobody ended, kept because the lab is removed with its logs. */
export async function evidenceOfEnd(pouchd: TestPouchd, id: string): Promise<string[]> {
  const containerdLog = managedLogFile(join(pouchd.root, 'containerd'));
  const [state, task, kernel, shims, containerd, daemon, helpers] = await Promise.all([
    pouchd.inspect(id).then((found) => JSON.stringify(found?.State ?? 'gone'), String),
    pouchd.containerd.tasks.get(id).then((found) => JSON.stringify(found), String),
    kernelKills(),
    linesOf(containerdLog, (line) => line.includes(id)),
    linesOf(containerdLog, (line) => /level=(error|fatal)|successfully booted|get state for/.test(line)),
    linesOf(join(pouchd.dir, 'pouchd.out'), (line) => line.includes(id) && !line.startsWith('ledger-step')),
    linesOf(join(pouchd.dir, 'pouchd.out'), (line) => /containerd type=|log keeper| ready /.test(line)),
  ]);
  return [
    `state: ${state}`,
    `task in containerd: ${task}`,
    ...named('kernel', kernel),
    ...named('containerd and shims about it', shims),
    ...named('containerd', containerd),
    ...named('daemon about it', daemon),
    ...named('daemon and its helpers', helpers),
  ];
}

/** What the kernel, or its OOM killer, has logged of processes that it ended; none where dmesg may not be read. */
async function kernelKills(): Promise<string[]> {
  const { stdout = '' } = await execa('dmesg', ['--time-format', 'iso'], { reject: false, stdin: 'ignore' });
  return last(stdout, (line) => /oom|killed process|segfault|hung_task|blocked for more/i.test(line));
}

async function linesOf(file: string, isWanted: (line: string) => boolean): Promise<string[]> {
  return last(await readFile(file, 'utf8').catch(() => ''), isWanted);
}

function last(text: string, isWanted: (line: string) => boolean): string[] {
  return text
    .split('\n')
    .filter(isWanted)
    .slice(-mostLines)
    .map((line) => line.slice(0, longestLine));
}

function named(source: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [`${source}: nothing`] : lines.map((line) => `${source}: ${line}`);
}
