import type { Format } from './format.ts';
import { show, within } from './format.ts';
import { plain } from './plain.ts';

/** More objects than a host can run; bounds the memory that a generated file can use. */
const mostObjects = 2000;

/** Objects by name. Their fields keep the types of YAML: the plugin that owns the section checks them. */
export function objectsOf(expected: string): Format<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  return {
    expected,
    json: { type: 'object', additionalProperties: { type: ['object', 'null'] } },
    decode(raw, report) {
      if (!(raw instanceof Map) || raw.size > mostObjects)
        return void report({
          at: [],
          expected: `${expected} (at most ${mostObjects})`,
          found: raw instanceof Map ? `a map of ${raw.size}` : show(raw),
        });
      const objects = new Map<string, Record<string, unknown>>();
      for (const [key, value] of raw as Map<unknown, unknown>) {
        const name = String(key);
        // One without fields is written `data:`.
        if (value === null) objects.set(name, {});
        else if (value instanceof Map) objects.set(name, plain(value) as Record<string, unknown>);
        else within(report, name)({ at: [], expected: 'a map of its fields', found: show(value) });
      }
      return objects.size === raw.size ? objects : undefined;
    },
    encode: (objects) => Object.fromEntries(objects),
  };
}
