import { readFileSync } from 'node:fs';

/** The format of test/oci-runtime/results.json: results by section and runtime. */
interface Results {
  runtimes: Record<string, string>;
  sections: Record<string, Record<string, SectionResult>>;
}

interface SectionResult {
  passed: number;
  deviates: Record<string, string>;
  notHere: Record<string, string>;
}

/** runc first, as others are compared to it. */
const order = ['runc', 'runlxc', 'crun'];

/** Returns a table of passed rows by section of the runtime-spec and runtime, of those that could run. */
export function conformanceTable(): string {
  const text = readFileSync(new URL('../../test/oci-runtime/results.json', import.meta.url), 'utf8');
  const { runtimes, sections } = JSON.parse(text) as Results;
  const names = order.filter((name) => name in runtimes);
  const rows = Object.entries(sections).map(
    ([section, byRuntime]) => `| ${section} | ${names.map((name) => cell(byRuntime[name])).join(' | ')} |`,
  );
  const totals = names.map((name) => cell(sum(Object.values(sections).map((section) => section[name]))));
  return [
    `| section | ${names.map((name) => runtimes[name]).join(' | ')} |`,
    `|---|${names.map(() => '---').join('|')}|`,
    `| **all** | ${totals.map((total) => `**${total}**`).join(' | ')} |`,
    ...rows,
  ].join('\n');
}

function cell(result: SectionResult | undefined): string {
  if (!result) return '';
  const deviating = Object.keys(result.deviates).length;
  const tried = result.passed + deviating;
  return tried === 0 ? 'not run' : `${result.passed} of ${tried}`;
}

function sum(results: (SectionResult | undefined)[]): SectionResult {
  const all: SectionResult = { passed: 0, deviates: {}, notHere: {} };
  for (const [index, result] of results.entries()) {
    all.passed += result?.passed ?? 0;
    for (const must of Object.keys(result?.deviates ?? {})) all.deviates[`${index} ${must}`] = '';
  }
  return all;
}
