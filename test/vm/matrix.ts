/**
 * Runs in the VM of `npm run test:vm`, as one file: measures the rich modes there. Prints the host's facts, and of each
 * container the findings as JSON and a line of a check.
 */
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerInspect } from '../../client/index.ts';
import { cells } from '../matrix/cells.ts';
import { hostFacts } from '../matrix/hostFacts.ts';
import { type MatrixHost, measure } from '../matrix/measure.ts';

const host: MatrixHost = {
  pouch: (...args) =>
    new Promise((resolve) => {
      const options = { timeout: 600_000, maxBuffer: 1 << 24 };
      execFile('bin/pouch', args, options, (error, stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      );
    }),
  async inspect(ref) {
    const { exitCode, stdout } = await host.pouch('inspect', ref);
    return exitCode === 0 ? (JSON.parse(stdout) as ContainerInspect[])[0] : undefined;
  },
};

/** The CPU is emulated: only systemd is measured without a user namespace too, as only its units depend on that. */
const chosen = (await cells(await mkdtemp(join(tmpdir(), 'matrix-')))).filter(
  ({ mode, userns }) => mode === 'systemd' || userns === 'auto',
);

console.log(`host ${hostFacts()}`);
for (const cell of chosen) {
  const name = `matrix: ${cell.mode}, ${cell.runtime}, ${cell.userns}`;
  try {
    const findings = await measure(host, cell);
    console.log(`row ${JSON.stringify(findings)}`);
    console.log(findings.problem === '' ? `ok ${name}` : `not ok ${name}: ${findings.problem}`);
  } catch (error) {
    console.log(`not ok ${name}: ${String(error).replaceAll('\n', ' | ')}`);
    await host.pouch('rm', '-f', 'cell');
  }
}
