import assert from 'node:assert/strict';
import type { PluginGrants } from '../../../../config/types.ts';
import { checkEffects } from '../../../../core/plan/checkEffects.ts';
import { FieldOwners } from '../../../../core/plugins/draft/FieldOwners.ts';
import type { Effect } from '../../../../hooks/effects.ts';
import type { PouchError } from '../../../../hooks/errors.ts';

const mount: Effect = {
  kind: 'host.mount',
  stage: 'start',
  args: { type: 'nfs', source: 'nas:/home/alice', target: '/srv/homes/alice' },
};

/** Who plans the effect `m` of plugin `homes`. */
function error(effect: Effect, grants: Record<string, PluginGrants>, others: [string[], string][] = []) {
  const fieldOwners = new FieldOwners();
  fieldOwners.set(['effects', 'm'], 'homes');
  for (const [path, plugin] of others) fieldOwners.set(['effects', 'm', ...path], plugin);
  const blame = [
    {
      field: 'effects.m',
      plugin: 'homes',
      hook: 'container.preCreate',
      action: 'set' as const,
      origin: '/etc/pouch/pouchd.yaml:7',
      ms: 1,
    },
  ];
  try {
    const ownerOf = (kind: string) => (kind === 'own' ? 'homes' : undefined);
    checkEffects({ m: effect }, blame, { fieldOwners, grants: new Map(Object.entries(grants)), ownerOf });
    return undefined;
  } catch (thrown) {
    return thrown as PouchError;
  }
}

const withRules = (...rules: Record<string, string[]>[]): PluginGrants => ({
  effects: { 'host.mount': rules },
});
const rule = { type: ['nfs*'], source: ['nas:/home/*'], target: ['/srv/homes/*'] };

describe('checkEffects', () => {
  it('needs no grant for a kind of the plugin itself', () => {
    const own: Effect = { kind: 'own', stage: 'start', args: {} };
    assert.equal(error(own, { homes: {} }), undefined);
    assert.equal(error({ ...own, kind: 'other' }, { homes: {} })?.code, 'PCH_EFFECT_NOT_GRANTED');
  });

  it('a plugin of pouchd itself needs no grant', () => assert.equal(error(mount, {}), undefined));

  it('a confined plugin needs one, and the error has the YAML and its place', () => {
    const found = error(mount, { homes: {} });
    assert.equal(found?.code, 'PCH_EFFECT_NOT_GRANTED');
    assert.equal(found.plugin, 'homes');
    assert.equal(found.hook, 'container.preCreate');
    assert.match(found.message, /plugin homes plans the effect m \(host\.mount\)/);
    assert.match(
      found.hint ?? '',
      /pouchd\.yaml:7\): grants: \{ effects: \{ host\.mount: \[\{ type: "nfs", source: /,
    );
  });

  it('a rule that fits every limited argument, or true, allows it', () => {
    assert.equal(error(mount, { homes: withRules({ ...rule, type: ['tmpfs'] }, rule) }), undefined);
    assert.equal(error(mount, { homes: { effects: { 'host.mount': true } } }), undefined);
  });

  it('parts of several rules do not add up', () => {
    const rules = withRules({ ...rule, target: ['/other/*'] }, { ...rule, source: ['other:/*'] });
    assert.equal(error(mount, { homes: rules })?.code, 'PCH_EFFECT_NOT_GRANTED');
  });

  it('an argument that the rule does not name must not be given', () => {
    const { source: _source, ...rest } = rule;
    assert.equal(error(mount, { homes: withRules(rest) })?.code, 'PCH_EFFECT_NOT_GRANTED');
    const tmpfs = { ...mount, args: { type: 'tmpfs', target: '/srv/homes/x' } };
    assert.equal(error(tmpfs, { homes: withRules({ ...rest, type: ['tmpfs'] }) }), undefined);
  });

  it('every plugin that has set a part of it needs the grant', () => {
    const found = error(mount, { late: {} }, [[['args', 'target'], 'late']]);
    assert.equal(found?.plugin, 'late');
  });

  it('effects of the core and of other plugins need one too', () => {
    const effect: Effect = { kind: 'netns', stage: 'start', args: { path: '/etc/passwd' } };
    const found = error(effect, { homes: { effects: { 'host.mount': true } } });
    assert.equal(found?.code, 'PCH_EFFECT_NOT_GRANTED');
    assert.equal(error({ ...effect, kind: 'quota' }, { homes: { effects: { quota: true } } }), undefined);
  });

  const wrong: [string, Record<string, unknown>, RegExp][] = [
    ['a path with ..', { ...mount.args, target: '/srv/../etc' }, /target: expected string to match/],
    ['a relative path', { ...mount.args, target: 'srv' }, /target/],
    ['a source with ..', { ...mount.args, source: 'nas:/home/../etc' }, /source/],
    ['a source that is an option', { ...mount.args, source: '-o' }, /source/],
    ['an option that lifts nosuid', { ...mount.args, options: ['suid'] }, /options\.0/],
    ['two options in one', { ...mount.args, options: ['ro,suid'] }, /options\.0/],
    ['FUSE', { ...mount.args, type: 'fuse' }, /type/],
    [
      'an unknown argument',
      { ...mount.args, tarket: '/x' },
      /expected type, source, target, options, found tarket/,
    ],
  ];
  for (const [what, args, message] of wrong)
    it(`refuses ${what}, also of a plugin of pouchd itself`, () => {
      const found = error({ ...mount, args }, {});
      assert.equal(found?.code, 'PCH_PLAN_INVALID');
      assert.equal(found.plugin, 'homes');
      assert.match(found.message, message);
    });

  describe('of host.process', () => {
    const run: Effect = {
      kind: 'host.process',
      stage: 'start',
      args: { name: 'a', argv: ['/bin/agent', '-D'] },
    };
    const withArgs = (args: Record<string, unknown>): Effect => ({ ...run, args: { ...run.args, ...args } });
    const granted = (more: Record<string, string[]> = {}, paths = {}): Record<string, PluginGrants> => ({
      homes: { effects: { 'host.process': [{ argv: ['/bin/agent', '-D'], ...more }] }, paths },
    });
    const isGranted = (effect: Effect, grants: Record<string, PluginGrants>) => {
      const found = error(effect, grants);
      assert.ok(!found || found.code === 'PCH_EFFECT_NOT_GRANTED', found?.message);
      return !found;
    };

    it('a rule has the whole argv: no prefix, no pattern', () => {
      assert.ok(isGranted(run, granted()));
      for (const argv of [['/bin/agent'], ['/bin/agent', '-D', '-x'], ['/bin/agent', '-E']])
        assert.ok(!isGranted(withArgs({ argv }), granted()), argv.join(' '));
      assert.ok(!isGranted(run, granted({ argv: ['/bin/*', '-D'] })));
    });

    it('variables by their names, limits up to the value', () => {
      const env = withArgs({ env: { MODE: 'x' } });
      assert.ok(!isGranted(env, granted()));
      assert.ok(isGranted(env, granted({ env: ['MODE', 'OTHER'] })));
      assert.ok(!isGranted(withArgs({ env: { MODE: 'x', LD_PRELOAD: '/x' } }), granted({ env: ['MODE'] })));
      const memory = withArgs({ memory: 2 ** 30 });
      assert.ok(!isGranted(memory, granted()));
      assert.ok(isGranted(memory, granted({ memory: ['1g'] })));
      assert.ok(!isGranted(withArgs({ memory: 2 ** 30 + 1 }), granted({ memory: ['1g'] })));
      assert.ok(isGranted(withArgs({ cpus: 0.5 }), granted({ cpus: ['0.5'] })));
    });

    it('paths by those of the plugin', () => {
      const paths = withArgs({ paths: { read: ['/etc/corp/a'], write: ['/var/corp'] } });
      assert.ok(!isGranted(paths, granted()));
      assert.ok(isGranted(paths, granted({}, { write: ['/etc/corp', '/var/corp'] })));
      assert.ok(!isGranted(paths, granted({}, { read: ['/etc/corp', '/var/corp'] })));
      assert.ok(!isGranted(paths, granted({}, { read: ['/etc/cor'], write: ['/var/corp'] })));
    });

    it('the hint has all that is needed', () => {
      const wants = withArgs({ user: 'root', env: { A: '1' }, paths: { read: ['/etc/corp'] } });
      assert.match(
        error(wants, { homes: {} })?.hint ?? '',
        /: grants: \{ effects: \{ host\.process: \[\{ argv: \["\/bin\/agent","-D"\], env: \["A"\], user: "root" \}\] \}, paths: \{ read: \["\/etc\/corp"\] \} \}$/,
      );
    });

    const wrong: [Effect, RegExp][] = [
      [{ ...run, stage: 'create' }, /is of stage create, expected start/],
      [withArgs({ argv: ['agent'] }), /argv\.0: expected the absolute path/],
      [withArgs({ argv: ['/bin/../agent'] }), /argv\.0: expected the absolute path/],
      [withArgs({ env: { 'A=B': 'x' } }), /env/],
      [withArgs({ paths: { raed: ['/x'] } }), /paths\.raed: unexpected property/],
      [withArgs({ env: { A: 'x\0y' } }), /env\.A/],
      [withArgs({ network: 'container' }), /needs `needs: \["netns"\]`/],
      [withArgs({ namespaces: 'host', paths: {} }), /sees all files/],
      [withArgs({ namespaces: 'host', network: 'own' }), /expected host or container/],
    ];
    for (const [effect, message] of wrong)
      it(`refuses ${JSON.stringify(effect)}`, () => {
        const found = error(effect, {});
        assert.equal(found?.code, 'PCH_PLAN_INVALID');
        assert.match(found.message, message);
      });
  });
});
