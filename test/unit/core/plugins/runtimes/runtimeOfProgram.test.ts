import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runtimeOfProgram } from '../../../../../core/plugins/runtimes/runtimeOfProgram.ts';
import type { RuntimeGrants } from '../../../../../core/plugins/runtimes/grantedRuntime.ts';
import type { RuntimeProgram } from '../../../../../hooks/runtimeProgram.ts';
import { makeDraft } from '../support/draft.ts';

describe('a runtime of a program', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pd-program-'));
  after(() => rm(directory, { recursive: true }));
  const binary = join(directory, 'fast');
  const config = join(directory, 'fast.toml');
  writeFileSync(binary, '#!/bin/sh\necho fast version 1.2.3\n', { mode: 0o755 });
  writeFileSync(config, '', { mode: 0o644 });

  const runtime = (fields: Partial<RuntimeProgram> = {}, grants?: RuntimeGrants) =>
    runtimeOfProgram({ name: 'fast', binary, ...fields }, 'speedy', {
      state: '/run/pouch',
      grants,
    });
  const shim = (fields: Partial<RuntimeProgram>, grant: object) =>
    runtime(
      { binary: undefined, shim: 'io.containerd.fast.v1', ...fields },
      {
        fast: { shim: 'io.containerd.fast.v1', ...grant },
      },
    );
  const rights = { code: 'PCH_PLUGIN_RIGHTS', plugin: 'speedy' };

  it('needs a grant that names its program, unless its plugin has the rights of pouchd', () => {
    assert.ok(runtime());
    assert.ok(runtime({}, { fast: { binary } }));
    const others: RuntimeGrants[] = [
      {},
      { other: { binary } },
      { fast: { binary: '/usr/bin/runc' } },
      { fast: { shim: 'a.v1' } },
    ];
    for (const grants of others)
      assert.throws(() => runtime({}, grants), {
        ...rights,
        message: `plugin speedy: its runtime fast has root start ${binary}, which its entry does not grant`,
        hint: `write \`grants: { runtimes: { fast: ${binary} } }\` in its entry in pouchd.yaml if you trust that program with it`,
      });
    assert.throws(() => shim({ config }, {}), {
      ...rights,
      hint: /fast: \{ shim: io\.containerd\.fast\.v1, config: \[\/\S+fast\.toml\] \}/,
    });
    assert.ok(shim({ config }, { config: [config] }));
  });

  it('is found by pouchd, and its plugin reports more', async () => {
    const { usable: isUsable, path } = await runtime().probe();
    assert.deepEqual([isUsable, path], [true, binary]);
    const limits = { pause: 'not here' };
    const { limits: reported, version } = await runtime({ probe: () => ({ limits }) }).probe();
    assert.deepEqual([reported, version], [limits, '1.2.3']);
    const { usable, problem } = await runtime({
      probe: ({ version }) => ({ problem: `${version} is old` }),
    }).probe();
    assert.deepEqual([usable, problem], [false, '1.2.3 is old']);
  });

  it('is not usable, with the plugin’s name, while its probe fails, and is asked again', async () => {
    let isBroken = true;
    const { probe } = runtime({
      probe() {
        if (isBroken) throw new Error('the licence server is away');
      },
    });
    assert.equal((await probe()).problem, 'plugin speedy: the licence server is away');
    isBroken = false;
    assert.equal((await probe()).usable, true);
  });

  for (const report of [7, { problem: 7 }, { limits: { flight: 'no' } }, { findings: [{ name: 'x' }] }])
    it(`refuses the report ${JSON.stringify(report)}`, async () => {
      const { problem = '' } = await runtime({ probe: () => report as never }).probe();
      assert.match(problem, /^plugin speedy: the probe returned an invalid report: /);
    });

  it('is not started while another user can change its file', async () => {
    const fast = runtime();
    await fast.probe();
    const { options } = fast;
    chmodSync(binary, 0o757);
    assert.match(
      (await fast.probe({ again: true })).problem ?? '',
      /can be written by every user.*chmod o-w/,
    );
    await assert.rejects(options(makeDraft()), { code: 'PCH_RUNTIME_UNUSABLE' });
    chmodSync(binary, 0o755);
    assert.deepEqual(await options(makeDraft()), { binaryName: binary, root: '/run/pouch/runtimes/fast' });
  });

  it('one that is not installed says where it was looked for', async () => {
    const missing = join(directory, 'missing');
    const { usable, problem } = await runtime({ binary: missing }).probe();
    assert.deepEqual(
      [usable, problem],
      [false, `${missing} is not installed: install it, or correct the path`],
    );
  });

  it('adaptSpec changes the draft, within the rights of its plugin', async () => {
    const adaptSpec: RuntimeProgram['adaptSpec'] = (draft) => {
      draft.process.privileged = true;
      return ['left out'];
    };
    const draft = makeDraft();
    assert.deepEqual(await runtime({ adaptSpec }).adaptSpec?.(draft), ['left out']);
    assert.equal(draft.process.privileged, true);
    const other = makeDraft();
    const confined = runtime({ adaptSpec }, { fast: { binary } });
    await assert.rejects(async () => confined.adaptSpec?.(other), { code: 'PCH_PLUGIN_CONTRACT' });
    assert.equal(other.process.privileged, false);
    const bad = runtime({ adaptSpec: () => [7] as never });
    await assert.rejects(async () => bad.adaptSpec?.(makeDraft()), /not a list of warnings/);
  });
});
