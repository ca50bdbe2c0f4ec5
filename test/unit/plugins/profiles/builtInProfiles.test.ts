import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { builtInProfiles } from '../../../../translate/profiles/builtInProfiles.ts';
import profiles from '../../../../plugins/profiles/index.ts';
import { readProfiles } from '../../../../translate/profiles/readProfiles.ts';
import { createHarness } from '../../../../testing/index.ts';

describe('built-in profiles', () => {
  it('have no mistakes', () => {
    const problems = readProfiles({ profiles: { ...builtInProfiles } }, () => undefined).flatMap(
      ({ problem }) => problem ?? [],
    );
    assert.deepEqual(problems, []);
  });

  it('are in the guide as they are', async () => {
    const guide = await readFile(new URL('../../../../docs/guides/profiles.md', import.meta.url), 'utf8');
    const [, section = ''] = guide.split('## Built-in profiles\n');
    const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(section) ?? [];
    assert.deepEqual(parse(yaml), { profiles: builtInProfiles });
  });

  it('are replaced entirely by one of the same name', async () => {
    const options = { profiles: { hardened: { memory: '64m' } } };
    const harness = await createHarness(profiles, { options });
    const { draft } = await harness.plan({ profiles: ['hardened'] });
    assert.equal(draft.resources.memory?.limit, 64 * 1024 ** 2);
    assert.notEqual(draft.rootfs.readonly, true);
    const builtIn = await createHarness(profiles, { options: { profiles: {} } });
    assert.equal((await builtIn.plan({ profiles: ['hardened'] })).draft.rootfs.readonly, true);
  });
});
