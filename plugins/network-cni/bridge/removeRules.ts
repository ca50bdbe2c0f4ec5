import { PouchError } from '../../../hooks/index.ts';
import { runCommand } from '../command.ts';
import { parseJump } from '../ports/forwarded.ts';
import { chainName, families } from './rules.ts';

/** Between a look at the rules and their removal others may change them, which the kernel rejects as a whole. */
const tries = 3;

/**
 * Removes the chains of a bridge, those of its containers' published ports, and all jumps to them. Idempotent.
 * @throws PCH_CNI_FAILED
 */
export async function removeRules(bridge: string): Promise<void> {
  await Promise.all(Object.values(families).map((command) => removeRulesOf(bridge, command)));
}

/** Two commands for all tables; one for each rule would take some 0.3 s for a network. */
async function removeRulesOf(bridge: string, command: string): Promise<void> {
  let problem = '';
  for (let n = 0; n < tries; n++) {
    const { stdout } = await runCommand(`${command}-save`, []);
    const input = removalOf(bridge, stdout);
    if (input === '') return;
    const { exitCode, stderr } = await runCommand(`${command}-restore`, ['--noflush', '--wait', '5'], {
      input,
    });
    if (exitCode === 0) return;
    problem = stderr.trim();
  }
  throw new PouchError(
    'PCH_CNI_FAILED',
    `${command}-restore does not remove the rules of the bridge ${bridge}: ${problem}`,
    { hint: 'check `iptables-save` for rules that other programs change, and repeat the call' },
  );
}

/**
 * Input of `iptables-restore --noflush`: one transaction for each table that has such rules.
 * @param saved - output of `iptables-save`
 * @returns empty if nothing is left
 */
export function removalOf(bridge: string, saved: string): string {
  return saved
    .split(/^(?=\*)/m)
    .map((table) => removalFrom(bridge, table.split('\n')))
    .join('');
}

function removalFrom(bridge: string, lines: string[]): string {
  const chains = new Set(
    lines.flatMap((line) => {
      const jump = parseJump(line);
      return jump?.network === bridge ? [jump.chain] : [];
    }),
  );
  if (lines.some((line) => line.startsWith(`:${chainName(bridge)} `))) chains.add(chainName(bridge));
  if (chains.size === 0) return '';
  const jumps = lines.filter((line) => chains.has(/^-A .* -j (\S+)$/.exec(line)?.[1] ?? ''));
  return [
    lines[0],
    ...[...chains].map((chain) => `-F ${chain}`),
    ...jumps.filter((rule) => !chains.has(rule.split(' ')[1] ?? '')).map((rule) => rule.replace('-A', '-D')),
    ...[...chains].map((chain) => `-X ${chain}`),
    'COMMIT',
    '',
  ].join('\n');
}
