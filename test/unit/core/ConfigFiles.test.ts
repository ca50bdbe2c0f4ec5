import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastGoodPath, loadConfig } from '../../../config/index.ts';
import { ConfigFiles } from '../../../core/ConfigFiles.ts';
import { Secrets } from '../../../core/secrets/Secrets.ts';
import type { PluginChange } from '../../../hooks/engine/plugins.ts';
import { TestLog } from '../../../testing/TestLog.ts';

describe('the record of the files in force', () => {
  let root: string;
  let log: TestLog;
  let loaded: ReturnType<typeof loadConfig>;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'pouch-config-'));
    log = new TestLog();
    write('1s');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const main = () => join(root, 'pouchd.yaml');
  const record = () => readFileSync(lastGoodPath(root), 'utf8');

  function write(stopTimeout: string): void {
    writeFileSync(main(), `apiVersion: pouch/v1\nroot: ${root}\nstopTimeout: ${stopTimeout}\n`);
    loaded = loadConfig({ file: main() });
  }

  function open(problem?: string): ConfigFiles {
    return new ConfigFiles({
      reread: () => loadConfig({ file: main() }),
      digest: () => readFileSync(main(), 'utf8'),
      current: () => loaded,
      main: main(),
      problem,
      declaring: ['host-agent'],
      secrets: new Secrets(() => []),
      log,
    });
  }

  const reload = (files: ConfigFiles, ...plugins: PluginChange[]) =>
    files.reload(async (read) => {
      loaded = read;
      return { plugins };
    });

  it('is read by root alone, and is replaced, also if it is a FIFO', async () => {
    const files = open();
    await files.remember();
    assert.match(record(), /stopTimeout: 1s/);
    assert.equal(statSync(lastGoodPath(root)).mode & 0o777, 0o600);
    rmSync(lastGoodPath(root));
    execFileSync('mkfifo', [lastGoodPath(root)]);
    await files.remember();
    assert.match(record(), /stopTimeout: 1s/);
  });

  it('is removed if it cannot be replaced: a start would end what others declare', async () => {
    const files = open();
    await files.remember();
    mkdirSync(`${lastGoodPath(root)}.new`);
    write('2s');
    await files.remember();
    assert.throws(record, { code: 'ENOENT' });
    assert.match(log.lines[0]?.message ?? '', /a start with broken files would fail/);
    rmSync(`${lastGoodPath(root)}.new`, { recursive: true });
    await files.remember();
    assert.match(record(), /stopTimeout: 2s/);
  });

  it('has the files also without credentials or a plugin, but not if previous declarations are kept', async () => {
    const files = open('credentials are missing');
    await files.remember();
    assert.match(record(), /stopTimeout: 1s/);
    write('2s');
    await reload(files, { name: 'adds', change: 'kept', reason: 'no label' });
    assert.equal(files.problem, 'plugin adds: no label');
    assert.match(record(), /stopTimeout: 2s/);
    write('3s');
    await reload(files, { name: 'host-agent', change: 'kept', reason: 'no image' });
    assert.match(record(), /stopTimeout: 2s/);
    await reload(files, { name: 'host-agent', change: 'updated' });
    assert.equal(files.problem, undefined);
    assert.match(record(), /stopTimeout: 3s/);
  });

  it('has the plugins of a start among the problems of the files', async () => {
    const files = open('credentials are missing');
    const plugins: readonly PluginChange[] = [
      { name: 'lxcfs', change: 'added' },
      { name: 'adds', change: 'quarantined', reason: 'no secret' },
    ];
    files.loaded(plugins, { isStart: true });
    assert.equal(files.problem, 'credentials are missing\nplugin adds: no secret');
    // Writing a setting does not load the plugin.
    files.written();
    assert.match(files.problem, /no secret/);
    files.loaded([]);
    assert.equal(files.problem, undefined);
  });
});
