import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deb822, hostSources, oneLine } from '../../../../../core/images/bootstrap/aptSources.ts';

const stanza = `# the mirror of the company
Types: deb deb-src
URIs: http://deb.example.org/debian
Suites: bookworm
 bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian.gpg

Types: deb
Enabled: no
URIs: http://off.example.org
Suites: bookworm
`;

describe('the host’s apt sources', () => {
  it('are read from deb822 files', () => {
    const common = {
      uri: 'http://deb.example.org/debian',
      components: 'main',
      signedBy: '/usr/share/keyrings/debian.gpg',
    };
    assert.deepEqual(deb822(stanza), [
      { ...common, suite: 'bookworm' },
      { ...common, suite: 'bookworm-updates' },
    ]);
  });

  it('are read from one-line files', () => {
    const text =
      '# deb http://a x main\ndeb [arch=amd64 signed-by=/k.gpg] http://b bookworm main contrib\ndeb-src http://c x main\n';
    assert.deepEqual(oneLine(text), [
      { uri: 'http://b', suite: 'bookworm', components: 'main contrib', signedBy: '/k.gpg' },
    ]);
  });

  it('are used for the host’s own release only', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'pouch-apt-'));
    try {
      await mkdir(join(dir, 'sources.list.d'));
      await writeFile(join(dir, 'sources.list'), 'deb http://security.example.org bookworm-security main\n');
      await writeFile(join(dir, 'sources.list.d/debian.sources'), stanza);
      await writeFile(join(dir, 'sources.list.d/other.sources.disabled'), stanza);
      assert.deepEqual(await hostSources('bookworm', dir), [
        'deb http://security.example.org bookworm-security main',
        'deb [signed-by=/usr/share/keyrings/debian.gpg] http://deb.example.org/debian bookworm main',
        'deb [signed-by=/usr/share/keyrings/debian.gpg] http://deb.example.org/debian bookworm-updates main',
      ]);
      assert.deepEqual(await hostSources('trixie', dir), []);
      assert.deepEqual(await hostSources('bookworm', join(dir, 'missing')), []);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
