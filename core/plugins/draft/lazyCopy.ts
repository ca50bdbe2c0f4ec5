import { clone } from './clone.ts';

type Fields = Record<string, unknown>;

/** A copy of a record that is made as it is used. */
export interface LazyCopy {
  /** For the tap: reads and writes like a copy of the whole. */
  readonly view: object;
  /** The same for the engine: fields that were never read are the originals, so a comparison passes over them. */
  readonly fields: Fields;
}

const originals = new WeakMap<object, object>();

/** What `value` shows, to be read only: reading a lazy copy itself copies its fields, and has them compared later. */
export function withoutCopy(value: unknown): unknown {
  return (typeof value === 'object' && value !== null && originals.get(value)) || value;
}

/** Copies each field when it is first read: most taps look at few of a draft's thirty. */
export function lazyCopy(original: object): LazyCopy {
  const fields = { ...original } as Fields;
  const left = new Set<PropertyKey>(Object.keys(fields));
  const copyField = (key: PropertyKey) => {
    if (left.delete(key)) fields[key as string] = clone(fields[key as string]);
  };
  const view = new Proxy(fields, {
    get(target, key) {
      copyField(key);
      return Reflect.get(target, key) as unknown;
    },
    getOwnPropertyDescriptor(target, key) {
      copyField(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    defineProperty(target, key, descriptor) {
      left.delete(key);
      return Reflect.defineProperty(target, key, descriptor);
    },
    deleteProperty(target, key) {
      left.delete(key);
      return Reflect.deleteProperty(target, key);
    },
  });
  originals.set(view, fields);
  return { view, fields };
}
