/** docker-py, unmodified, from Debian's package: the client of many scripts, and of docker-compose 1. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { execa } from 'execa';
import { skip } from '../support/skip.ts';
import { target, uniqueName, type Target } from './support/target.ts';

const script = resolve(import.meta.dirname, 'support/docker_py_cases.py');

/** The functions of the script. */
const cases = [
  'runs_and_returns_the_output',
  'exec_run_has_its_output_each_time',
  'reports_missing_objects_as_not_found',
  'copies_files_in_and_out',
  'lists_inspects_renames_pauses_restarts_and_stops',
  'follows_logs_stats_and_events',
  'makes_networks_and_volumes',
  'commits_saves_loads_and_removes_images',
  'builds_images',
  'reads_the_daemon',
];

describe('docker-py', function () {
  this.timeout(120_000);
  let api: Target | undefined;
  const outcomes = new Map<string, string | undefined>();

  before(async function () {
    if (process.getuid?.() !== 0) return skip(this, 'needs root');
    api = await target('docker-py');
    const args = [script, api.socket, api.image, `${uniqueName()}-`];
    const { stdout, stderr } = await execa('/usr/bin/python3', args, { timeout: 100_000, reject: false });
    for (const line of stdout.split('\n').filter(Boolean)) {
      const outcome = JSON.parse(line) as { case: string; error?: string };
      outcomes.set(outcome.case, outcome.error);
    }
    assert.deepEqual([...outcomes.keys()], cases, stderr);
  });
  after(() => api?.stop());

  for (const name of cases) it(name.replaceAll('_', ' '), () => assert.equal(outcomes.get(name), undefined));
});
