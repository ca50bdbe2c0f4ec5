import type { Words } from '../../../translate/words/runOptions.ts';
import type { Policy } from './declared.ts';
import { readDependencies } from './readDependencies.ts';
import { writtenUpdate } from './readUpdate.ts';
import { readWords } from './readWords.ts';

/** How the agent treats a declared container, as its options are written. @throws OptionError */
export function readPolicy(name: string, { schedule, pull = 'missing', update, dependsOn }: Words): Policy {
  const dependencies = readDependencies(name, dependsOn);
  return {
    ...readWords({ ...(schedule !== undefined && { schedule }), pull }, { schedule: 'text', pull: 'text' }),
    update: writtenUpdate(update),
    dependsOn: Object.fromEntries(dependencies.map((one) => [one.name, one.condition])),
  };
}
