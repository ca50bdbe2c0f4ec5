/**
 * `npm run quickstart`: from a clone to a rich container. Conservative JavaScript, because it runs before npm
 * packages are installed and possibly on an old Node; continues with quickstart/main.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function main(args) {
  const wanted = /\d+\.\d+/.exec(JSON.parse(readFileSync(root + 'package.json', 'utf8')).engines.node)[0];
  if (!isAtLeast(process.versions.node, wanted))
    return fail(
      `Expected Node ${wanted} or later, found ${process.versions.node}: install a newer one (https://nodejs.org), then run this again.`,
    );
  if (process.platform !== 'linux') return fail('Pouch runs Linux containers: run this on a Linux host.');
  if (process.getuid() !== 0)
    return fail(
      'Pouch creates namespaces, mounts and networks, which needs root: run sudo npm run quickstart.',
    );
  if (!hasModules()) {
    console.log('Installing npm packages (npm ci)');
    const { status } = spawnSync('npm', ['ci'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0)
      return fail('npm ci failed: fix the cause above (often the network), then run this again.');
  }
  const command = ['--import', 'tsx', root + 'scripts/quickstart/main.ts', ...args];
  return spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

function isAtLeast(version, wanted) {
  const [major, minor] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** npm writes the lockfile in node_modules last. */
function hasModules() {
  const installed = root + 'node_modules/.package-lock.json';
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(root + 'package-lock.json').mtimeMs;
}

function fail(sentence) {
  console.error(sentence);
  return 1;
}

process.exitCode = main(process.argv.slice(2));
