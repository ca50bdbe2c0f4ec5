import type { RuntimeWire } from '../../client/index.ts';
import type { Palette } from '../output/colour.ts';

type Finding = RuntimeWire['findings'][number];

/** A finding and the names of the runtimes that share it. */
interface Shared {
  finding: Finding;
  names: string[];
}

/** Returns the findings about the host and the fixes, one per line; shared findings are printed once. */
export function doctorLines(runtimes: readonly RuntimeWire[], paint: Palette): string[] {
  return groups(runtimes).flatMap((group) => [
    ...states(group, paint),
    ...sharedFindings(group).flatMap((shared) => findingLines(shared, group.length, paint)),
  ]);
}

/** Groups runtimes that share a finding, such as those of kata. */
function groups(runtimes: readonly RuntimeWire[]): RuntimeWire[][] {
  const all: RuntimeWire[][] = [];
  for (const runtime of runtimes) {
    const known = all.find((group) => group.some((other) => haveOneInCommon(runtime, other)));
    if (known) known.push(runtime);
    else all.push([runtime]);
  }
  return all;
}

function haveOneInCommon(a: RuntimeWire, b: RuntimeWire): boolean {
  return a.findings.some((one) => b.findings.some((other) => isSame(one, other)));
}

function isSame(a: Finding, b: Finding): boolean {
  return a.name === b.name && a.ok === b.ok && a.found === b.found && a.mend === b.mend;
}

/** One line for each state: `kata, kata-qemu: usable`. */
function states(group: readonly RuntimeWire[], paint: Palette): string[] {
  const lines = group.map(({ name, usable, problem, findings }) => ({
    name,
    state: usable ? paint.green('usable') : paint.red('not usable'),
    // Findings include the problem, each on its own line.
    problem: usable || findings.length > 0 || !problem ? '' : ` – ${problem}`,
  }));
  const kinds = [...new Set(lines.map(({ state, problem }) => state + problem))];
  return kinds.map((kind) => {
    const names = lines.filter(({ state, problem }) => state + problem === kind).map(({ name }) => name);
    return `${paint.bold(names.join(', '))}: ${kind}`;
  });
}

/** Findings in the order of the first runtime; those of the same name are adjacent. */
function sharedFindings(group: readonly RuntimeWire[]): Shared[] {
  const all: Shared[] = [];
  for (const { name, findings } of group)
    for (const finding of findings) {
      const known = all.find((shared) => isSame(shared.finding, finding));
      if (known) known.names.push(name);
      else all.push({ finding, names: [name] });
    }
  const order = [...new Set(all.map(({ finding }) => finding.name))];
  return order.flatMap((name) => all.filter(({ finding }) => finding.name === name));
}

function findingLines({ finding, names }: Shared, groupSize: number, paint: Palette): string[] {
  const { name, ok, found, mend: fix } = finding;
  const whose = names.length < groupSize ? ` (${names.join(', ')})` : '';
  return [
    `  ${ok ? paint.green('ok') : paint.red('no')}  ${name}${whose}: ${found}`,
    ...(ok || fix === undefined ? [] : fix.split('\n').map((line) => `        ${paint.cyan(line)}`)),
  ];
}
