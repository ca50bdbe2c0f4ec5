import { optionError } from '../../../client/options/OptionError.ts';
import { kindOf } from '../../../translate/words/flagsOf.ts';
import type { Dependency } from './declared.ts';
import { isMap, oneOf } from './readWords.ts';

/** `[db]`, `[{ db: healthy }]` or `{ db: healthy }`. */
export function readDependencies(name: string, value: unknown): Dependency[] {
  if (value === undefined || value === null) return [];
  const entries = isMap(value) ? Object.entries(value) : [value].flat().flatMap(pairsOf);
  return entries.map(([other, condition]) => {
    if (other === name) throw optionError('dependsOn', 'expected another container, found itself');
    return {
      name: other,
      condition: oneOf('dependsOn', condition ?? 'started', ['started', 'healthy', 'completed']),
    };
  });
}

function pairsOf(value: unknown): [string, unknown][] {
  if (typeof value === 'string') return [[value, 'started']];
  if (isMap(value)) return Object.entries(value);
  throw optionError(
    'dependsOn',
    `expected names of containers, each with a condition, found ${kindOf(value)}`,
  );
}
