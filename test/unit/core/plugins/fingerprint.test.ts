import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fingerprints } from '../../../../core/plugins/load/fingerprint.ts';
import type { WantedPlugin } from '../../../../core/plugins/load/wantedPlugin.ts';

describe('the fingerprint of a plugin in a process', () => {
  let dir = '';
  const at = (name: string) => join(dir, name);
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fingerprint-'));
    chmodSync(dir, 0o755);
    mkdirSync(at('lib'));
    writeFileSync(at('own.ts'), '');
    writeFileSync(at('lib/other.ts'), '');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const of = async (entry: Partial<WantedPlugin> = {}, origin = 'pouchd.yaml:3', around: unknown[] = []) => {
    const basic = {
      name: 'own',
      source: '',
      isolation: 'process',
      enabled: true,
      options: { a: 1 },
    } as const;
    return await new Fingerprints(around).of({ ...basic, path: at('own.ts'), ...entry }, origin);
  };

  it('is the same while nothing changes', async () => {
    assert.notEqual(await of(), undefined);
    assert.equal(await of(), await of());
  });

  for (const [what, change] of Object.entries({
    'its file': () => writeFileSync(at('own.ts'), '\n'),
    'a file that it may import': () => writeFileSync(at('lib/other.ts'), '\n'),
    'the mode of a file': () => chmodSync(at('lib/other.ts'), 0o600),
    'a new file': () => writeFileSync(at('lib/new.ts'), ''),
    'a file that is gone': () => rmSync(at('lib/other.ts')),
  }))
    it(`changes with ${what}`, async () => {
      const before = await of();
      change();
      const after = await of();
      assert.notEqual(after, undefined);
      assert.notEqual(after, before);
    });

  it('changes with the entry, its place and the surroundings', async () => {
    const all = [
      await of(),
      await of({ options: { a: 2 } }),
      await of({ limits: { pids: 9 } }),
      await of({ env: { A: 'b' } }),
      await of({ onError: 'skip' }),
      await of({ grants: { services: { containers: true } } }),
      await of({}, 'pouchd.yaml:4'),
      await of({}, undefined, [{ root: '/x' }]),
    ];
    assert.equal(new Set(all).size, all.length);
  });

  for (const [what, entry] of [
    ['the network', { grants: { network: true } }],
    ['paths of the host', { grants: { paths: { read: ['/etc/corp'] } } }],
    ['all rights', { user: 'root' }],
    ['the process of pouchd', { isolation: 'in-process' }],
  ] as const)
    it(`is not known for one with ${what}`, async () => assert.equal(await of(entry), undefined));

  for (const [what, change] of Object.entries({
    'with packages': () => mkdirSync(at('node_modules')),
    'with a link in its folder': () => symlinkSync('/etc', at('lib/link')),
    'that others can write': () => chmodSync(at('own.ts'), 0o666),
    'that is gone': () => rmSync(at('own.ts')),
  }))
    it(`is not known for one ${what}`, async () => {
      change();
      assert.equal(await of(), undefined);
    });
});
