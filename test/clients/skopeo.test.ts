/** skopeo with `docker-daemon:`, from Debian's package: it saves and loads images by API version 1.22. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { skip } from '../support/skip.ts';
import { target, uniqueName, type Target } from './support/target.ts';

describe('skopeo', function () {
  this.timeout(120_000);
  let api: Target | undefined;
  let directory: string;

  before(async function () {
    if (process.getuid?.() !== 0) return skip(this, 'needs root');
    api = await target('skopeo');
    directory = await mkdtemp(join(tmpdir(), 'pouch-skopeo-'));
  });
  after(async () => {
    await api?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const host = () => `unix://${api?.socket}`;
  const skopeo = async (...args: string[]) =>
    (await execa('skopeo', ['--insecure-policy', ...args], { timeout: 60_000 })).stdout;

  it('copies an image of the daemon into a directory, and back under another name', async () => {
    const layout = `oci:${directory}/layout:1`;
    const name = `${uniqueName()}:copied`;
    await skopeo('copy', '--src-daemon-host', host(), `docker-daemon:${api?.image}:latest`, layout);
    await skopeo('copy', '--dest-daemon-host', host(), layout, `docker-daemon:${name}`);
    const inspected = await skopeo('inspect', '--config', '--daemon-host', host(), `docker-daemon:${name}`);
    const original = await skopeo('inspect', '--config', layout);
    const diffIds = (text: string) =>
      (JSON.parse(text) as { rootfs: { diff_ids: string[] } }).rootfs.diff_ids;
    assert.deepEqual(diffIds(inspected), diffIds(original));
  });

  it('reports an image that the daemon does not have', async () => {
    const missing = skopeo('inspect', '--daemon-host', host(), 'docker-daemon:nosuch:1');
    await assert.rejects(missing, /No such image|does not exist|not found/i);
  });
});
