import type { ErrorResponse, PlanResponse } from '../../client/index.ts';
import { paletteFor } from '../output/colour.ts';
import type { Palette } from '../output/colour.ts';
import type { Session } from '../Session.ts';
import { blameFor } from './blameFor.ts';
import { diffSpecs } from './diffSpecs.ts';
import type { SpecChange } from './diffSpecs.ts';
import { formatPath } from './fieldPath.ts';
import { orderEffects } from './orderEffects.ts';

interface PrintOptions {
  /** The host was not looked at. */
  offline?: boolean;
}

/** Prints a plan: changes to the plain spec and who made them, the effects in order, the runtime, what would fail. */
export function printPlan(session: Session, plan: PlanResponse, options: PrintOptions): void {
  const paint = paletteFor(session.terminal.stdout, session.terminal.env);
  for (const line of planLines(plan, paint, options)) session.print(line);
}

export function planLines(plan: PlanResponse, paint: Palette, { offline }: PrintOptions = {}): string[] {
  return [
    paint.bold('Changes to the plain spec:'),
    ...orNone(diffSpecs(plan.plainSpec, plan.spec).map((change) => changeLine(change, plan, paint))),
    paint.bold('Effects:'),
    ...orNone(
      orderEffects(plan.effects).map(
        ({ stage, key, sentence }) => `  ${stage.padEnd(6)}  ${sentence} ${paint.dim(`(${key})`)}`,
      ),
    ),
    `${paint.bold('Runtime:')} ${plan.runtime}`,
    ...plan.degraded.map(({ plugin, hook, message }) =>
      paint.yellow(`degraded: without ${plugin} (${hook}): ${message}`),
    ),
    ...plan.warnings.map((warning) => paint.yellow(`warning: ${warning}`)),
    paint.bold(offline ? 'Would fail (without a look at the host):' : 'Would fail:'),
    ...orNone(plan.findings.flatMap((finding) => findingLines(finding, paint))),
  ];
}

function findingLines({ message, code, plugin, field, hint }: ErrorResponse, paint: Palette): string[] {
  const lines = [paint.red(`  ${code ?? 'PCH_INTERNAL'}: ${message}`)];
  if (plugin) lines.push(`    by plugin ${plugin}`);
  if (field) lines.push(`    field: ${field}`);
  if (hint) lines.push(`    hint: ${hint}`);
  return lines;
}

function orNone(lines: string[]): string[] {
  return lines.length > 0 ? lines : ['  none'];
}

function changeLine(change: SpecChange, plan: PlanResponse, paint: Palette): string {
  const path = formatPath(change.path);
  const blame = blameFor(change.path, plan.blame);
  const who = blame
    ? `  ${paint.dim(`# ${[blame.plugin, blame.hook, blame.origin].filter(Boolean).join(' ')}`)}`
    : '';
  if (change.kind === 'added') return `${paint.green(`+ ${path} = ${show(change.after)}`)}${who}`;
  if (change.kind === 'removed') return `${paint.red(`- ${path} = ${show(change.before)}`)}${who}`;
  return `${paint.yellow(`~ ${path} = ${show(change.before)} → ${show(change.after)}`)}${who}`;
}

/** Limit of a value, in characters; `--format json` has whole values. */
const widest = 160;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text;
}
