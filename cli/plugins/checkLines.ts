import type { DoctorReportWire } from '../../client/index.ts';
import type { Palette } from '../output/colour.ts';

/** What the checks of plugins have found, one line each below the plugin's name, and the fixes. */
export function checkLines(reports: readonly DoctorReportWire[], paint: Palette): string[] {
  const plugins = [...new Set(reports.map(({ plugin }) => plugin))];
  return plugins.flatMap((name) => [
    `${paint.bold(`plugin ${name}`)}:`,
    ...reports.filter(({ plugin }) => plugin === name).flatMap((report) => lines(report, paint)),
  ]);
}

function lines({ name, ok, found, fix }: DoctorReportWire, paint: Palette): string[] {
  return [
    `  ${ok ? paint.green('ok') : paint.red('no')}  ${name}: ${found}`,
    ...(ok || fix === undefined ? [] : fix.split('\n').map((line) => `        ${paint.cyan(line)}`)),
  ];
}
