/** testcontainers for Node, unmodified, with a stand-in for its reaper. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { Client } from '../../client/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { compileStatic } from '../../scripts/lib/compileC.ts';
import { skip } from '../support/skip.ts';
import { installPackages } from './support/installPackages.ts';
import { target, uniqueName, type Target } from './support/target.ts';

/** The functions of the script. */
const cases = [
  'serves_a_port_of_the_host_once_it_listens',
  'waits_for_http_logs_health_commands_and_the_end',
  'reports_a_container_that_does_not_start',
  'executes_commands',
  'copies_files_in_and_out',
  'resolves_aliases_in_a_network',
  'sets_environment_labels_limits_mounts_and_user',
  'restarts_commits_and_stops',
  'reuses_a_container',
  'leaves_a_container_to_the_reaper',
];

describe('testcontainers', function () {
  this.timeout(300_000);
  let api: Target | undefined;
  let client: Client;
  let temporary: string;
  const outcomes = new Map<string, string | undefined>();
  const prefix = `${uniqueName()}-`;

  before(async function () {
    if (process.getuid?.() !== 0) return skip(this, 'needs root');
    const installation = await installPackages('testcontainers', ['cases.mjs']);
    const reaperSource = resolve(import.meta.dirname, 'support/testcontainers/reaper.c');
    await compileStatic(reaperSource, join(installation, 'reaper'));
    api = await target('testcontainers');
    client = new Client({ host: `unix://${api.socket}` });
    const reaper = { path: 'reaper', mode: 0o755, content: await readFile(join(installation, 'reaper')) };
    await api.loadImage?.('stand-in-for-ryuk', [reaper], { Entrypoint: ['/reaper'], Cmd: [] });
    temporary = await mkdtemp(join(tmpdir(), 'pouch-testcontainers-'));
    const { stdout, stderr } = await execa('node', ['cases.mjs', api.image, prefix], {
      cwd: installation,
      env: {
        TMPDIR: temporary,
        DOCKER_HOST: `unix://${api.socket}`,
        RYUK_CONTAINER_IMAGE: 'stand-in-for-ryuk:latest',
        TESTCONTAINERS_REUSE_ENABLE: 'true',
      },
      timeout: 200_000,
      reject: false,
    });
    for (const line of stdout.split('\n').filter((one) => one.startsWith('{"case"'))) {
      const outcome = JSON.parse(line) as { case: string; error?: string };
      outcomes.set(outcome.case, outcome.error);
    }
    assert.deepEqual([...outcomes.keys()], cases, stderr);
  });
  after(async () => {
    client?.close();
    await rm(temporary, { recursive: true, force: true });
    await api?.stop();
  });

  for (const name of cases) it(name.replaceAll('_', ' '), () => assert.equal(outcomes.get(name), undefined));

  it('leaves nothing: the reaper removes the rest', async () => {
    // The reaper ends after its last request, and is removed by itself.
    const isLeft = async () =>
      (await client.containers.list({ all: true })).some(
        ({ Names, Image }) => Names[0] === `/${prefix}left` || Image.startsWith('stand-in-for-ryuk'),
      );
    assert.ok(await waitUntil(async () => !(await isLeft()), { withinMs: 30_000 }));
  });
});
