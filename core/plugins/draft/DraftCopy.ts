import { clone, isRecord, setOwn } from './clone.ts';
import { type Change, diff, diffAt } from './diff.ts';
import { formatPath } from './fieldPath.ts';

type Fields = Record<string, unknown>;

/** By it a view gives its part; a WeakMap costs the garbage collector more than all the rest. */
const ownPart = Symbol('part');

/** A record of the draft as one tap sees it, and the handler of its proxy. */
class Part implements ProxyHandler<Fields> {
  readonly #copy: DraftCopy;
  readonly path: readonly string[];
  /** The original. */
  readonly base: Fields;
  /** Fields that were written, each with its value; `undefined` for one that was removed. */
  readonly written = new Map<string, unknown>();
  /** Records below it that were read, and copies of arrays that were. */
  readonly parts = new Map<string, { part: Part; view: object }>();
  readonly arrays = new Map<string, unknown[]>();
  /** Set once the tap has frozen it: a proxy cannot hide the fields of a frozen record, so these are the fields. */
  frozen: Fields | undefined = undefined;

  constructor(copy: DraftCopy, base: Fields, path: readonly string[]) {
    this.#copy = copy;
    this.base = base;
    this.path = path;
  }

  get(target: Fields, key: string | symbol, receiver: unknown): unknown {
    if (this.isField(key)) return this.#read(key);
    return key === ownPart ? this : (Reflect.get(target, key, receiver) as unknown);
  }

  has(target: Fields, key: string | symbol): boolean {
    return this.isField(key) || Reflect.has(target, key);
  }

  ownKeys(target: Fields): (string | symbol)[] {
    return this.frozen ? Reflect.ownKeys(target) : this.keys();
  }

  getOwnPropertyDescriptor(target: Fields, key: string | symbol): PropertyDescriptor | undefined {
    if (this.frozen || !this.isField(key)) return Reflect.getOwnPropertyDescriptor(target, key);
    return { value: this.#read(key), writable: true, enumerable: true, configurable: true };
  }

  set(target: Fields, key: string | symbol, value: unknown): boolean {
    if (this.#copy.ignores(this.path, key)) return true;
    const isPlain = typeof key === 'string' && (key !== '__proto__' || this.isField(key));
    if (this.frozen || !isPlain) return Reflect.set(target, key, value);
    this.#write(key, value);
    return true;
  }

  defineProperty(target: Fields, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    if (this.#copy.ignores(this.path, key)) return true;
    if (this.frozen || typeof key !== 'string' || !('value' in descriptor))
      return Reflect.defineProperty(target, key, descriptor);
    this.#write(key, descriptor.value);
    return true;
  }

  deleteProperty(target: Fields, key: string | symbol): boolean {
    if (this.#copy.ignores(this.path, key)) return true;
    if (this.frozen || !this.isField(key)) return Reflect.deleteProperty(target, key);
    this.#write(key, undefined);
    return true;
  }

  preventExtensions(target: Fields): boolean {
    for (const key of this.keys()) setOwn(target, key, this.#read(key));
    this.frozen = target;
    return Reflect.preventExtensions(target);
  }

  isField(key: PropertyKey): key is string {
    if (typeof key !== 'string') return false;
    if (this.frozen) return Object.hasOwn(this.frozen, key);
    return this.written.has(key) ? this.written.get(key) !== undefined : Object.hasOwn(this.base, key);
  }

  keys(): string[] {
    const old = Object.keys(this.base);
    if (this.written.size === 0) return old;
    const isThere = (key: string) => !this.written.has(key) || this.written.get(key) !== undefined;
    return [...old.filter(isThere), ...this.newKeys().filter(isThere)];
  }

  newKeys(): string[] {
    return [...this.written.keys()].filter((key) => !Object.hasOwn(this.base, key));
  }

  /** What was read of a field before it is written is not a part of the draft any more. */
  #write(key: string, value: unknown): void {
    this.written.set(key, value);
    this.parts.delete(key);
    this.arrays.delete(key);
  }

  #read(key: string): unknown {
    if (this.frozen) return this.frozen[key];
    if (this.written.has(key)) return this.written.get(key);
    const value = this.base[key];
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return this.#arrayOf(key, value);
    return isRecord(value) ? this.#viewOf(key, value) : value;
  }

  #arrayOf(key: string, value: unknown[]): unknown[] {
    let array = this.arrays.get(key);
    if (!array) this.arrays.set(key, (array = clone(value)));
    return array;
  }

  #viewOf(key: string, value: Fields): object {
    let opened = this.parts.get(key);
    if (!opened) this.parts.set(key, (opened = open(this.#copy, value, [...this.path, key])));
    return opened.view;
  }
}

/** A field that was set or removed; `undefined` stands for a missing one. */
export interface Write {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

function writesIn({ path, base, written, arrays, parts }: Part): Write[] {
  const before = (key: string) => (Object.hasOwn(base, key) ? base[key] : undefined);
  const writes = [...written, ...arrays].map(([key, after]) => ({
    path: [...path, key],
    before: before(key),
    after,
  }));
  const differing = writes.filter(
    (write) => write.before !== write.after && differences(write.before, write.after).length > 0,
  );
  return [...differing, ...[...parts.values()].flatMap(({ part }) => writesIn(part))];
}

function open(copy: DraftCopy, base: Fields, path: readonly string[]): { part: Part; view: object } {
  const part = new Part(copy, base, path);
  return { part, view: new Proxy({}, part) };
}

/**
 * What a view shows, to be read only, for a reader of the whole: a view that nothing was written to is the original.
 */
export function withoutCopy(value: unknown): unknown {
  const part = partOf(value);
  return part && !isChanged(part) ? part.base : value;
}

function partOf(value: unknown): Part | undefined {
  return typeof value === 'object' && value !== null ? (value as { [ownPart]?: Part })[ownPart] : undefined;
}

/**
 * A copy of a draft for one tap, made as it is used: an array is copied when it is first read, and writes to records
 * are kept beside the original. Records are seen through proxies, so a tap costs what it reads and writes, however
 * large the draft is, and what is written after the end is ignored.
 */
export class DraftCopy {
  /** For the tap: reads and writes like a copy of the whole. */
  readonly view: object;
  readonly #root: Part;
  #hasEnded = false;
  #lateWrite: readonly string[] | undefined;
  /** Values that the tap has written and may still hold, each with a copy of what it was at the end. */
  #given: { path: readonly string[]; value: unknown; taken: unknown }[] = [];

  constructor(original: object) {
    const { part, view } = open(this, original as Fields, []);
    this.#root = part;
    this.view = view;
  }

  /** Values that were written and may differ from the original's. */
  written(): unknown[] {
    return writtenIn(this.#root);
  }

  /** What differs from the original, in its order and that of the writes. */
  changes(): Change[] {
    const changes: Change[] = [];
    collect(this.#root, changes);
    return changes;
  }

  /** The fields that were set, each to its whole value, or removed (`undefined`). */
  writes(): Write[] {
    return writesIn(this.#root);
  }

  /** Does to another copy of the original what the tap did to this one. Returns it. */
  applyTo(draft: Fields): Fields {
    apply(this.#root, draft);
    return draft;
  }

  /** From then on writes are ignored. */
  end(): void {
    this.#hasEnded = true;
    this.#keepGiven(this.#root);
  }

  /** Whether a write comes after the end; notes the first. */
  ignores(path: readonly string[], key: PropertyKey): boolean {
    if (this.#hasEnded) this.#lateWrite ??= [...path, String(key)];
    return this.#hasEnded;
  }

  /** A field that was written after the end. */
  lateWrite(): string | undefined {
    if (this.#lateWrite) return formatPath(this.#lateWrite);
    for (const { path, value, taken } of this.#given) {
      const [change] = differences(taken, value);
      if (change) return formatPath([...path, ...change.path]);
    }
    return undefined;
  }

  #keepGiven({ path, written, arrays, parts }: Part): void {
    for (const [key, value] of [...written, ...arrays])
      if (typeof value === 'object' && value !== null && !partOf(value))
        this.#given.push({ path: [...path, key], value, taken: copyOrNothing(value) });
    for (const { part } of parts.values()) this.#keepGiven(part);
  }
}

function isChanged({ written, arrays, parts, base }: Part): boolean {
  if (written.size > 0) return true;
  for (const [key, array] of arrays) if (differences(base[key], array).length > 0) return true;
  for (const { part } of parts.values()) if (isChanged(part)) return true;
  return false;
}

function apply({ written, arrays, parts }: Part, record: Fields): void {
  for (const [key, value] of [...written, ...arrays])
    if (value === undefined) delete record[key];
    else setOwn(record, key, clone(value));
  for (const [key, { part }] of parts) apply(part, record[key] as Fields);
}

function collect(part: Part, changes: Change[]): void {
  const { path, base, written, arrays, parts } = part;
  for (const key of usedKeys(part)) {
    const inner = parts.get(key);
    if (inner) collect(inner.part, changes);
    else {
      const after = written.has(key) ? written.get(key) : arrays.get(key);
      diffAt([...path, key], Object.hasOwn(base, key) ? base[key] : undefined, after, changes);
    }
  }
}

/** In the order of the original, then the new ones. */
function usedKeys(part: Part): string[] {
  const { base, written, arrays, parts } = part;
  const added = part.newKeys();
  const old = [...parts.keys(), ...arrays.keys(), ...written.keys()].filter((key) =>
    Object.hasOwn(base, key),
  );
  if (old.length < 2) return [...old, ...added];
  const used = new Set(old);
  return [...Object.keys(base).filter((key) => used.has(key)), ...added];
}

function writtenIn({ written, arrays, parts }: Part): unknown[] {
  return [
    ...written.values(),
    ...arrays.values(),
    ...[...parts.values()].flatMap(({ part }) => writtenIn(part)),
  ];
}

/** A circle is a difference. */
function differences(before: unknown, after: unknown): readonly { path: readonly string[] }[] {
  try {
    return diff(before, after);
  } catch {
    return [{ path: [] }];
  }
}

function copyOrNothing(value: unknown): unknown {
  try {
    return clone(value);
  } catch {
    return undefined;
  }
}
