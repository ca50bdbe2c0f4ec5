/**
 * `npm test`: installs what the tests need, builds, and runs all of them; `npm test -- unit` (or integration, oci-runtime, clients)
 * only those, and `npm test -- integration FILE…` only these files. The last line is `N passed, N failed`.
 */
import { execa } from 'execa';
import { bootstrapPackages, installMissing, runtimePackages, testPackages } from './lib/debian.ts';
import { runScript, SetupError } from './lib/setupError.ts';
import { runSuite, type Suite } from './test/suite.ts';

const minutes = 60_000;

const suites = {
  unit: { name: 'unit tests', folder: 'unit', isParallel: true, deadlineMs: 5 * minutes },
  integration: {
    name: 'integration tests',
    folder: 'integration',
    isParallel: false,
    deadlineMs: 25 * minutes,
  },
  'oci-runtime': {
    name: 'conformance of OCI runtimes',
    folder: 'oci-runtime',
    isParallel: false,
    deadlineMs: 10 * minutes,
  },
  clients: { name: 'tests with real clients', folder: 'clients', isParallel: false, deadlineMs: 5 * minutes },
} satisfies Record<string, Suite>;

await runScript(async () => {
  const [wanted, ...only] = process.argv.slice(2);
  const chosen = wanted === undefined ? Object.values(suites) : [suiteOf(wanted)];
  if (chosen.some((suite) => suite !== suites.unit)) await prepareHost();
  await execa('node', ['--import', 'tsx', 'scripts/build.ts'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const total = { passed: 0, failed: 0 };
  for (const suite of chosen) {
    const { passed, failed } = await runSuite(suite, only);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
});

function suiteOf(name: string): Suite {
  const suite = (suites as Partial<Record<string, Suite>>)[name];
  if (suite) return suite;
  throw new SetupError(
    `There are no tests named ${name}: choose ${Object.keys(suites).join(', ')}, or none for all.`,
  );
}

/** @throws SetupError */
async function prepareHost(): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new SetupError(
      'These tests run real containers and need root: sudo npm test (npm run test:unit needs none).',
    );
  await installMissing([...runtimePackages, ...bootstrapPackages, ...testPackages]);
}
