import assert from 'node:assert/strict';
import { addEtcFiles, hostsFile } from '../../../../core/plan/etcFiles.ts';
import type { NetworkAttachment } from '../../../../hooks/engine.ts';
import type { ContainerRequest } from '../../../../hooks/request.ts';
import { containerId, requested } from './support.ts';

describe('the files of /etc', () => {
  const host = {
    hosts: '127.0.0.1\tlocalhost\n192.0.2.1\tthe-host\n',
    resolvConf: 'search host.example\nnameserver 127.0.0.53\nnameserver 192.0.2.53\noptions edns0\n',
  };
  const defaults = { dns: [], dnsSearch: [], dnsOptions: [] };

  async function files(request: Partial<ContainerRequest>, more: Partial<typeof defaults> = {}) {
    const draft = await requested(request);
    addEtcFiles(draft, host, { defaults: { ...defaults, ...more }, isWritable: true });
    return { draft, read: (name: string) => draft.files[`/etc/${name}`]?.content };
  }

  it('name the container', async () => {
    const { read } = await files({ hostname: 'box' });
    assert.equal(read('hostname'), 'box\n');
    assert.match(read('hosts')!, /^127\.0\.1\.1\tbox$/m);
    assert.equal((await files({})).read('hostname'), `${containerId.slice(0, 12)}\n`);
  });

  it('are in the root file system of a rich container', async () => {
    const own = async (enabled: boolean) =>
      Object.values((await files({ rich: { enabled } })).draft.files).map((file) => file.own);
    assert.deepEqual(await own(true), ['once', 'lines', 'freshLines']);
    assert.deepEqual(await own(false), [undefined, undefined, undefined]);
  });

  it('have its addresses once they are known, and what was added', async () => {
    const { draft } = await files({
      hostname: 'box',
      domainname: 'example.org',
      network: { mode: 'bridge', extraHosts: { db: '192.0.2.7' } },
    });
    const hosts = hostsFile(draft, host, [{ ip: '10.0.0.2' } as NetworkAttachment]);
    assert.match(hosts, /^10\.0\.0\.2\tbox\.example\.org box$/m);
    assert.match(hosts, /^192\.0\.2\.7\tdb$/m);
    assert.doesNotMatch(hosts, /127\.0\.1\.1|the-host/);
  });

  it('on the host’s network are the host’s', async () => {
    const { read } = await files({ network: { mode: 'host', extraHosts: { db: '192.0.2.7' } } });
    assert.equal(read('hosts'), `${host.hosts}192.0.2.7\tdb\n`);
    assert.equal(read('resolvConf'), undefined);
    assert.equal(read('resolv.conf'), host.resolvConf);
  });

  it('have the host’s name servers without its loopback', async () => {
    const { read } = await files({});
    assert.equal(read('resolv.conf'), 'search host.example\nnameserver 192.0.2.53\noptions edns0\n');
  });

  it('have the request’s name servers before those of pouchd.yaml before the host’s', async () => {
    const yaml = { dns: ['192.0.2.9'] as never[], dnsSearch: ['yaml.example'] as never[] };
    assert.equal(
      (await files({}, yaml)).read('resolv.conf'),
      'search yaml.example\nnameserver 192.0.2.9\noptions edns0\n',
    );
    const asked = await files(
      { network: { mode: 'bridge', dns: ['192.0.2.8'], dnsOptions: ['ndots:3'] } },
      yaml,
    );
    assert.equal(asked.read('resolv.conf'), 'search yaml.example\nnameserver 192.0.2.8\noptions ndots:3\n');
  });

  it('are left alone where the request mounts something', async () => {
    const { read } = await files({
      volumes: [{ kind: 'bind', source: '/srv/hosts', destination: '/etc/hosts' }],
    });
    assert.equal(read('hosts'), undefined);
    assert.notEqual(read('hostname'), undefined);
  });
});
