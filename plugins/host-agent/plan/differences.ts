import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../declare/readWords.ts';

/** A value that differs. */
export interface Difference {
  /** Keys from the outside in; an entry of a list has the key that identifies it. */
  readonly path: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What identifies an entry of a list, by the path of the list; the order of these lists has no meaning. */
const identities: Readonly<Record<string, (entry: never) => string>> = {
  'network.ports': ({ containerPort, protocol, hostIp = '', hostPort = 0 }: Port) =>
    `${hostIp && `${hostIp}:`}${hostPort || ''}:${containerPort}/${protocol}`,
  'network.endpoints': ({ network }: { network: string }) => network,
  'network.exposed': (port: string) => port,
  'network.aliases': (name: string) => name,
  volumes: ({ destination }: { destination: string }) => destination,
  devices: ({ host, path = host }: { host: string; path?: string }) => path,
  secretEnv: (name: string) => name,
  capAdd: (name: string) => name,
  capDrop: (name: string) => name,
  groups: (name: string) => name,
  securityOpt: (option: string) => option,
  profiles: (name: string) => name,
};

interface Port {
  containerPort: number;
  protocol: string;
  hostIp?: string;
  hostPort?: number;
}

/** The differences of two requests. An empty map or list, and an undefined value, count as missing. */
export function differences(before: unknown, after: unknown): Difference[] {
  return [...within([], before, after)];
}

function* within(path: readonly string[], before: unknown, after: unknown): Generator<Difference> {
  const identity = identities[path.join('.')] as ((entry: unknown) => string) | undefined;
  const [a, b] = identity ? [keyed(before, identity), keyed(after, identity)] : [before, after];
  const isWhole = isEntry(path) || isOneWord(path);
  if (isMap(a) && isMap(b) && !isWhole) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
      yield* within([...path, key], a[key], b[key]);
    return;
  }
  const isSame =
    isDeepStrictEqual(normal(a), normal(b)) && !(isOfPaths(path) && (a === undefined) !== (b === undefined));
  if (!isSame && isMap(a ?? b) && a === undefined && !isWhole) yield* within(path, {}, b);
  else if (!isSame && isMap(a ?? b) && b === undefined && !isWhole) yield* within(path, a, {});
  else if (!isSame)
    yield { path, ...(a !== undefined && { before: a }), ...(b !== undefined && { after: b }) };
}

/** No path at all is another request than none of them. */
function isOfPaths([field, ...rest]: readonly string[]): boolean {
  return rest.length === 0 && (field === 'maskedPaths' || field === 'readonlyPaths');
}

/** A restart policy and its number of attempts are one word. */
function isOneWord(path: readonly string[]): boolean {
  return path.length === 1 && path[0] === 'restart';
}

/** Whether a path is that of an entry of a list, which is a whole. */
export function isEntry(path: readonly string[]): boolean {
  return path.length > 0 && Object.hasOwn(identities, path.slice(0, -1).join('.'));
}

function keyed(list: unknown, identity: (entry: unknown) => string): unknown {
  if (list === undefined) return {};
  if (!Array.isArray(list)) return list;
  return Object.fromEntries(list.map((entry) => [identity(entry), entry as unknown]));
}

function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(normal);
  if (!isMap(value)) return value === '' || value === false ? undefined : value;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const kept = normal(inner);
    return kept === undefined ? [] : [[key, kept]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
