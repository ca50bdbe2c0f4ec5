import type { RuntimeWire } from '../../client/index.ts';
import type { Palette } from '../output/colour.ts';
import { alignColumns } from '../output/table.ts';

/** Returns the lines of `runtime inspect`: facts and features. */
export function runtimeLines(runtime: RuntimeWire, paint: Palette): string[] {
  return [
    paint.bold(`${runtime.name}${runtime.isDefault ? ' (default)' : ''}`) + dash(runtime.doc),
    ...indent(alignColumns(facts(runtime))),
    ...indent(featureLines(runtime, paint)),
  ];
}

function facts(runtime: RuntimeWire): string[][] {
  const { aliases, usable, problem, path, version, type, isolation, containers } = runtime;
  return [
    ['State:', usable ? 'usable' : `not usable: ${problem ?? 'see the daemon log'}`],
    ...(aliases.length > 0 ? [['Also:', aliases.join(', ')]] : []),
    ['Version:', version || 'unknown'],
    ['Path:', path || 'not found'],
    ['Shim:', type],
    ['Isolation:', isolation === 'vm' ? 'VM' : 'namespaces'],
    ['Containers:', String(containers)],
  ];
}

function featureLines({ features }: RuntimeWire, paint: Palette): string[] {
  const width = Math.max(...features.map(({ feature }) => feature.length));
  return features.map(({ feature, doc, supported, reason = '' }) => {
    const name = feature.padEnd(width);
    return supported
      ? `${paint.green('yes')}  ${name}  ${doc}`
      : `${paint.red('no')}   ${name}  ${doc}: ${reason}`;
  });
}

function dash(text: string): string {
  return text ? ` – ${text}` : '';
}

function indent(lines: string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
