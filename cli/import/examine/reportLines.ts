import type { Palette } from '../../output/colour.ts';
import type { Finding, Verdict } from './finding.ts';
import type { Report } from './report.ts';
import { shellWords } from './shellWords.ts';

const headings: [Verdict, string][] = [
  ['info', 'About it:'],
  ['works', 'Works:'],
  ['changes', 'Changes:'],
  ['cannot', 'Does not work in a container:'],
];

/** Returns the report for people. */
export function reportLines({ findings, before, run, profile }: Report, paint: Palette): string[] {
  const groups = headings.flatMap(([verdict, heading]) => {
    const all = findings.filter((finding) => finding.verdict === verdict);
    return all.length === 0 ? [] : [paint.bold(heading), ...all.flatMap((one) => lines(one, paint)), ''];
  });
  return [
    ...groups,
    paint.bold('A run that fits:'),
    ...before.map((command) => `  ${command}`),
    `  ${shellWords(run)}`,
    '',
    paint.bold('The same as a profile of pouchd.yaml:'),
    ...profileLines(profile).map((line) => `  ${line}`),
  ];
}

function lines({ topic, found, advice, isGuess }: Finding, paint: Palette): string[] {
  const guess = isGuess ? paint.dim(' (a guess)') : '';
  return [`  ${topic}: ${found}${guess}`, ...(advice === undefined ? [] : [`      ${paint.cyan(advice)}`])];
}

/** YAML: JSON is a part of it, and quotes what needs quotes. */
function profileLines(profile: Report['profile']): string[] {
  const options = Object.entries(profile).map(([name, value]) => `        ${name}: ${JSON.stringify(value)}`);
  return ['plugins:', '  - name: profiles', '    options:', '      profiles:', '        imported:'].concat(
    options.map((line) => `  ${line}`),
  );
}
