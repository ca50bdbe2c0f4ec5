import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { addSessionEnvironment, sessionEnvironment } from '../../../hooks/index.ts';
import { makeDraft } from '../core/plugins/support/draft.ts';

const path = '/run/pouch/environment';
const profile = '/etc/profile.d/pouch-environment.sh';

function draftOf(env: Record<string, string>, secrets: string[] = []) {
  const draft = makeDraft();
  draft.process.env = { PATH: '/bin', HOME: '/root', container: 'oci', ...env };
  draft.secrets = Object.fromEntries(secrets.map((name) => [`process.env.${name}`, true]));
  return draft;
}

describe('variables of a container for its logins', () => {
  it('are those of its request and image, without secrets and what a login sets itself', () => {
    const draft = draftOf({ APP: 'shop', DSN: 'secret', 'not.a.name': 'x' }, ['DSN']);
    assert.deepEqual(sessionEnvironment(draft), { APP: 'shop' });
    assert.equal(addSessionEnvironment(draftOf({}), path), '');
  });

  it('are exported by a profile, with their values unchanged', async () => {
    const values = { A: 'it\'s $HOME `id` \\ "x"', B: 'two\nlines', C: '' };
    const draft = draftOf(values);
    addSessionEnvironment(draft, path);
    const script = `${draft.files[profile]!.content}printf '%s|%s|%s' "$A" "$B" "$C"`;
    const { stdout } = await execa('/bin/sh', ['-c', script]);
    assert.equal(stdout, Object.values(values).join('|'));
  });

  it('have lines for pam_env, unless it would change their values', () => {
    const draft = draftOf({
      A: 'b c=d',
      HASH: 'a#b',
      QUOTED: '"x"',
      LINES: 'a\nb',
      ENDS: 'x ',
      LONG: 'x'.repeat(2000),
    });
    addSessionEnvironment(draft, path);
    assert.deepEqual(draft.files[path]!.content.split('\n').slice(1, -2), ['A=b c=d']);
  });

  describe('in /etc/environment', () => {
    let dir: string;
    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), 'environment-'));
    });
    afterEach(() => rm(dir, { recursive: true }));

    async function start(env: Record<string, string>): Promise<string> {
      const draft = draftOf(env);
      const lines = join(dir, 'lines');
      const script = addSessionEnvironment(draft, lines).replaceAll(
        '/etc/environment',
        join(dir, 'environment'),
      );
      await writeFile(lines, draft.files[lines]!.content);
      await execa('/bin/sh', ['-c', script]);
      return await readFile(join(dir, 'environment'), 'utf8');
    }

    it('they follow the lines that it has, and replace those of an earlier start', async () => {
      await writeFile(join(dir, 'environment'), 'LANG=C\n');
      assert.match(await start({ A: '1', B: '2' }), /^LANG=C\n#.*\nA=1\nB=2\n#.*\n$/);
      assert.match(await start({ A: '3' }), /^LANG=C\n#.*\nA=3\n#.*\n$/);
    });

    it('they are all of a file that does not exist', async () => {
      assert.match(await start({ A: '1' }), /^\n?#.*\nA=1\n#.*\n$/);
    });
  });
});
