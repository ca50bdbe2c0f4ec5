import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changedFile, loadConfig } from '../../../config/index.ts';

const content = `# The host of the shop.
apiVersion: pouch/v1
log: # what is written
  level: info
network:
  mtu: 1400 # the VPN
`;

describe('changedFile', () => {
  let directory: string;
  let file: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'pouch-change-'));
    file = join(directory, 'pouchd.yaml');
  });
  after(() => rmSync(directory, { recursive: true }));
  beforeEach(() => writeFileSync(file, content));

  const change = (changes: Record<string, unknown>, more = {}) => changedFile({ file, ...more }, changes);

  it('changes values and keeps the rest of the text', () => {
    const { text, loaded } = change({ 'log.level': 'debug', 'network.mtu': 1450 });
    assert.equal(
      text,
      content.replace('info', 'debug').replace('1400', '1450').replace('log: #', 'log:\n  #'),
    );
    assert.equal(loaded.config.log.level, 'debug');
    assert.equal(readFileSync(file, 'utf8'), content, 'it writes nothing');
  });

  it('adds settings, lists, and groups that the file lacks or has without a value', () => {
    writeFileSync(file, 'apiVersion: pouch/v1\nlog:\n');
    const { text, loaded } = change({
      'log.level': 'warn',
      'network.dns': ['192.0.2.53'],
      shutdownTimeout: '20s',
    });
    assert.match(text, /log:\n +level: warn/);
    assert.deepEqual(loaded.config.network.dns, ['192.0.2.53']);
    assert.equal(loaded.config.shutdownTimeout, 20_000);
  });

  it('removes a setting, so that its default applies', () => {
    const { text } = change({ 'network.mtu': null, 'log.format': null });
    assert.ok(!text.includes('mtu') && text.includes('level: info'), text);
  });

  it('refuses a file that has become empty, and had declarations', () => {
    const dropIns = join(directory, 'conf.d');
    mkdirSync(dropIns);
    writeFileSync(join(dropIns, 'version.yaml'), 'apiVersion: pouch/v1\n');
    const inForce = loadConfig({ file, text: 'containers: { web: { image: a } }\n' });
    for (const text of ['', '# nothing\n']) {
      writeFileSync(file, text);
      assert.throws(
        () => change({ 'log.level': 'debug' }, { inForce }),
        /expected declarations, found an empty/,
      );
    }
    rmSync(dropIns, { recursive: true });
  });

  it('refuses a named file that does not exist', () => {
    rmSync(file);
    assert.throws(() => change({ 'log.level': 'debug' }), { code: 'PCH_CONFIG_NOT_FOUND' });
  });

  for (const [name, changes, message] of [
    [
      'an unknown setting',
      { 'log.levle': 'debug' },
      /log\.levle: expected a setting.*did you mean log\.level\?/,
    ],
    ['a group', { log: { level: 'debug' } }, /log: expected a setting/],
    ['an invalid value', { 'log.level': 'loud' }, /pouchd\.yaml: log\.level: expected .*found "loud"/],
    ['a value of another type', { 'network.mtu': ['1'] }, /network\.mtu: expected/],
    ['a name of the prototype', { constructor: 1 }, /constructor: expected a setting/],
  ] as const)
    it(`refuses ${name}`, () =>
      assert.throws(() => change(changes), { code: 'PCH_CONFIG_INVALID', message }));

  it('refuses what a flag or a variable overrides', () => {
    assert.throws(() => change({ 'log.level': 'debug' }, { flags: { 'log-level': 'warn' } }), {
      message: /log\.level: expected a setting of the file, found --log-level, which overrides it/,
    });
  });

  it('reports mistakes that the file has already', () => {
    writeFileSync(file, 'apiVersion: pouch/v1\nlog: { level: loud }\n');
    assert.throws(() => change({ 'network.mtu': 1400 }), { message: /found "loud"/ });
  });
});
