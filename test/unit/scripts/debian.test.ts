import assert from 'node:assert/strict';
import { installMissing } from '../../../scripts/lib/debian.ts';
import { SetupError } from '../../../scripts/lib/SetupError.ts';

const missing = [
  { name: 'containerd', provides: '/nowhere/containerd' },
  { name: 'coreutils', provides: 'ls' },
];

const refusal = (pattern: RegExp) => (error: unknown) =>
  error instanceof SetupError && pattern.test(error.message);

describe('packages of the host', () => {
  it('that are all installed need neither root nor apt-get', async () => {
    await installMissing([{ name: 'coreutils', provides: 'ls' }], { hasApt: false, isRoot: false });
  });

  it('that are missing on another distribution are listed with their commands', async () => {
    const install = installMissing(missing, { hasApt: false, isRoot: true });
    await assert.rejects(install, refusal(/not Debian.*: \/nowhere\/containerd \(Debian: containerd\)$/));
  });

  it('that are missing without root are reported with the command to install them', async () => {
    const install = installMissing(missing, { hasApt: true, isRoot: false });
    await assert.rejects(install, refusal(/sudo apt-get install containerd$/));
  });
});
