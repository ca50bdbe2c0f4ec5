import type { AgentPlan, AgentStep } from '../../client/index.ts';
import { shownWord } from './shownWord.ts';

/** A plan as a diff: a line per object, and below it a line per field that differs. */
export function planLines({ Steps, Problems, Notes = [] }: AgentPlan): string[] {
  const steps = Steps.flatMap((step) => [headOf(step), ...step.Changes.map(changeLine)]);
  const notes = Notes.map((note) => `note: ${note}`);
  return [...notes, ...Problems.map((problem) => `! ${problem}`), ...steps];
}

const signs: Readonly<Record<AgentStep['Action'], string>> = {
  pull: '+',
  adopt: '~',
  create: '+',
  start: '>',
  change: '~',
  restart: '~',
  upgrade: '~',
  recreate: '±',
  stop: '-',
  remove: '-',
};

function headOf({ Kind, Name, Action, Origin, Held }: AgentStep): string {
  const origin = Origin === undefined ? '' : `  (${Origin})`;
  return `${signs[Action]} ${Kind} ${Name}: ${Action}${origin}${Held === undefined ? '' : `\n    held: ${Held}`}`;
}

const costs = {
  now: '',
  restart: 'needs a restart',
  upgrade: 'keeps its data',
  recreate: 'needs a new one',
};

function changeLine({ Field, From, To, Plugin, Origin, Applies }: AgentStep['Changes'][number]): string {
  const notes = [Plugin && `plugin ${Plugin}`, Origin, costs[Applies]].filter(Boolean).join(', ');
  return `    ${Field}: ${shownWord(From)} -> ${shownWord(To)}${notes && `  (${notes})`}`;
}
