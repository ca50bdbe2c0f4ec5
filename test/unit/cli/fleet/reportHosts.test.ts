import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../../../cli/main.ts';
import { fakeTerminal } from '../support/fakeTerminal.ts';

const ok = { Kind: 'container', Name: 'web', State: 'ok' };
const failed = { Kind: 'container', Name: 'web', State: 'failed', Why: 'no image' };
const status = (object: object) => ({ Declared: 1, Ok: 1, Objects: [object], Busy: false, Generation: 4 });
const generation = { Number: 4, At: '2026-01-01T00:00:00Z', Cause: 'apply by user 0', Files: [], Steps: [] };
const counts = { Done: 1, Failed: 0, Left: 0 };

/** What each host responds with, by path. */
const responses: Record<string, Record<string, unknown>> = {
  good: {
    '/status': status(ok),
    '/drift': [],
    '/history': [{ ...generation, ...counts }],
    '/history/4': { ...generation, ...counts, Plan: { Steps: [], Problems: [] } },
    '/pause': {},
  },
  bad: {
    '/status': status(failed),
    '/drift': [{ Kind: 'container', Name: 'web', Changes: [], Events: [] }],
    '/history': [],
    '/pause': {},
  },
};

describe('a report of several hosts', () => {
  let dir: string;
  const servers: Server[] = [];
  const hosts = () => ['bad', 'good', 'away'].map((name) => join(dir, name));

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pouch-hosts-'));
    for (const [name, paths] of Object.entries(responses)) {
      const server = createServer((request, response) => {
        const body = paths[(request.url ?? '').replace('/plugins/host-agent', '')];
        response.statusCode = body === undefined ? 404 : 200;
        response.end(JSON.stringify(body ?? { message: 'page not found' }));
      });
      await new Promise<void>((resolve) => server.listen(join(dir, name), resolve));
      servers.push(server);
    }
  });

  after(async () => {
    for (const server of servers) server.close();
    await rm(dir, { recursive: true, force: true });
  });

  async function pouch(...args: string[]) {
    const { terminal, out, err } = fakeTerminal({ POUCH_CONFIG: '/no/such', POUCH_HOST: 'unix:///no/such' });
    const code = await main(args, terminal);
    const short = (text: string) => text.replaceAll(`${dir}/`, '');
    return { code, out: short(out()), err: short(err()) };
  }

  it('has each host in its order, and those that do not respond with the cause', async () => {
    const { code, out, err } = await pouch('status', '-H', hosts().join(','));
    assert.equal(code, 1);
    assert.match(
      out,
      /^bad {2}\| 1 of 1 .*\nbad {2}\| KIND +NAME +STATE +WHY.*\nbad {2}\| container +web +failed +no image\ngood \| 1 of 1 declared objects are as declared; generation 4\n$/,
    );
    assert.match(err, /^away \| cannot reach pouchd at unix:.*\[PCH_DAEMON_UNREACHABLE\]\n$/);
    assert.equal((await pouch('status', '-H', hosts()[1]!)).code, 0);
    assert.equal((await pouch('status', '-H', hosts()[0]!)).code, 1);
  });

  it('is a line of JSON per host', async () => {
    const { code, out, err } = await pouch('status', '--format', 'json', '-H', hosts().join(','));
    assert.deepEqual([code, err], [1, '']);
    const [bad, good, away] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(bad, { Host: 'bad', ...status(failed) });
    assert.deepEqual(good, { Host: 'good', ...status(ok), Objects: [] });
    assert.equal(away?.['Host'], 'away');
    assert.equal((away?.['Error'] as { Code: string }).Code, 'PCH_DAEMON_UNREACHABLE');
  });

  it('is one of drift, of the history, and of a generation', async () => {
    const [bad, good] = hosts();
    const drift = await pouch('drift', '-H', `${bad},${good}`);
    assert.deepEqual([drift.code, drift.out], [1, 'bad  | container web: stopped\n']);
    assert.equal((await pouch('drift', '-H', good!)).code, 0);
    const json = await pouch('drift', '--format', 'json', '-H', good!);
    assert.equal(json.out, '{"Host":"good","Drift":[]}\n');
    const history = await pouch('history', '-q', '-H', `${good},${bad}`);
    assert.deepEqual([history.code, history.out], [0, 'good | 4\n']);
    const plan = await pouch('history', '--generation', '4', '-H', `${good},${bad}`);
    assert.equal(plan.code, 1);
    assert.match(plan.out, /^good \| generation 4, .*: 1 done, 0 failed, 0 left\n$/);
    assert.match(plan.err, /^bad {2}\| expected a pouchd of this version, found page not found/);
  });

  it('is one of a pause of each', async () => {
    const paused = await pouch('apply', '--pause', '-H', hosts().join(','));
    assert.deepEqual([paused.code, paused.out], [1, 'bad  | paused\ngood | paused\n']);
    assert.match(paused.err, /^away \| cannot reach pouchd/);
    assert.match((await pouch('apply', '--pause', '--dry-run')).err, /--pause takes --host/);
  });

  it('has hosts that are an address of a kind that Pouch does not know among those that do not respond', async () => {
    const { code, out, err } = await pouch('status', '-H', `ftp://x,${hosts()[1]}`);
    assert.equal(code, 1);
    assert.match(out, /^good +\| 1 of 1/);
    assert.match(err, /^ftp:\/\/x +\| .*\[PCH_OPTION_INVALID\]\n$/);
  });

  it('is not one of an image', async () => {
    assert.match((await pouch('history', 'debian', '-H', 'a,b')).err, /--host with several hosts/);
  });
});
