import assert from 'node:assert/strict';
import {
  choosePlatform,
  formatPlatform,
  hostPlatform,
  parsePlatform,
  platformNotFound,
} from '../../../../../core/images/content/platform.ts';
import { PouchError } from '../../../../../hooks/errors.ts';

describe('platforms', () => {
  const normal: Record<string, string> = {
    'linux/amd64': 'linux/amd64',
    'linux/x86_64': 'linux/amd64',
    amd64: 'linux/amd64',
    'linux/aarch64': 'linux/arm64',
    'linux/arm64/v8': 'linux/arm64',
    'linux/arm': 'linux/arm/v7',
    'linux/arm/6': 'linux/arm/v6',
    armel: 'linux/arm/v6',
    armhf: 'linux/arm/v7',
    'Linux/AMD64/v1': 'linux/amd64',
    'linux/amd64/v3': 'linux/amd64/v3',
  };
  for (const [text, expected] of Object.entries(normal)) {
    it(`reads ${text} as ${expected}`, () => assert.equal(formatPlatform(parsePlatform(text)), expected));
  }

  it('uses the names of the image-spec for the host’s architecture', () => {
    assert.equal(formatPlatform(hostPlatform('x64')), 'linux/amd64');
    assert.equal(formatPlatform(hostPlatform('arm64')), 'linux/arm64');
    assert.deepEqual(parsePlatform('linux'), hostPlatform());
  });

  for (const text of ['', 'a/b/c/d', 'linux/', 'linux/amd 64', '../x']) {
    it(`rejects ${JSON.stringify(text)}`, () => {
      assert.throws(() => parsePlatform(text), { code: 'PCH_OPTION_INVALID' });
    });
  }

  const choices: [string, string[], string | undefined][] = [
    ['linux/amd64', ['linux/arm64', 'linux/amd64'], 'linux/amd64'],
    ['linux/amd64', ['linux/amd64/v3', 'linux/amd64'], 'linux/amd64'],
    ['linux/amd64/v3', ['linux/amd64', 'linux/amd64/v2', 'linux/amd64/v4'], 'linux/amd64/v2'],
    ['linux/arm/v7', ['linux/arm/v5', 'linux/arm/v6'], 'linux/arm/v6'],
    ['linux/arm/v6', ['linux/arm/v7'], undefined],
    ['linux/arm64', ['linux/arm/v7', 'linux/arm64'], 'linux/arm64'],
    ['linux/arm64', ['linux/arm/v6', 'linux/arm/v7'], 'linux/arm/v7'],
    ['linux/amd64', ['windows/amd64', 'linux/386'], undefined],
    ['linux/amd64', [], undefined],
  ];
  for (const [wanted, offered, expected] of choices) {
    it(`chooses ${expected ?? 'nothing'} of ${offered.join(', ') || 'nothing'} for ${wanted}`, () => {
      const chosen = choosePlatform(parsePlatform(wanted), offered, (one) => parsePlatform(one));
      assert.equal(chosen, expected);
    });
  }

  it('skips entries without a platform, such as attestations', () => {
    assert.equal(
      choosePlatform(hostPlatform(), ['x'], () => undefined),
      undefined,
    );
  });

  it('lists the available platforms', () => {
    const error = platformNotFound(
      'app:1',
      parsePlatform('linux/riscv64'),
      ['amd64', 'arm64'].map(parsePlatform),
    );
    assert.ok(error instanceof PouchError);
    assert.equal(
      error.message,
      'image app:1 does not exist for linux/riscv64: it has linux/amd64, linux/arm64',
    );
    assert.match(error.hint ?? '', /`platform` linux\/amd64/);
  });
});
