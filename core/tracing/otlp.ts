/**
 * Spans in the JSON of the OpenTelemetry protocol (opentelemetry.io/docs/specs/otlp, OTLP/HTTP; the messages are those
 * of opentelemetry-proto, trace/v1): ids in hexadecimal, 64-bit numbers as text.
 */
import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { formatPath, type TapTrace, type TracedOperation } from '../plugins/index.ts';
import { version } from '../version.ts';

interface Attribute {
  key: string;
  value: { stringValue: string } | { intValue: string };
}

export interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** 1: internal. */
  kind: 1;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  events?: { timeUnixNano: string; name: string; attributes: Attribute[] }[];
  /** 2: error. */
  status?: { code: 2; message: string };
}

/** Fields of a tap that are listed. */
const mostChanges = 50;

/** The span of an operation, and one below it for each of its taps. Observers that end later come without the first. */
export function spansOf(operation: TracedOperation, hide: (text: string) => string): OtlpSpan[] {
  const { at, began, taps } = operation;
  const ids = idsOf(operation);
  const below = taps.map((tap) => spanOfTap(tap, { ids, at, began, hide }));
  return operation.isLate ? below : [rootSpan(operation, ids), ...below];
}

function rootSpan({ verb, container, at, ms }: TracedOperation, ids: Ids): OtlpSpan {
  return {
    traceId: ids.traceId,
    spanId: ids.parentSpanId,
    name: verb,
    kind: 1,
    ...times(at, 0, ms),
    attributes: attributes({ 'pouch.container.id': container }),
  };
}

function spanOfTap(
  { hook, plugin, tap, began, ms, attempts, outcome, error, notes }: TapTrace,
  of: { ids: Ids; at: Date; began: number; hide: (text: string) => string },
): OtlpSpan {
  const time = times(of.at, began - of.began, ms);
  const changes = notes.changes.slice(0, mostChanges).map(({ path }) => formatPath(path));
  return {
    ...of.ids,
    spanId: randomBytes(8).toString('hex'),
    name: `${hook} ${tap}`,
    kind: 1,
    ...time,
    attributes: attributes({
      'pouch.hook': hook,
      'pouch.plugin': plugin,
      'pouch.outcome': outcome,
      'pouch.attempts': attempts,
      'pouch.changes': changes.length === 0 ? undefined : of.hide(changes.join(', ')),
    }),
    events: notes.lines.map(({ level, message }) => ({
      timeUnixNano: time.endTimeUnixNano,
      name: of.hide(message),
      attributes: attributes({ 'log.level': level }),
    })),
    ...(error !== undefined && { status: { code: 2 as const, message: of.hide(error) } }),
  };
}

/** The body of a request to `/v1/traces`. */
export function exportRequest(spans: readonly OtlpSpan[]): object {
  const resource = { 'service.name': 'pouchd', 'service.version': version, 'host.name': hostname() };
  return {
    resourceSpans: [
      {
        resource: { attributes: attributes(resource) },
        scopeSpans: [{ scope: { name: 'pouch', version }, spans }],
      },
    ],
  };
}

function attributes(values: Record<string, string | number | undefined>): Attribute[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return [{ key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } }];
  });
}

function times(at: Date, offsetMs: number, ms: number) {
  const start = BigInt(at.getTime()) * 1_000_000n + nanoseconds(offsetMs);
  return { startTimeUnixNano: String(start), endTimeUnixNano: String(start + nanoseconds(ms)) };
}

function nanoseconds(ms: number): bigint {
  return BigInt(Math.max(0, Math.round(ms * 1_000_000)));
}

interface Ids {
  traceId: string;
  parentSpanId: string;
}

/** The same ones for what an operation sends later: no two begin at one instant with one verb. */
function idsOf({ verb, container, began }: TracedOperation): Ids {
  const text = [performance.timeOrigin, began, verb, container].join(' ');
  const id = createHash('sha256').update(text).digest('hex');
  return { traceId: id.slice(0, 32), parentSpanId: id.slice(32, 48) };
}
