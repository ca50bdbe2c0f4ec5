/** Formats and filters events as Docker does. */
import { PouchError, type EngineEvent } from '../../../hooks/index.ts';
import { familiar, repositoryOf } from './image/reference.ts';

/** Returns one line of `GET /events`. Nanoseconds exceed JavaScript's safe integers, so they are inserted as text. */
export function eventLine(engineEvent: EngineEvent): string {
  const event = inFamiliarForm(engineEvent);
  const body = JSON.stringify({
    ...legacyNames(event),
    Type: event.type,
    Action: event.action,
    Actor: { ID: event.id, Attributes: event.attributes },
    scope: 'local',
    time: Number(event.timeNano / 1_000_000_000n),
  });
  return `${body.slice(0, -1)},"timeNano":${event.timeNano}}\n`;
}

/** Docker leaves `docker.io/library/` out. */
function inFamiliarForm(event: EngineEvent): EngineEvent {
  const { type, attributes } = event;
  const key = type === 'image' ? 'name' : 'image';
  const reference = attributes[key];
  if (reference === undefined || (type !== 'image' && type !== 'container')) return event;
  return {
    ...event,
    id: type === 'image' ? familiar(event.id) : event.id,
    attributes: { ...attributes, [key]: familiar(reference) },
  };
}

/** Field names from before API 1.22; Docker still sends them for containers and images. */
function legacyNames(event: EngineEvent): object {
  if (event.type !== 'container' && event.type !== 'image') return {};
  return { status: event.action, id: event.id, from: event.attributes['image'] };
}

type EventTest = (event: EngineEvent, value: string) => boolean;

const tests: Record<string, EventTest> = {
  container: (event, value) => event.type === 'container' && names(event, value),
  daemon: (event, value) => event.type === 'daemon' && names(event, value),
  // Actions such as `exec_create: sh` have the command after the name.
  event: (event, value) => event.action === value || event.action.startsWith(`${value}:`),
  image: isOfImage,
  label: (event, value) => hasLabel(event.attributes, value),
  network: (event, value) => event.type === 'network' && names(event, value),
  scope: (_event, value) => value === 'local',
  type: (event, value) => event.type === value,
  volume: (event, value) => event.type === 'volume' && names(event, value),
};

/** As in Docker, a name without a tag stands for every tag of it. */
function isOfImage({ type, id, attributes }: EngineEvent, value: string): boolean {
  const asked = familiar(value);
  const reference = attributes[type === 'image' ? 'name' : 'image'] ?? '';
  const known = [id, reference].map(familiar);
  return [...known, ...known.map(repositoryOf)].includes(asked) || (type === 'image' && id.startsWith(value));
}

function names(event: EngineEvent, value: string): boolean {
  return event.attributes['name'] === value || (value.length >= 1 && event.id.startsWith(value));
}

function hasLabel(attributes: Record<string, string>, value: string): boolean {
  const mark = value.indexOf('=');
  if (mark < 0) return Object.hasOwn(attributes, value);
  return attributes[value.slice(0, mark)] === value.slice(mark + 1);
}

/**
 * Returns a predicate for events. Values of one filter are alternatives, but every label must match.
 * @throws PCH_OPTION_INVALID for a filter that does not exist
 */
export function eventFilter(filters: Record<string, string[]>): (event: EngineEvent) => boolean {
  const checks = Object.entries(filters)
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => filterCheck(name, values));
  return (event) => checks.every((holds) => holds(event));
}

function filterCheck(name: string, values: string[]): (event: EngineEvent) => boolean {
  const test = tests[name];
  if (!test)
    throw new PouchError('PCH_OPTION_INVALID', `invalid filter '${name}'`, {
      hint: `valid filters: ${Object.keys(tests).join(', ')}`,
    });
  return name === 'label'
    ? (event) => values.every((value) => test(event, value))
    : (event) => values.some((value) => test(event, value));
}
