import assert from 'node:assert/strict';
import {
  checkLinks,
  isLinkedTo,
  linkedEnv,
  linkedHosts,
} from '../../../../../core/lifecycle/shared/links.ts';
import type { ContainerRecord } from '../../../../../hooks/engine.ts';
import { PouchError } from '../../../../../hooks/errors.ts';
import { record } from '../../record.ts';

type Draft = ContainerRecord['draft'];

function container(name: string, draft: object = {}, more: Partial<ContainerRecord> = {}): ContainerRecord {
  const network = { mode: 'bridge', request: {}, ports: {} };
  const process = { env: {} };
  return record({
    ...more,
    name,
    id: Buffer.from(name.padEnd(32)).toString('hex'),
    draft: { hostname: `${name}-host`, network, process, ...draft } as unknown as Draft,
    attachments: { 'network.eth0': { network: 'bridge', interface: 'eth0', ip: '10.0.0.3', ports: [] } },
    state: { status: 'running' },
    ...more,
  });
}

function storeOf(...records: ContainerRecord[]) {
  return {
    find(ref: string) {
      const found = records.find(({ name, id }) => name === ref || id.startsWith(ref));
      if (!found) throw new PouchError('PCH_CONTAINER_NOT_FOUND', `No such container: ${ref}`);
      return found;
    },
  };
}

const image = { config: { config: { ExposedPorts: { '5432/tcp': {}, '53/udp': {} } } } };
const db = container('db1', {
  image,
  process: { env: { PATH: '/bin', MODE: 'fast', TOKEN: 'secret' } },
  secrets: { 'process.env.TOKEN': true },
});
const shop = (links: string[], more: object = {}) =>
  container('shop', { network: { mode: 'bridge', request: { links }, ports: {}, ...more } });

describe('links on the default network', () => {
  it('are lines of /etc/hosts with the alias, the hostname and the name', () => {
    assert.deepEqual(linkedHosts(storeOf(db), shop(['db1:sql'])), [
      { ip: '10.0.0.3', names: ['sql', 'db1-host', 'db1'] },
    ]);
  });

  it('are variables with addresses, ports and the other’s environment without secrets', () => {
    assert.deepEqual(linkedEnv(storeOf(db), shop(['db1:my-sql'])), {
      MY_SQL_PORT: 'udp://10.0.0.3:53',
      MY_SQL_PORT_53_UDP: 'udp://10.0.0.3:53',
      MY_SQL_PORT_53_UDP_ADDR: '10.0.0.3',
      MY_SQL_PORT_53_UDP_PORT: '53',
      MY_SQL_PORT_53_UDP_PROTO: 'udp',
      MY_SQL_PORT_5432_TCP: 'tcp://10.0.0.3:5432',
      MY_SQL_PORT_5432_TCP_ADDR: '10.0.0.3',
      MY_SQL_PORT_5432_TCP_PORT: '5432',
      MY_SQL_PORT_5432_TCP_PROTO: 'tcp',
      MY_SQL_NAME: '/shop/my-sql',
      MY_SQL_ENV_MODE: 'fast',
    });
  });

  it('to containers that do not exist or run refuse a start, with Docker’s words', () => {
    const stopped = container('db1', {}, { state: { status: 'exited' } as ContainerRecord['state'] });
    assert.throws(() => checkLinks(storeOf(), shop(['db1:db1'])), { code: 'PCH_CONTAINER_NOT_FOUND' });
    assert.throws(() => checkLinks(storeOf(stopped), shop(['db1:sql'])), {
      code: 'PCH_CONTAINER_NOT_RUNNING',
      message: 'Cannot link to a non running container: /db1 AS /shop/sql',
    });
    const elsewhere = container('db1', {}, { attachments: {} });
    assert.throws(() => checkLinks(storeOf(elsewhere), shop(['db1:sql'])), {
      code: 'PCH_CONFLICT',
      message: /Cannot link to \/db1, as it does not belong to the network bridge/,
    });
    checkLinks(storeOf(db), shop(['db1:sql']));
  });

  it('vanish with the other container', () => {
    assert.deepEqual(linkedHosts(storeOf(), shop(['db1:sql'])), []);
    assert.deepEqual(linkedEnv(storeOf(), shop(['db1:sql'])), {});
  });

  it('are followed by name and by id', () => {
    assert.equal(isLinkedTo(shop(['db1:sql']), db), true);
    assert.equal(isLinkedTo(shop([`${db.id.slice(0, 12)}:sql`]), db), true);
    assert.equal(isLinkedTo(shop([]), db), false);
  });

  it('are the resolver’s where names resolve', () => {
    const onWeb = shop(['db1:sql'], { ids: { bridge: 'ab' } });
    checkLinks(storeOf(), onWeb);
    assert.deepEqual(linkedHosts(storeOf(db), onWeb), []);
    assert.equal(isLinkedTo(onWeb, db), false);
  });
});
