import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerDraft } from '../../../../hooks/index.ts';
import { readInitPid } from '../../../../plugins/runtime-runlxc/initPid.ts';
import { runlxcProvider } from '../../../../plugins/runtime-runlxc/provider.ts';

const draft = { cgroupsPath: '/pouch/ID', uidMappings: [], gidMappings: [] } as unknown as ContainerDraft;

describe('runtime-runlxc', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pouch-runlxc-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function provider(says: string) {
    const binary = join(directory, 'runlxc');
    await writeFile(binary, `#!/bin/sh\necho '${says}'\n`);
    await chmod(binary, 0o755);
    return runlxcProvider({ binary, state: directory, namespace: 'pouch' });
  }

  it('is usable with liblxc, whose version it reports', async () => {
    const runlxc = await provider('runlxc version 0.1.0\nspec: 1.1.0\nliblxc: 5.0.2');
    const { usable, version, findings } = await runlxc.probe();
    assert.deepEqual({ usable, version }, { usable: true, version: '0.1.0' });
    assert.deepEqual(findings?.at(-1), { name: 'liblxc', ok: true, found: '5.0.2' });
    assert.deepEqual(await runlxc.options(draft), {
      binaryName: join(directory, 'runlxc'),
      root: join(directory, 'runlxc'),
    });
  });

  it('names what to install if its native parts do not work', async () => {
    const runlxc = await provider('runlxc version 0.1.0\nliblxc: not usable: spawn ENOENT');
    const { usable, problem = '', findings } = await runlxc.probe();
    assert.equal(usable, false);
    assert.match(problem, /spawn ENOENT.*apt-get install gcc .*lxc-dev.*npm run build/);
    assert.equal(findings?.at(-1)?.ok, false);
    await assert.rejects(runlxc.options(draft), { code: 'PCH_RUNTIME_UNUSABLE' });
  });

  it('reads init’s pid from the state of the container', async () => {
    await mkdir(join(directory, 'box'));
    await writeFile(join(directory, 'box/state.json'), '{"monitor":{"pid":7},"init":{"pid":8}}');
    assert.equal(await readInitPid(directory, 'box'), 8);
  });

  for (const [what, text] of [
    ['nonsense', '}{'],
    ['no init', '{"monitor":{"pid":7}}'],
    ['an invalid pid', '{"init":{"pid":"8"}}'],
  ] as const)
    it(`reports a state with ${what}`, async () => {
      await mkdir(join(directory, 'box'));
      await writeFile(join(directory, 'box/state.json'), text);
      await assert.rejects(readInitPid(directory, 'box'), {
        code: 'PCH_RUNTIME_FAILED',
        message: /^runlxc has no state of the container: /,
        container: 'box',
      });
    });
});
