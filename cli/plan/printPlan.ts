import type { BlameWire, ErrorResponse, PlanResponse } from '../../client/index.ts';
import { paletteFor } from '../output/colour.ts';
import type { Palette } from '../output/colour.ts';
import type { Session } from '../Session.ts';
import { blameFor } from './blameFor.ts';
import { diffSpecs } from './diffSpecs.ts';
import type { SpecChange } from './diffSpecs.ts';
import { formatPath } from './fieldPath.ts';
import { orderEffects } from './orderEffects.ts';
import { otherChanges } from './otherChanges.ts';

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
  const changes = diffSpecs(plan.plainSpec, plan.spec);
  const others = otherChanges(plan, changes);
  return [
    paint.bold('Changes to the plain spec:'),
    ...orNone(changes.map((change) => changeLine(change, blameFor(change.path, plan.blame), paint))),
    ...(others.length > 0 ? [paint.bold('Other changes of plugins:')] : []),
    ...others.map((change) => otherLine(change, paint)),
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

interface Line {
  kind: SpecChange['kind'];
  field: string;
  before?: unknown;
  after?: unknown;
}

function changeLine({ path, ...change }: SpecChange, blame: BlameWire | undefined, paint: Palette): string {
  return withAuthor({ ...change, field: formatPath(path) }, blame, paint);
}

function otherLine(change: BlameWire, paint: Palette): string {
  const kind = change.action === 'set' ? 'added' : change.action;
  return withAuthor({ ...change, kind }, change, paint);
}

function withAuthor(line: Line, blame: BlameWire | undefined, paint: Palette): string {
  if (!blame) return lineOf(line, paint);
  return `${lineOf(line, paint)}  ${paint.dim(`# ${[blame.plugin, blame.hook, blame.origin].filter(Boolean).join(' ')}`)}`;
}

function lineOf({ kind, field, before, after }: Line, paint: Palette): string {
  if (kind === 'added') return paint.green(`+ ${field} = ${show(after)}`);
  if (kind === 'removed') return paint.red(`- ${field} = ${show(before)}`);
  return paint.yellow(`~ ${field} = ${show(before)} → ${show(after)}`);
}

/** Limit of a value, in characters; `--format json` has whole values. */
const widest = 160;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text;
}
