import type { NetworkCreateResponse, NetworksPruneResponse } from '../../../client/wire.ts';
import { networkAttachments } from '../../../hooks/index.ts';
import { readJson } from '../http/body.ts';
import { parameter, type Call, type Route } from '../http/call.ts';
import { sendEmpty, sendJson } from '../http/reply.ts';
import { validate } from '../http/validate.ts';
import { endpointOf } from '../../../translate/network.ts';
import { connectSchema, createSchema, disconnectSchema } from '../schemas/network.ts';
import { membersOf, toNetwork, toNewNetwork } from '../translate/network.ts';
import { networkFilter } from '../translate/networkFilter.ts';
import { networkPruneFilter } from '../translate/prune.ts';

export const networkRoutes: Route[] = [
  { method: 'GET', path: '/networks', handler: list },
  { method: 'GET', path: '/networks/:id', handler: inspect },
  { method: 'POST', path: '/networks/create', handler: create },
  { method: 'POST', path: '/networks/prune', handler: prune },
  { method: 'DELETE', path: '/networks/:id', handler: remove },
  { method: 'POST', path: '/networks/:id/connect', handler: connect },
  { method: 'POST', path: '/networks/:id/disconnect', handler: disconnect },
];

function list(call: Call): void {
  const { networks, containers } = call.engine;
  const used = new Set(
    containers.list().flatMap((record) => networkAttachments(record).map(({ network }) => network)),
  );
  const keep = networkFilter(call.query.filters(), ({ name }) => used.has(name));
  sendJson(
    call,
    networks
      .list()
      .filter(keep)
      .map((network) => toNetwork(network, call.host)),
  );
}

function inspect(call: Call): void {
  const network = call.engine.networks.inspect(parameter(call, 'id'));
  sendJson(call, toNetwork(network, call.host, membersOf(call.engine.containers.list(), network)));
}

async function create(call: Call): Promise<void> {
  const wanted = toNewNetwork(validate(createSchema, await readJson(call)));
  const { id } = await call.engine.networks.create(wanted);
  const body: NetworkCreateResponse = { Id: id, Warning: '' };
  sendJson(call, body, 201);
}

async function remove(call: Call): Promise<void> {
  await call.engine.networks.remove(parameter(call, 'id'));
  sendEmpty(call);
}

async function prune(call: Call): Promise<void> {
  const removed = await call.engine.networks.prune(networkPruneFilter(call.query.filters()));
  const body: NetworksPruneResponse = { NetworksDeleted: removed.length > 0 ? removed : null };
  sendJson(call, body);
}

async function connect(call: Call): Promise<void> {
  const { Container = '', EndpointConfig } = validate(connectSchema, await readJson(call));
  const network = parameter(call, 'id');
  await call.engine.networks.connect(network, Container, endpointOf(network, EndpointConfig ?? null));
  sendEmpty(call, 200);
}

async function disconnect(call: Call): Promise<void> {
  const { Container = '', Force } = validate(disconnectSchema, await readJson(call));
  await call.engine.networks.disconnect(parameter(call, 'id'), Container, { force: Force ?? false });
  sendEmpty(call, 200);
}
