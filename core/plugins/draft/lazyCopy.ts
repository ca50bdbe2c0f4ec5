import { clone } from './clone.ts';

type Fields = Record<string, unknown>;

/** A copy of a record that is made as it is used. */
export interface LazyCopy {
  /** For the tap: reads and writes like a copy of the whole. */
  readonly view: object;
  /** The same for the engine: fields that were never read are the originals, so a comparison passes over them. */
  readonly fields: Fields;
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
  return { view, fields };
}
