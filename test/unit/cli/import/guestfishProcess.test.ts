import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { waitUntil } from '../../../../core/wait/waitUntil.ts';
import { GuestfishProcess } from '../../../../cli/import/guestfs/GuestfishProcess.ts';

/** Takes commands as guestfish does, and runs `sleep` for its VM. */
const fake = `#!/bin/sh
while read -r line; do
  case "$line" in
    echo*) eval "$line" ;;
    lvs) echo /dev/vg/a; echo /dev/vg/b ;;
    fail) echo '*stdin*:1: libguestfs: error: lvs: it is broken' >&2; exit 1 ;;
    hang) sleep 600 & echo $! > "$TMPDIR/vm"; wait ;;
    many) head -c 5000000 /dev/zero | tr '\\\\0' x; echo ;;
  esac
done
`;

describe('guestfish', () => {
  const { PATH } = process.env;
  let dir: string;
  let guestfish: GuestfishProcess;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'guestfish-'));
    await writeFile(join(dir, 'guestfish'), fake, { mode: 0o755 });
    process.env['PATH'] = `${dir}${delimiter}${PATH}`;
  });
  beforeEach(async () => {
    guestfish = await GuestfishProcess.start([], dir);
  });
  afterEach(() => guestfish.end());
  after(async () => {
    process.env['PATH'] = PATH;
    await rm(dir, { recursive: true, force: true });
  });

  it('returns what commands print, one call after another', async () => {
    assert.deepEqual(await guestfish.ask([['lvs'], ['run']]), ['/dev/vg/a', '/dev/vg/b']);
    assert.deepEqual(await guestfish.ask([['run']]), []);
  });

  it('that fails is an error with its own message, also of later commands', async () => {
    const code = 'PCH_IMPORT_FAILED';
    await assert.rejects(guestfish.ask([['fail']]), {
      code,
      message: /^guestfish failed: lvs: it is broken$/,
    });
    assert.equal(guestfish.isRefusedLaunch(), false);
    await assert.rejects(guestfish.ask([['lvs']]), { code, message: /has ended/ });
  });

  it('that prints too much, or nothing in time, is an error', async () => {
    await assert.rejects(guestfish.ask([['many']]), { code: 'PCH_IMPORT_INVALID' });
    await guestfish.end();
    guestfish = await GuestfishProcess.start([], dir);
    await assert.rejects(guestfish.ask([['hang']], 100), {
      code: 'PCH_IMPORT_FAILED',
      message: /no progress/,
    });
  });

  it('ends with its VM', async () => {
    const file = join(dir, 'vm');
    await rm(file, { force: true });
    void guestfish.ask([['hang']]);
    const pid = async () => (existsSync(file) ? (await readFile(file, 'utf8')).trim() : '');
    assert.ok(await waitUntil(async () => (await pid()) !== '', { withinMs: 4000 }));
    const vm = `/proc/${await pid()}`;
    assert.ok(existsSync(vm));
    await guestfish.end();
    assert.ok(await waitUntil(() => Promise.resolve(!existsSync(vm)), { withinMs: 4000 }));
  });
});
