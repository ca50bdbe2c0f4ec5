import type { Effect } from '../../hooks/effects.ts';

export interface NeedsFault {
  /** Keys of the effects at fault. */
  keys: readonly string[];
  message: string;
}

/** Every need is planned for the same stage or an earlier one, or applied already, and no needs form a circle. */
export function needsFault(
  effects: Readonly<Record<string, Effect>>,
  isApplied: (key: string) => boolean = () => false,
): NeedsFault | undefined {
  const done = new Set<string>();
  const visit = (key: string, path: readonly string[]): NeedsFault | undefined => {
    if (path.includes(key)) return circle([...path.slice(path.indexOf(key)), key]);
    if (done.has(key)) return undefined;
    for (const need of effects[key]?.needs ?? []) {
      const fault = wrongNeed(key, need, effects, isApplied) ?? visit(need, [...path, key]);
      if (fault) return fault;
    }
    done.add(key);
    return undefined;
  };
  for (const key of Object.keys(effects)) {
    const fault = visit(key, []);
    if (fault) return fault;
  }
  return undefined;
}

function wrongNeed(
  key: string,
  need: string,
  effects: Readonly<Record<string, Effect>>,
  isApplied: (key: string) => boolean,
): NeedsFault | undefined {
  const needed = effects[need];
  if (!needed)
    return isApplied(need)
      ? undefined
      : { keys: [key], message: `the effect ${key} needs ${need}, which is not planned` };
  if (effects[key]?.stage !== 'create' || needed.stage === 'create') return undefined;
  return { keys: [key], message: `the effect ${key} needs ${need}, which is of a later stage` };
}

function circle(keys: readonly string[]): NeedsFault {
  return { keys, message: `effects need each other: ${keys.join(' → ')}` };
}
