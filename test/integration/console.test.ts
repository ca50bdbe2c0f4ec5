import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { documentedBlock } from '../support/documentedBlock.ts';
import { fastest } from '../support/fastest.ts';
import { ask } from '../support/RawClient.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const bad = resolve(import.meta.dirname, 'support/plugins/badPages.ts');
const script = '<script>alert(1)</script>';

/** The error of each fault; all name the plugin. */
const faults: Record<string, RegExp> = {
  throw: /the &lt;b&gt;disk&lt;\/b&gt; is gone/,
  hang: /the page bad did not end within 1500 ms/,
  spin: /the page bad did not end within 1500 ms/,
  kill: /its process ended \(SIGKILL\)/,
  flood: /did not end within 1500 ms|its process (ended|was killed|wrote)/,
  huge: /more than 8 MiB|did not end within 1500 ms/,
  large: /the content of the page is larger than 1 MiB/,
  rows: /is not of the form: `blocks\[0\]\.rows`: Expected array length to be less or equal to 1000/,
  uneven: /`blocks\[0\]\.rows\[0\]` with 2 values, expected 1/,
  nothing: /must be an object with a list of `blocks`/,
  bigint: /the page returned a value that is not plain data/,
  circle: /nested deeper than 64 levels/,
  markup: /must be an object with a list of `blocks`/,
  kind: /`blocks\[0\]\.kind` must be one of text, preformatted, facts/,
  link: /`blocks\[0\]\.links\[0\]\.link\.page`: Expected string to match/,
  href: /`blocks\[0\]\.links\[0\]\.link\.href`: Unexpected property/,
};

describe('the web console', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, pouch, sh } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);
  const get = (path: string, accept = 'text/html') =>
    ask(join(daemon.it.state, 'pouchd.sock'), 'GET', `/pouch/console${path}`, { headers: { accept } });
  const page = async (path: string) => {
    const { status, text } = await get(path);
    assert.equal(status, 200, text);
    return text;
  };
  const dir = () => at('faults');
  const use = async (...entries: string[]) => {
    await daemon.it.configure(`plugins:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`);
    await ok('plugin', 'reload');
  };
  const badEntry = () =>
    `{ path: ${at('badPages.ts')}, options: { dir: '${dir()}' }, grants: { paths: { read: ['${dir()}'] } } }`;

  before(async () => {
    await mkdir(dir());
    await chmod(dir(), 0o755);
    await cp(bad, at('badPages.ts'));
  });

  describe('its own pages', () => {
    it('the index lists the pages by plugin, as a document and as data', async () => {
      const text = await page('');
      assert.match(text, /<h2>console<\/h2>/);
      for (const name of ['overview', 'containers', 'plugins', 'operations', 'doctor'])
        assert.match(text, new RegExp(`<a href="console/console/${name}">`));
      assert.doesNotMatch(text, /console\/container"/, 'one container needs an id');
      for (const { json } of [await get('?format=json'), await get('', 'application/json')])
        assert.deepEqual(json[0], {
          plugin: 'console',
          name: 'overview',
          title: 'Overview',
          doc: 'The host, pouchd, and containers by state.',
          listed: true,
        });
    });

    it('a document has no script, one style sheet of a known hash, and headers that allow nothing else', async () => {
      for (const path of ['', '/console/overview', '/console/nothing']) {
        const { headers, text } = await get(path);
        const [, style = ''] = /<style>(.*?)<\/style>/s.exec(text) ?? [];
        const hash = createHash('sha256').update(style).digest('base64');
        assert.equal(
          headers['content-security-policy'],
          `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
        );
        assert.equal(headers['content-type'], 'text/html; charset=utf-8');
        assert.equal(headers['x-content-type-options'], 'nosniff');
        assert.equal(headers['cache-control'], 'no-store');
        assert.equal(headers['referrer-policy'], 'no-referrer');
        assert.doesNotMatch(text, /<script|javascript:|https?:\/\/| style=| on\w+=/);
      }
      const { headers } = await get('/console/overview?format=json');
      assert.deepEqual(
        [headers['content-type'], headers['x-content-type-options'], headers['cache-control']],
        ['application/json', 'nosniff', 'no-store'],
      );
    });

    it('overview: host, daemon, containers by state, disk', async () => {
      const id = await ok('run', '-d', 'busybox', 'sleep', '1000');
      const { json } = await get('/console/overview?format=json');
      const kinds = json.blocks.map(({ kind }: { kind: string }) => kind);
      assert.deepEqual(kinds.slice(-4), ['tiles', 'bars', 'facts', 'facts']);
      const [tiles, bars] = json.blocks.slice(-4);
      const running = tiles.tiles.find(({ name }: { name: string }) => name === 'running');
      assert.equal(running.value.text, 1);
      assert.match(bars.bars[0].text, /^[\d.]+ \w+ of [\d.]+ \w+$/);
      const text = await page('/console/overview');
      assert.match(text, /<meter [^>]*aria-label="Disk of /);
      assert.match(text, /href="\.\.\/console\/containers\?state=running"/);
      await ok('rm', '-f', id);
    });

    it('containers and one container: ports, mounts, network, effects, who set what; secrets are masked', async () => {
      const id = await ok(
        ...['run', '-d', '--name', 'shown', '-p', '127.0.0.1::80', '-v', '/data'],
        ...['-e', 'GREETING=hello', '-e', 'DB_PASSWORD=verysecret', '--label', 'api.token=alsosecret'],
        ...['busybox', 'sleep', '1000'],
      );
      const list = await page('/console/containers?state=running');
      assert.match(list, new RegExp(`href="\\.\\./console/container\\?id=${id}"[^>]*>shown<`));
      assert.match(list, /127\.0\.0\.1:\d+-&gt;80\/tcp/);
      assert.doesNotMatch(await page('/console/containers?state=exited'), /shown/);
      for (const ref of ['shown', id]) {
        const one = await page(`/console/container?id=${ref}`);
        assert.match(one, /<h1>Container shown<\/h1>/);
        for (const part of [id, '/data', 'process.env.GREETING', 'hello', 'network.eth0', 'bridge'])
          assert.ok(one.includes(part), part);
        assert.match(one, /process\.env\.DB_PASSWORD<\/td>\s*<td>request<\/td>[^]*?\*{8}/);
        assert.doesNotMatch(one, /verysecret|alsosecret/);
      }
      const { status, text } = await get('/console/container?id=gone');
      assert.equal(status, 404);
      assert.match(text, /Page not found[^]*No such container: gone/);
      assert.equal((await get('/console/container')).status, 400);
      await ok('rm', '-f', '-v', 'shown');
    });

    it('plugins, operations and doctor', async () => {
      const plugins = await get('/console/plugins?format=json');
      const row = plugins.json.blocks.at(-1).rows.find((one: unknown[]) => Number(one[4]) > 0);
      assert.deepEqual([row[1], row[3]], [{ text: 'active', state: 'ok' }, 'pouchd']);
      assert.ok(row[5] > 0 && row[6] >= row[5], 'p50, p99');
      assert.match(await page('/console/operations'), /No operation runs\./);
      const doctor = await get('/console/doctor?format=json');
      assert.ok(doctor.json.blocks[0].rows.some(([name]: string[]) => name === 'runc'));
    });

    it('no page waits for a container: an operation that hangs is shown', async () => {
      const id = await ok(
        'create',
        '--stop-timeout',
        '60',
        'busybox',
        'sh',
        '-c',
        'trap "" TERM; while :; do sleep 1; done',
      );
      await ok('start', id);
      const stopping = pouch('stop', '-t', '30', id);
      const isShown = async () => (await page('/console/operations')).includes(id.slice(0, 12));
      assert.ok(await waitUntil(isShown, { withinMs: 20_000 }));
      assert.match(await page(`/console/container?id=${id}`), /running/);
      await ok('kill', id);
      await stopping;
      await ok('rm', '-f', id);
    });

    it('each comes back in under 100 ms', async () => {
      for (const name of ['overview', 'containers', 'plugins', 'operations', 'doctor']) {
        const ms = await fastest(10, () => page(`/console/${name}`));
        assert.ok(ms < 100, `${name}: ${ms} ms`);
      }
    });

    it('refresh, format and their mistakes', async () => {
      const refreshed = await page('/console/containers?state=exited&refresh=5');
      assert.match(refreshed, /<meta http-equiv="refresh" content="5" \/>/);
      assert.match(refreshed, /href="\.\.\/console\/containers\?state=exited&amp;refresh=30"/);
      assert.doesNotMatch(await page('/console/containers'), /http-equiv="refresh"/);
      for (const query of ['refresh=0', 'refresh=99999', 'refresh=5;url=x', 'format=xml'])
        assert.equal((await get(`/console/overview?${query}`)).status, 400, query);
    });

    it('POST and others are no pages', async () => {
      const socket = join(daemon.it.state, 'pouchd.sock');
      for (const method of ['POST', 'PUT', 'DELETE'])
        assert.equal((await ask(socket, method, '/pouch/console')).status, 404, method);
      const fromPage = await ask(socket, 'GET', '/pouch/console', {
        headers: { origin: 'http://evil.example' },
      });
      assert.equal(fromPage.json.code, 'PCH_CLIENT_NOT_ALLOWED');
    });
  });

  it('markup in names, labels, variables, commands and queries is text', async () => {
    const id = await ok(
      ...['create', '--label', `a"b=${script}`, '-e', `X="><img src=x onerror=alert(1)>`],
      ...['--hostname', 'h1', '-w', `/tmp/${script}`, 'busybox', 'echo', `</td>${script}`],
    );
    for (const path of [
      `/console/container?id=${id}`,
      '/console/containers',
      `/console/containers?state=${encodeURIComponent(script)}`,
      `/console/container?id=${encodeURIComponent(script)}`,
      `/console/${encodeURIComponent(script)}`,
      `/${encodeURIComponent(script)}/x`,
    ]) {
      const { text } = await get(path);
      assert.doesNotMatch(text, /<script|<img/, path);
    }
    const one = await page(`/console/container?id=${id}`);
    assert.ok(one.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
    assert.ok(one.includes('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;'));
    await ok('rm', id);
  });

  it('a container with much of all, and one whose record is damaged, cost the pages nothing', async () => {
    const wide = 'ä'.repeat(120);
    const many = (flag: string, text: (n: number) => string) =>
      Array.from({ length: 400 }, (_, n) => [flag, text(n)]).flat();
    const large = await ok('create', ...many('--label', (n) => `${wide}${n}=${wide}`), 'busybox');
    const damaged = await ok('create', '--name', 'damaged', 'busybox');
    await daemon.it.stop();
    await writeFile(join(daemon.it.root, 'containers', damaged, 'config.json'), '{}');
    await daemon.it.start();
    assert.match(await page(`/console/container?id=${large}`), /Who set what: the first \d+ of \d+/);
    const list = await page('/console/containers');
    assert.match(list, /<span class="problem">damaged<\/span>/);
    assert.match(await page('/console/overview'), /state=dead/);
    assert.match(await page(`/console/container?id=${damaged}`), /config\.json/);
    await ok('rm', '-f', '-v', large, damaged);
  });

  describe('pages of plugins', () => {
    before(() => use(badEntry()));

    afterEach(async () => {
      for (const name of await readdir(dir())) await rm(join(dir(), name));
    });

    /** The page works, and so do containers. */
    async function plainRun(): Promise<void> {
      const works = async () => (await get('/bad-pages/bad?ask=it')).text.includes('<dd>it</dd>');
      assert.ok(await waitUntil(works, { withinMs: 60_000, everyMs: 100 }));
      assert.equal(await sh('echo plain'), 'plain');
    }

    it('data is rendered and escaped; a link carries its query', async () => {
      const text = await page('/bad-pages/bad?ask=%3Ci%3E');
      assert.match(text, /<h1>Bad &lt;b&gt;page&lt;\/b&gt;<\/h1>/);
      assert.match(text, /<dd>&lt;i&gt;<\/dd>/);
      const [, href = ''] = /<a href="([^"]*ask[^"]*)">again/.exec(text) ?? [];
      assert.equal(href, '../bad-pages/bad?ask=%22%3E%3Ci%3E%26');
      assert.match(text, /aria-current="page"/);
      assert.match(await ok('plugin', 'inspect', 'bad-pages'), /"page": \[\s*"bad-pages\/bad"/);
    });

    it('a plugin that does not describe its effects costs the page of a container that part', async () => {
      const id = await ok('create', '--label', 'bad=1', 'busybox');
      assert.match(await page(`/console/container?id=${id}`), /does nothing/);
      await writeFile(join(dir(), 'fault-describe'), '');
      const text = await page(`/console/container?id=${id}`);
      assert.match(text, /Effects on the host: not known within 900 ms/);
      assert.match(text, /<h2>Who set what<\/h2>/);
      await rm(join(dir(), 'fault-describe'));
      await plainRun();
      await ok('rm', id);
    });

    it('one that keeps failing is not called for a while', async () => {
      await writeFile(join(dir(), 'fault-throw'), '');
      const refreshed = await get('/bad-pages/bad?refresh=5');
      assert.match(refreshed.text, /http-equiv="refresh" content="5"/, 'an error is loaded again');
      const texts: string[] = [];
      for (let call = 0; call < 5; call += 1) texts.push((await get('/bad-pages/bad')).text);
      assert.doesNotMatch(texts[3]!, /in a row/);
      assert.match(texts[4]!, /has failed 5 times in a row and is called again in \d+ s/);
      assert.match(await ok('plugin', 'logs', 'bad-pages'), /a console page failed/);
    });

    it('a reload adds and removes pages; that of a removed plugin is not found', async () => {
      await use(badEntry());
      assert.match(await page(''), /bad-pages\/bad/);
      await use('{ name: policy, enabled: false }');
      assert.doesNotMatch(await page(''), /bad-pages/);
      const gone = await get('/bad-pages/bad');
      assert.equal(gone.status, 404);
      assert.match(gone.text, /Page not found[^]*no plugin is named bad-pages/);
      assert.match((await get('/policy/x')).text, /plugin policy is disabled: it has no pages/);
      assert.match((await get('/console/x')).text, /plugin console has no page x[^]*it has overview, /);
    });

    it('the examples of the guide: Python and TypeScript', async () => {
      await writeFile(at('licences'), documentedBlock('guides/console.md', '#!/usr/bin/python3'), {
        mode: 0o755,
      });
      await writeFile(at('owners.ts'), documentedBlock('guides/console.md', "name: 'owners'"));
      await use(
        `path: ${at('licences')}`,
        `{ path: ${at('owners.ts')}, grants: { services: { containers: [list] } } }`,
      );
      const licences = await page('/licences/licences');
      assert.match(licences, /<th scope="col">Product<\/th>/);
      assert.match(licences, /<meter [^>]*value="18"/);
      const id = await ok('create', '--name', 'owned', '--label', 'owner=ann', 'busybox');
      const owners = await page('/owners/owners');
      assert.match(owners, /ann[^]*owned/);
      assert.match(owners, /href="\.\.\/console\/container\?id=owned"/);
      await ok('rm', id);
    });

    describe('with a fault', function () {
      before(() => use(badEntry()));

      for (const [fault, message] of Object.entries(faults))
        it(`${fault}: an error in place of the page, with the plugin’s name`, async () => {
          await writeFile(join(dir(), `fault-${fault}`), '');
          const began = performance.now();
          const { status, text } = await get('/bad-pages/bad');
          assert.ok(performance.now() - began < 10_000);
          assert.ok(status >= 500, `${status}`);
          assert.match(text, /This page cannot be shown/);
          assert.match(text, /<dt>Plugin<\/dt>\s*<dd>bad-pages<\/dd>/);
          const [alert = ''] = /role="alert"[^]*<\/section>/.exec(text) ?? [];
          assert.match(alert, message);
          assert.doesNotMatch(text, /<b>/);
          const { json } = await get('/bad-pages/bad?format=json');
          assert.match(json.code, /^PCH_(PLUGIN_\w+|DEADLINE)$/);
          assert.equal(json.plugin, 'bad-pages');
          assert.match(await page('/console/overview'), /Overview/);
          await rm(join(dir(), `fault-${fault}`));
          await plainRun();
        });

      sampleTests(this);
    });
  });
});
