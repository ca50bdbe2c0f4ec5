import assert from 'node:assert/strict';
import type { SidecarGrant } from '../../../../../config/types.ts';
import { rightsOf } from '../../../../../core/plugins/sidecars/sidecarRights.ts';
import type { Sidecar } from '../../../../../hooks/index.ts';

const sidecar = (fields: object = {}) => ({ name: 'dns', doc: 'x', command: ['/x'], ...fields }) as Sidecar;
const granted = (dns: SidecarGrant) => ({ isolation: 'process' as const, grants: { sidecars: { dns } } });

describe('the rights of a sidecar', () => {
  it('are those of a confined plugin', () => {
    const entry = {
      isolation: 'process',
      user: 'www',
      limits: { memory: 1e8 },
      grants: { network: true, paths: { read: ['/etc/corp'] } },
    } as const;
    assert.deepEqual(rightsOf('p', sidecar(), entry), {
      user: 'www',
      namespaces: 'own',
      hasNetwork: true,
      limits: { memory: 1e8 },
      paths: { read: ['/etc/corp'] },
    });
    assert.deepEqual(rightsOf('p', sidecar(), { isolation: 'process' }), {
      user: 'nobody',
      namespaces: 'own',
      hasNetwork: false,
      limits: {},
      paths: {},
    });
  });

  it('are those of root for a plugin in pouchd, and need no grant for one that runs as root', () => {
    const rights = { user: 'root', namespaces: 'host', hasNetwork: true, limits: {}, paths: 'host' };
    assert.deepEqual(rightsOf('p', sidecar(), { isolation: 'in-process' }), rights);
    const wants = sidecar({ namespaces: 'host', network: true, keep: true });
    assert.deepEqual(rightsOf('p', wants, { isolation: 'process', user: 'root' }), rights);
  });

  it('of a plugin in pouchd sees only the paths that it declares, unless it is root or on the host', () => {
    const paths = { read: ['/etc/corp'] };
    const pathsOf = (fields: object) =>
      rightsOf('p', sidecar({ paths, ...fields }), { isolation: 'in-process' }).paths;
    assert.deepEqual(pathsOf({ user: 'nobody', namespaces: 'own' }), paths);
    assert.equal(pathsOf({ user: 'nobody' }), 'host');
    assert.equal(pathsOf({ namespaces: 'own' }), 'host');
  });

  it('may be less than those of the plugin', () => {
    const rights = rightsOf('p', sidecar({ limits: { memory: 5e6 }, network: false }), {
      isolation: 'process',
    });
    assert.deepEqual([rights.limits, rights.hasNetwork], [{ memory: 5e6 }, false]);
  });

  it('has limits of its own from the entry, above or below those of the plugin', () => {
    const entry = (dns: SidecarGrant) => ({ ...granted(dns), limits: { memory: 1e8, pids: 100 } });
    assert.deepEqual(rightsOf('p', sidecar(), entry({ memory: 5e6 })).limits, { memory: 5e6, pids: 100 });
    assert.deepEqual(rightsOf('p', sidecar(), entry({ memory: 2e8, cpus: 0.5 })).limits, {
      memory: 2e8,
      pids: 100,
      cpus: 0.5,
    });
    const wants = sidecar({ limits: { memory: 4e6 } });
    assert.deepEqual(rightsOf('p', wants, entry({ memory: 5e6 })).limits, { memory: 4e6, pids: 100 });
    assert.throws(() => rightsOf('p', sidecar({ limits: { memory: 6e6 } }), entry({ memory: 5e6 })), {
      code: 'PCH_PLUGIN_RIGHTS',
    });
  });

  const cases: [wants: object, grant: SidecarGrant, less: SidecarGrant][] = [
    [{ user: 'root' }, { user: 'root' }, { user: 'www' }],
    [{ namespaces: 'host' }, { host: true }, { network: true }],
    [{ network: true }, { network: true }, { host: false }],
    [{ keep: true }, { keep: true }, { keep: false }],
    [{ limits: { memory: 2 ** 30 } }, { memory: 2 ** 30 }, { memory: 2 ** 29 + 1 }],
    [{ limits: { pids: 2000 } }, { pids: 2000 }, { memory: 2 ** 40 }],
  ];
  for (const [wants, grant, less] of cases)
    it(`${JSON.stringify(wants)} needs a grant`, () => {
      assert.ok(rightsOf('p', sidecar(wants), granted(grant)));
      for (const entry of [granted(less), { isolation: 'process' as const }])
        assert.throws(() => rightsOf('p', sidecar(wants), entry), {
          code: 'PCH_PLUGIN_RIGHTS',
          message: /^plugin p: its sidecar dns wants \w+: \S+, which its entry does not grant$/,
        });
    });
});
