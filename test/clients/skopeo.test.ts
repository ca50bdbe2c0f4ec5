/** skopeo with `docker-daemon:`, from Debian's package: it saves and loads images by API version 1.22. */
import assert from 'node:assert/strict';
import { execa } from 'execa';
import { uniqueName } from './support/target.ts';
import { useTarget } from './support/useTarget.ts';

describe('skopeo', function () {
  this.timeout(120_000);
  const used = useTarget('skopeo');

  const host = () => `unix://${used.api.socket}`;
  const skopeo = async (...args: string[]) =>
    (await execa('skopeo', ['--insecure-policy', ...args], { timeout: 60_000 })).stdout;

  it('copies an image of the daemon into a directory, and back under another name', async () => {
    const layout = `oci:${used.directory}/layout:1`;
    const name = `${uniqueName()}:copied`;
    await skopeo('copy', '--src-daemon-host', host(), `docker-daemon:${used.api.image}:latest`, layout);
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
