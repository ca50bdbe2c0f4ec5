/**
 * `npm test` installs missing packages, builds, and runs all tests. `npm test -- unit` (or integration, oci-runtime,
 * clients, engines, week, package) runs one suite, `npm test -- integration FILE…` only these files.
 *
 * `npm test -- runtimes` runs what takes too long for `npm test`: the conformance of runc and crun beside that of
 * runlxc, some integration tests with crun and runlxc, and other engines with runlxc. POUCH_TEST_ONE_OF=2 beside it
 * keeps half of the tests that are many and alike.
 *
 * `npm test -- every-case [FILE…]` runs all cases of the integration tests of which `npm test` takes a sample
 * (test/support/someOf.ts), and the week of a rich container; `POUCH_TEST_EVERY_CASE=1 npm test` runs all tests with
 * all cases. POUCH_TEST_ONE_OF means the same beside it.
 *
 * `npm test -- newest-node` runs lifecycles and a quarter of the unit tests with the Node of the packages.
 *
 * `npm test -- torture [SEED[:ROUND]] [MINUTES]` runs random load and faults (test/torture).
 *
 * The output ends with the failures and `N passed, N failed`.
 */
import { createHash, randomInt } from 'node:crypto';
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { execa } from 'execa';
import {
  bootstrapPackages,
  type HostPackage,
  installMissing,
  lintPackages,
  runtimePackages,
  testPackages,
} from './lib/debian.ts';
import { packagedNode } from './package/node.ts';
import { runScript, SetupError } from './lib/SetupError.ts';
import type { Result } from './test/ResultReporter.ts';
import { nameOf, runSuite, type Suite, sumOf, takesSample } from './test/suite.ts';
import { runTorture } from './test/torture.ts';

const minutes = 60_000;

/** Tests with containers often wait: one lane more than there are CPUs. With more, daemons would miss deadlines. */
const lanes = Math.min(availableParallelism() + 1, 4);

/** Of the integration tests, which wait for more than half of their time: for containerd, boots and deadlines. */
const integrationLanes = Math.min(availableParallelism() + 2, 4);

/** Clients that are built from their sources, which takes a minute of CPU time: for `npm test -- runtimes`. */
const builtFirst = 'nri-plugins';

const suites = {
  unit: { name: 'unit tests', folder: 'unit', lanes, longest: ['createScaffold'], deadlineMs: 5 * minutes },
  integration: {
    name: 'integration tests',
    folder: 'integration',
    lanes: integrationLanes,
    // Those of more than 40 s with all of their cases, or of more than 30 s in `npm test`.
    longest: [
      ...[
        'crash',
        'rich',
        'bad-modules',
        'runtime-kata',
        'bad-input',
        'quickstart',
        'checkpoint',
        'hung-files',
      ],
      ...['examples', 'sidecars', 'process-plugins', 'downtime', 'bad-plugins', 'runtimes'],
      ...['log-drivers', 'image-sources', 'damaged-records', 'reconcile', 'volume-drivers', 'plugin-effects'],
      ...['upgrade', 'shadow', 'ram-volumes', 'nri', 'hook-points', 'manage-plugins', 'lifecycle'],
    ],
    deadlineMs: (process.env['POUCH_TEST_EVERY_CASE'] ? 60 : 30) * minutes,
  },
  'oci-runtime': {
    name: 'conformance of OCI runtimes',
    folder: 'oci-runtime',
    // It runs rows concurrently by itself.
    lanes: 1,
    deadlineMs: 10 * minutes,
  },
  clients: {
    name: 'tests with real clients',
    folder: 'clients',
    lanes,
    includes: (file) => nameOf(file) !== builtFirst,
    deadlineMs: 5 * minutes,
  },
  week: { name: 'a week of a rich container', folder: 'week', lanes: 1, deadlineMs: 10 * minutes },
  package: { name: 'the Debian package', folder: 'package', lanes: 1, deadlineMs: 10 * minutes },
  engines: { name: 'other engines with runlxc', folder: 'engines', lanes, deadlineMs: 5 * minutes },
} satisfies Record<string, Suite>;

/** Integration tests that `npm test -- runtimes` runs with other runtimes; `npm test` runs them with runc. */
const ofEveryRuntime = new RegExp(
  `^(${[
    ...[
      'lifecycle.*',
      'rich',
      'rich-(endings|identity)',
      'live-mounts',
      'crash.*',
      'downtime',
      'plugins',
      'cli-docker',
      'full-disk',
    ],
    ...['clamp', 'out-of-memory', 'propagation', 'runtime-hooks', 'stats', 'update', 'userns'],
  ].join('|')})$`,
);
const otherRuntimes = ['crun', 'runlxc'];

await runScript(async () => {
  const [wanted, ...only] = process.argv.slice(2);
  if (wanted === 'runtimes') return await withOtherRuntimes();
  if (wanted === 'every-case') return await withEveryCase(only);
  if (wanted === 'newest-node') return await withNewestNode();
  if (wanted === 'torture') return await withTorture(only);
  const suite = wanted === undefined ? undefined : suiteOf(wanted);
  if (suite !== suites.unit) await prepareHost(suite === suites.package ? lintPackages : []);
  await build();
  return await runAll(suite ? [() => runSuite(suite, { only })] : usualRuns());
});

/** The conformance of runc and crun does not change with the project: `npm test` runs a sample of that of runlxc. */
function usualRuns(): (() => Promise<Result>)[] {
  process.env['POUCH_OCI_RUNTIMES'] ??= 'bin/runlxc';
  process.env['POUCH_OCI_ROWS'] ??= 'some';
  return [besideEachOther, () => runSuite(suites.integration)];
}

/** The conformance and the clients wait half of the time: unit tests run beside them. */
async function besideEachOther(): Promise<Result> {
  const waiting = runAllOf([() => runSuite(suites['oci-runtime']), () => runSuite(suites.clients)]);
  const unit = { ...suites.unit, lanes: lanes - 1 };
  return sumOf(await Promise.all([waiting, runSuite(unit, { beside: waiting })]));
}

async function withOtherRuntimes(): Promise<number> {
  await prepareHost();
  await build();
  process.env['POUCH_TEST_EVERY_TEST'] = '1';
  const includes = (file: string) => ofEveryRuntime.test(nameOf(file));
  const withEach = otherRuntimes.map((runtime) => () => {
    process.env['POUCH_TEST_RUNTIME'] = runtime;
    return runSuite({ ...suites.integration, name: `integration tests with ${runtime}`, includes });
  });
  const built = { ...suites.clients, name: 'clients from their sources', deadlineMs: 8 * minutes };
  const last = [
    () => runSuite(suites.engines),
    () => runSuite({ ...built, includes: (file) => nameOf(file) === builtFirst }),
  ];
  return await runAll([() => runSuite(suites['oci-runtime']), ...withEach, ...last]);
}

async function withEveryCase(only: readonly string[]): Promise<number> {
  await prepareHost();
  await build();
  process.env['POUCH_TEST_EVERY_CASE'] = '1';
  // Images that are made in this run are new: .ci/run makes them with the tests of runtimes.
  process.env['POUCH_TEST_BEGAN'] ??= String(Date.now());
  const suite = { ...suites.integration, name: 'integration tests with every case', includes: takesSample };
  const week = only.length === 0 ? [() => runSuite(suites.week)] : [];
  return await runAll([() => runSuite(suite, { only }), ...week]);
}

/** The Node of the packages comes first in PATH, from which pouchd and its helpers take theirs. */
async function withNewestNode(): Promise<number> {
  await prepareHost();
  await build();
  const { path, version } = await packagedNode(resolve('.'));
  process.env['PATH'] = `${dirname(path)}:${process.env['PATH'] ?? ''}`;
  const isLifecycle = (file: string) => nameOf(file).startsWith('lifecycle');
  const lifecycles = {
    ...suites.integration,
    name: `lifecycles with Node ${version}`,
    includes: isLifecycle,
  };
  const unit = { ...suites.unit, name: `unit tests with Node ${version}`, includes: isOfQuarter };
  return await runAll([() => runSuite(unit), () => runSuite(lifecycles)]);
}

/** Whether a file is in the quarter that the seed of the run draws. */
function isOfQuarter(file: string): boolean {
  const digest = createHash('sha256').update(`${process.env['POUCH_TEST_SEED']} ${file}`).digest();
  return digest[0]! % 4 === 0;
}

/** Tests its oracles first: a round is meaningful only if they can fail. */
async function withTorture(args: readonly string[]): Promise<number> {
  await prepareHost();
  await build();
  const ofOracles = { ...suites.unit, name: 'unit tests of the torture' };
  return await runAll([
    () => runSuite(ofOracles, { only: ['test/unit/torture/**/*.test.ts'] }),
    () => runTorture(args),
  ]);
}

async function build(): Promise<void> {
  checkModules();
  await execa('node', ['--import', 'tsx', 'scripts/build.ts'], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Returns the exit code. Prints all failures again at the end, with the seed that repeats the samples. */
async function runAll(runs: (() => Promise<Result>)[]): Promise<number> {
  const seed = (process.env['POUCH_TEST_SEED'] ??= String(randomInt(2 ** 31)));
  console.log(`POUCH_TEST_SEED=${seed}`);
  const { passed, failures, flaky = [] } = await runAllOf(runs);
  for (const failure of flaky) console.log(`\nFLAKY, passed when it ran again: ${failure}`);
  for (const failure of failures) console.log(`\nFAILED: ${failure}`);
  if (failures.length + flaky.length > 0) console.log(`\nPOUCH_TEST_SEED=${seed}`);
  console.log(`\n${passed} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

async function runAllOf(runs: (() => Promise<Result>)[]): Promise<Result> {
  const results: Result[] = [];
  for (const run of runs) results.push(await run());
  return sumOf(results);
}

function suiteOf(name: string): Suite {
  const suite = (suites as Partial<Record<string, Suite>>)[name];
  if (suite) return suite;
  throw new SetupError(
    `Expected one of ${Object.keys(suites).join(', ')}, runtimes, every-case, newest-node, torture, or no argument for all tests, found "${name}".`,
  );
}

/**
 * Otherwise the test of the quickstart would install them while other tests run.
 * @throws SetupError
 */
function checkModules(): void {
  const changed = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (changed('node_modules/.package-lock.json') < changed('package-lock.json'))
    throw new SetupError('The npm packages are older than package-lock.json: run npm ci.');
}

/** @throws SetupError */
async function prepareHost(more: readonly HostPackage[] = []): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new SetupError(
      'These tests run containers and need root: run sudo npm test (npm run test:unit needs no root).',
    );
  await installMissing([...runtimePackages, ...bootstrapPackages, ...testPackages, ...more]);
}
