import assert from 'node:assert/strict';
import { offerBuilder } from '../../../../scripts/quickstart/builder.ts';

async function offer(installed: readonly string[], typed?: string): Promise<string[]> {
  const seen: string[] = [];
  await offerBuilder({
    isInteractive: typed !== undefined,
    ask: (question) => Promise.resolve((seen.push(question), typed ?? '')),
    print: (line) => void seen.push(line),
    has: (program) => installed.includes(program),
    install: () => Promise.resolve(void seen.push('installed')),
  });
  return seen;
}

describe('the builder that quickstart offers', () => {
  const question = 'Install Buildah, to build images with pouch build (apt-get install buildah)? [y/N] ';

  it('is not needed where one is installed', async () => {
    assert.deepEqual(await offer(['buildah'], 'y'), []);
    assert.deepEqual(await offer(['buildkitd', 'buildctl']), []);
  });

  it('is a command where nobody can be asked', async () => {
    const line = 'To build images with pouch build, install a builder: apt-get install buildah';
    assert.deepEqual(await offer(['buildctl']), [line]);
  });

  it('is installed only for a yes', async () => {
    assert.deepEqual(await offer([], 'y'), [question, 'installed']);
    assert.deepEqual(await offer([], ''), [
      question,
      'To build images later, install it: apt-get install buildah',
    ]);
  });
});
