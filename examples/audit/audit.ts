import { definePlugin, type PluginContext, PouchError, type Static, Type } from 'pouch/hooks';
import { type AuditRecord, describe, tapEvents } from './events.ts';
import { AuditFile } from './AuditFile.ts';
import { Outbox, type Sink } from './Outbox.ts';
import { Position } from './Position.ts';
import { httpSink, syslogSink } from './sinks.ts';

const options = Type.Object({
  directory: Type.String({
    default: '/var/log/pouch-audit',
    description: 'Where `pouch audit` has its file.',
  }),
  maxSize: Type.Integer({ default: 8 * 1024 * 1024, minimum: 4096, description: 'Bytes of one file.' }),
  maxFile: Type.Integer({ default: 4, minimum: 2, description: 'Files, with the current one.' }),
  syslog: Type.Optional(
    Type.String({ pattern: '^/', description: 'Unix datagram socket of the system log: `/dev/log`.' }),
  ),
  http: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'URL that takes a POST of JSON lines.' }),
  ),
  queue: Type.Integer({
    default: 10_000,
    minimum: 1,
    description: 'Records that may wait for one destination.',
  }),
  deadline: Type.Integer({ default: 10_000, minimum: 1, description: 'Milliseconds for one delivery.' }),
});

/** Records the life of containers, images and the daemon: in a file for `pouch audit`, to syslog and by HTTP. */
export default definePlugin({
  name: 'audit',
  version: '1.0.0',
  doc: 'Records lifecycle events in a file, to syslog and by HTTP.',
  options,
  async setup(context) {
    const { hooks, options: given, verb, onDispose } = context;
    const file = new AuditFile(given);
    const boxes = await outboxes(context, file, given);
    tapEvents(hooks, (event) => {
      const line = JSON.stringify({ time: new Date().toISOString(), ...event });
      for (const box of boxes) box.add(line);
    });
    onDispose(async () => void (await Promise.all(boxes.map((box) => box.close(2_000)))));
    verb({
      name: 'audit',
      doc: 'Print what happened to containers, images and the daemon',
      options: Type.Object({
        since: Type.Optional(
          Type.String({ description: 'Only later records: 10m, 24h, 7d or a time (RFC 3339)' }),
        ),
        container: Type.Optional(
          Type.String({ description: 'Only of this container: its name or the start of its id' }),
        ),
        json: Type.Optional(Type.Boolean({ description: 'Print records as JSON lines' })),
      }),
      async run({ options: { since, container = '', json } }, { out, signal }) {
        const from = since === undefined ? 0 : timeOf(since);
        for await (const record of file.records(signal))
          if (Date.parse(record.time) >= from && isOf(record, container))
            await out(`${json ? JSON.stringify(record) : describe(record)}\n`);
      },
    });
  },
});

type Options = Static<typeof options>;

/**
 * One queue per destination: one that is slow or down does not hold up the others. Those of the network begin with what
 * did not arrive before pouchd ended.
 */
async function outboxes(context: PluginContext<Options>, file: AuditFile, given: Options): Promise<Outbox[]> {
  const { log, metric, doctorCheck } = context;
  const sinks: Record<string, Sink> = {
    file: (lines) => file.append(lines),
    ...(given.syslog !== undefined && { syslog: syslogSink(given.syslog) }),
    ...(given.http !== undefined && { http: httpSink(given.http) }),
  };
  const labels = ['destination'];
  const delivered = metric({
    name: 'delivered_total',
    doc: 'Records that arrived.',
    type: 'counter',
    labels,
  });
  const dropped = metric({
    name: 'dropped_total',
    doc: 'Records without room in the queue.',
    type: 'counter',
    labels,
  });
  const waiting = metric({ name: 'waiting', doc: 'Records in the queue.', type: 'gauge', labels });
  const begin = async ([destination, sink]: [string, Sink]): Promise<Outbox> => {
    const position = destination === 'file' ? undefined : new Position(given.directory, destination);
    const box: Outbox = new Outbox(position?.keptBy(sink) ?? sink, {
      limit: given.queue,
      deadlineMs: given.deadline,
      onChange: (change) => {
        delivered.add(change.delivered ?? 0, { destination });
        dropped.add(change.dropped ?? 0, { destination });
        waiting.set(box.waiting, { destination });
      },
      onFailure: (error) => log.warn('audit records cannot be delivered', { destination, error }),
      noteOf: (count) =>
        JSON.stringify({ time: new Date().toISOString(), action: 'audit.dropped', destination, count }),
    });
    doctorCheck({
      name: destination,
      run: () => ({
        ok: box.failure === undefined && box.dropped === 0,
        found: `${box.waiting} waiting, ${box.dropped} dropped${box.failure === undefined ? '' : `: ${box.failure}`}`,
        fix: `see whether the destination ${destination} of the plugin audit works`,
      }),
    });
    await position?.missed(file, (line) => box.add(line), new AbortController().signal);
    return box;
  };
  return await Promise.all(Object.entries(sinks).map(begin));
}

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Milliseconds since the epoch. */
function timeOf(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const time = amount === undefined ? Date.parse(text) : Date.now() - Number(amount) * 1000 * units[unit]!;
  if (!Number.isNaN(time)) return time;
  throw new PouchError('PCH_OPTION_INVALID', `--since: expected a time, found ${JSON.stringify(text)}`, {
    hint: 'write 10m, 24h, 7d or 2026-11-27T10:00:00Z',
  });
}

function isOf({ container }: AuditRecord, wanted: string): boolean {
  return wanted === '' || container?.name === wanted || (container?.id.startsWith(wanted) ?? false);
}
