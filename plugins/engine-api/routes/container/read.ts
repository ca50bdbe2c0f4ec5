/** Routes that read containers: list and inspect. Neither waits for a lock. */
import type { ContainerSummary } from '../../../../client/wire.ts';
import type { ContainerRecord } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { sendJson } from '../../http/reply.ts';
import { toInspect } from '../../translate/container/inspect.ts';
import { toSummary } from '../../translate/container/summary.ts';

export const readRoutes: Route[] = [
  { method: 'GET', path: '/containers/json', handler: list },
  { method: 'GET', path: '/containers/:id/json', handler: inspect },
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
