/** Routes that read containers: list, inspect, top. None of them waits for a lock. */
import type { ContainerSummary, ContainerTopResponse } from '../../../../client/wire.ts';
import { PouchError, type ContainerRecord } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { sendJson } from '../../http/reply.ts';
import { toInspect } from '../../translate/container/inspect.ts';
import { toSummary } from '../../translate/container/summary.ts';

export const readRoutes: Route[] = [
  { method: 'GET', path: '/containers/json', handler: list },
  { method: 'GET', path: '/containers/:id/json', handler: inspect },
  { method: 'GET', path: '/containers/:id/top', handler: top },
];

async function list(call: Call): Promise<void> {
  const limit = call.query.integer('limit');
  const records = call.engine.containers.list({
    all: call.query.flag('all'),
    limit: limit && limit > 0 ? limit : undefined,
    filters: await withImageIds(call, call.query.filters()),
  });
  const now = Date.now();
  const summaries = records.map((record) => toSummary(record, now));
  sendJson(call, call.query.flag('size') ? await withSizes(call, summaries) : summaries);
}

/** An image may have other names than the one that a container was created with. */
async function withImageIds(
  { engine }: Call,
  filters: Record<string, string[]>,
): Promise<Record<string, string[]>> {
  const { ancestor } = filters;
  if (!ancestor) return filters;
  const idOf = (reference: string) =>
    engine.images.get(reference).then(
      ({ id }) => id,
      () => reference,
    );
  return { ...filters, ancestor: await Promise.all(ancestor.map(idOf)) };
}

/** Measures sizes only on request: that walks the container's files. */
function withSizes(call: Call, summaries: ContainerSummary[]): Promise<ContainerSummary[]> {
  return Promise.all(
    summaries.map(async (summary) => ({ ...summary, ...(await sizesOf(call, summary.Id)) })),
  );
}

async function sizesOf(call: Call, id: string): Promise<{ SizeRw: number; SizeRootFs: number }> {
  const { writable, total } = await call.engine.containers.usage(id);
  return { SizeRw: writable, SizeRootFs: total };
}

async function inspect(call: Call): Promise<void> {
  const record: ContainerRecord = call.engine.containers.inspect(parameter(call, 'id'));
  const sizes = call.query.flag('size') ? await sizesOf(call, record.id) : {};
  sendJson(call, { ...toInspect(record, call.client), ...sizes });
}

async function top(call: Call): Promise<void> {
  const options = call.query.text('ps_args');
  if (options !== undefined && options !== '-ef')
    throw new PouchError('PCH_NOT_SUPPORTED', `ps options ("${options}") are not supported`, {
      hint: 'omit them',
    });
  const processes = await call.engine.containers.top(parameter(call, 'id'));
  const body: ContainerTopResponse = {
    Titles: ['PID', 'CMD'],
    Processes: processes.map(({ pid, command }) => [String(pid), command]),
  };
  sendJson(call, body);
}
