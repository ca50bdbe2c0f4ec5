/**
 * Links on networks where names do not resolve, as on the default one: they are lines of /etc/hosts and variables, as
 * with Docker. Where names resolve, the resolver has them.
 */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { hasCode, PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import { networkAttachments } from '../../../hooks/networkAttachments.ts';
import type { LinkedHost } from '../../plan/etcFiles.ts';
import { formatPath } from '../../plugins/index.ts';
import { isUp } from '../../state/status.ts';
import { waitUntil } from '../../wait/waitUntil.ts';
import type { EngineContext } from './engineContext.ts';

type Containers = Pick<EngineContext['store'], 'find'>;

interface Link {
  alias: string;
  target: ContainerRecord;
  ip: string;
}

/** Milliseconds that a start waits for containers that are starting, as after a boot of the host. */
const startsWithinMs = 5000;

/** Waits for those that are on their way. @throws as {@link checkLinks} */
export async function awaitLinked(
  { store, locks }: Pick<EngineContext, 'store' | 'locks'>,
  record: ContainerRecord,
): Promise<void> {
  const isOnItsWay = ([name]: [string, string]) => {
    const target = foundIn(store, name);
    return target !== undefined && !isUp(target) && locks.isHeld(target.id);
  };
  const links = namedLinks(record);
  if (links.some(isOnItsWay)) await waitUntil(() => !links.some(isOnItsWay), { withinMs: startsWithinMs });
  checkLinks(store, record);
}

/** @throws PCH_CONTAINER_NOT_FOUND, PCH_CONTAINER_NOT_RUNNING, PCH_CONFLICT for one that is not on the network */
export function checkLinks(store: Containers, record: ContainerRecord): void {
  for (const [name, alias] of namedLinks(record)) {
    const target = store.find(name);
    const link = `/${target.name} AS /${record.name}/${alias}`;
    if (target.id === record.id)
      throw new PouchError('PCH_OPTION_INVALID', `Cannot link the container ${record.name} to itself`, {
        container: record.id,
        hint: `leave out the link, or use an alias (${field('network.aliases')})`,
      });
    if (!isUp(target))
      throw new PouchError('PCH_CONTAINER_NOT_RUNNING', `Cannot link to a non running container: ${link}`, {
        container: record.id,
        hint: `start it first: pouch start ${target.name}`,
      });
    if (addressIn(target, record) === undefined)
      throw new PouchError(
        'PCH_CONFLICT',
        `Cannot link to /${target.name}, as it does not belong to the network ${record.draft.network.mode}`,
        { container: record.id, hint: 'create a network for both, where names resolve' },
      );
  }
}

/** Lines for /etc/hosts: those that are gone have none. */
export function linkedHosts(store: Containers, record: ContainerRecord): LinkedHost[] {
  return linksOf(store, record).map(({ alias, target, ip }) => ({
    ip,
    names: [...new Set([alias, target.draft.hostname, target.name])],
  }));
}

/** Variables of the container's processes; the container's own take their place. */
export function linkedEnv(store: Containers, record: ContainerRecord): Record<string, string> {
  return Object.assign({}, ...linksOf(store, record).map((link) => envOf(link, record))) as Record<
    string,
    string
  >;
}

/** Whether a container is linked to another one. */
export function isLinkedTo(record: ContainerRecord, target: ContainerRecord): boolean {
  return namedLinks(record).some(([name]) => name === target.name || target.id.startsWith(name));
}

function linksOf(store: Containers, record: ContainerRecord): Link[] {
  return namedLinks(record).flatMap(([name, alias]) => {
    const target = foundIn(store, name);
    const ip = target && addressIn(target, record);
    return target && ip !== undefined ? [{ alias, target, ip }] : [];
  });
}

function namedLinks({ draft: { network } }: ContainerRecord): [name: string, alias: string][] {
  const { mode, request, ids = {} } = network;
  if (Object.hasOwn(ids, mode)) return [];
  return (request?.links ?? []).map((link) => {
    const [name = '', alias = name] = link.split(':');
    return [name, alias];
  });
}

function foundIn(store: Containers, name: string): ContainerRecord | undefined {
  try {
    return store.find(name);
  } catch (error) {
    if (hasCode(error, 'PCH_CONTAINER_NOT_FOUND')) return undefined;
    throw error;
  }
}

/** Of a container in the network of another one. */
function addressIn(target: ContainerRecord, { draft }: ContainerRecord): string | undefined {
  return networkAttachments(target).find(({ network }) => network === draft.network.mode)?.ip;
}

/** Docker’s names. HOME and PATH belong to the image, and secrets stay where they are. */
function envOf({ alias, target, ip }: Link, { name: own }: ContainerRecord): Record<string, string> {
  const prefix = alias.toUpperCase().replaceAll('-', '_');
  const ports = exposedBy(target);
  const env: Record<string, string> = {};
  const url = ({ port, protocol }: Exposed) => `${protocol}://${ip}:${port}`;
  if (ports[0]) env[`${prefix}_PORT`] = url(ports[0]);
  for (const exposed of ports) {
    const { port, protocol } = exposed;
    const key = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
    Object.assign(env, {
      [key]: url(exposed),
      [`${key}_ADDR`]: ip,
      [`${key}_PORT`]: String(port),
      [`${key}_PROTO`]: protocol,
    });
  }
  env[`${prefix}_NAME`] = `/${own}/${alias}`;
  const { process, secrets = {} } = target.draft;
  for (const [key, value] of Object.entries(process.env))
    if (!['HOME', 'PATH'].includes(key) && !Object.hasOwn(secrets, formatPath(['process', 'env', key])))
      env[`${prefix}_ENV_${key}`] = value;
  return env;
}

interface Exposed {
  port: number;
  protocol: string;
}

/** The lowest first. */
function exposedBy({ draft, request }: ContainerRecord): Exposed[] {
  const { ExposedPorts = {} } = draft.image.config.config ?? {};
  const published = Object.values(draft.network.ports).map(
    ({ containerPort, protocol }) => `${containerPort}/${protocol}`,
  );
  const all = new Set([...Object.keys(ExposedPorts), ...(request.network?.exposed ?? []), ...published]);
  return [...all]
    .map((text) => {
      const [port, protocol = 'tcp'] = text.split('/');
      return { port: Number(port), protocol };
    })
    .toSorted((a, b) => a.port - b.port || (a.protocol === 'tcp' ? -1 : 1));
}
