import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { formatOrigin, lastGoodPath, lastGoodText, loadAtStart } from '../../../config/index.ts';
import { errorOf } from './fixture.ts';

describe('a start with files of a configuration that have mistakes', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pouch-config-'));
    mkdirSync(at('root'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const at = (name: string) => join(directory, name);
  const start = (file = at('pouchd.yaml')) => loadAtStart({ file });

  /** Writes a file, removes it, or makes a directory in its place if the text is 'a directory'. */
  function write(name: string, text: string | undefined): void {
    rmSync(at(name), { recursive: true, force: true });
    if (text === undefined) return;
    mkdirSync(text === 'a directory' ? at(name) : dirname(at(name)), { recursive: true });
    if (text !== 'a directory') writeFileSync(at(name), text);
  }

  const main = (more = '') =>
    `apiVersion: pouch/v1\nroot: ${at('root')} # here\ninclude: [site.yaml]\n${more}containers: { web: { image: a } }\n`;

  /** Writes good files, and records them as pouchd does. */
  function begin(): void {
    write('site.yaml', 'stopTimeout: 1s\nlog: { format: text }\n');
    write('pouchd.yaml', main('stopTimeout: 2s\n'));
    write('conf.d/shop.yaml', 'containers: { db: { image: b } }\n');
    const { loaded, broken } = start();
    assert.equal(broken, undefined);
    record(lastGoodText(at('pouchd.yaml'), loaded.texts));
  }

  function record(text: string): void {
    writeFileSync(lastGoodPath(at('root')), text);
  }

  const mistakes: readonly (readonly [
    what: string,
    name: string,
    text: (good: string) => string | undefined,
    problem: RegExp,
  ])[] = [
    ['syntax of the main file', 'pouchd.yaml', (good) => `${good}log: [\n`, /pouchd\.yaml:7:1/],
    ['syntax of another file', 'conf.d/shop.yaml', () => 'containers: {\n', /shop\.yaml:/],
    ['an unknown setting', 'pouchd.yaml', (good) => `${good}netwrok: {}\n`, /pouchd\.yaml:6:1: netwrok/],
    ['a wrong value', 'conf.d/shop.yaml', () => 'log: { level: loud }\n', /shop\.yaml:1:15: log\.level/],
    ['a name that is declared twice', 'conf.d/more.yaml', () => 'containers: { web: {} }\n', /more\.yaml/],
    ['an include that is gone', 'site.yaml', () => undefined, /include\[0\]: .*site\.yaml: no such file/],
    [
      'a directory in the place of a file',
      'conf.d/shop.yaml',
      () => 'a directory',
      /shop\.yaml: .*a directory/,
    ],
  ];
  for (const [what, name, text, problem] of mistakes)
    it(`takes those that were last in force: ${what}`, () => {
      begin();
      write(name, text(main('stopTimeout: 2s\n')));
      const { loaded, broken } = start();
      assert.match(broken?.message ?? '', problem);
      assert.equal(loaded.config.stopTimeout, 2000);
      assert.equal(loaded.config.log.format, 'text');
      assert.deepEqual(Object.keys(loaded.config.containers), ['web', 'db']);
      assert.equal(formatOrigin(loaded.originOf('containers.db')), `${at('conf.d/shop.yaml')}:1`);
      assert.equal(loaded.file, at('pouchd.yaml'));
    });

  it('takes them if the main file is empty, or is gone, and had declarations', () => {
    begin();
    write('pouchd.yaml', '');
    // The root is no longer known from the file.
    const options = { file: at('pouchd.yaml'), flags: { root: at('root') } };
    for (const text of ['', undefined]) {
      write('pouchd.yaml', text);
      const { loaded, broken } = loadAtStart(options);
      assert.match(broken?.message ?? '', /expected (apiVersion: pouch\/v1|a configuration file), found/);
      assert.deepEqual(Object.keys(loaded.config.containers), ['web', 'db']);
    }
    assert.equal(errorOf(() => start()).code, 'PCH_CONFIG_NOT_FOUND');
  });

  it('takes good files, whatever is recorded', () => {
    begin();
    for (const text of [lastGoodText(at('pouchd.yaml'), []), '{', '{"version":2}', 'null']) {
      record(text);
      const { loaded, broken } = start();
      assert.deepEqual([loaded.config.stopTimeout, broken], [2000, undefined]);
    }
  });

  it('fails if what is recorded is damaged, of another file or root, or has mistakes too', () => {
    begin();
    const { texts } = start().loaded;
    write('pouchd.yaml', main('stopTimeout: soon\n'));
    const moved = { file: at('pouchd.yaml'), text: `apiVersion: pouch/v1\nroot: ${at('other')}\n` };
    const wrong = { file: at('pouchd.yaml'), text: `${main()}log: 7\n` };
    for (const text of [
      '{"version":1,"main":',
      lastGoodText(at('other.yaml'), texts),
      lastGoodText(at('pouchd.yaml'), [moved]),
      lastGoodText(at('pouchd.yaml'), [wrong]),
    ]) {
      record(text);
      assert.match(errorOf(() => start()).message, /stopTimeout: expected .*, found "soon"/);
    }
    rmSync(lastGoodPath(at('root')));
    mkdirSync(lastGoodPath(at('root')));
    assert.match(errorOf(() => start()).message, /"soon"/);
  });
});
