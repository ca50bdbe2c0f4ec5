import assert from 'node:assert/strict';
import { applyEdits } from '../../../../plugins/cdi/applyEdits.ts';
import type { CdiEdits } from '../../../../plugins/cdi/types.ts';
import { inProcessFiles } from '../../core/files/inProcessFiles.ts';
import type { ContainerDraft } from '../../../../hooks/index.ts';

function draft(): ContainerDraft {
  const process = { env: { KEPT: '1' }, groups: ['5'] };
  return { process, devices: {}, mounts: {}, ociHooks: {} } as unknown as ContainerDraft;
}

async function edited(edits: CdiEdits): Promise<ContainerDraft> {
  const changed = draft();
  await applyEdits(changed, edits, 'v/c=x', inProcessFiles());
  return changed;
}

describe('CDI edits of a container', () => {
  it('set variables to any value', async () => {
    const { process } = await edited({ env: ['A=b=c', 'EMPTY='] });
    assert.deepEqual(process.env, { KEPT: '1', A: 'b=c', EMPTY: '' });
  });

  it('add device nodes with the given or the host’s numbers', async () => {
    const { devices } = await edited({
      deviceNodes: [
        {
          path: '/dev/a',
          type: 'b',
          major: 8,
          minor: 1,
          permissions: 'rwm',
          fileMode: 0o600,
          uid: 1,
          gid: 2,
        },
        { path: '/dev/b', hostPath: '/dev/null' },
        { path: '/dev/zero' },
        { path: '/dev/pipe', type: 'p' },
      ],
    });
    assert.deepEqual(devices['/dev/a'], {
      type: 'b',
      major: 8,
      minor: 1,
      access: 'rwm',
      fileMode: 0o600,
      uid: 1,
      gid: 2,
    });
    assert.deepEqual(devices['/dev/b'], {
      hostPath: '/dev/null',
      type: 'c',
      major: 1,
      minor: 3,
      access: 'rw',
    });
    assert.deepEqual(devices['/dev/zero'], { type: 'c', major: 1, minor: 5, access: 'rw' });
    assert.equal(devices['/dev/pipe']?.type, 'p');
  });

  it('a node that does not exist on the host is an error that names the device', async () => {
    for (const [path, found] of [
      ['/dev/nosuch', /found nothing/],
      ['/etc/passwd', /found another type of file/],
    ] as const)
      await assert.rejects(
        edited({ deviceNodes: [{ path }] }),
        (error: { code: string; message: string }) => {
          assert.equal(error.code, 'PCH_CDI_INVALID');
          assert.match(error.message, /^v\/c=x: /);
          assert.match(error.message, found);
          return true;
        },
      );
  });

  it('add mounts, which are read-only binds by default', async () => {
    const { mounts } = await edited({
      mounts: [
        { hostPath: '/lib/x', containerPath: '/x' },
        { hostPath: 'tmpfs', containerPath: '/t', type: 'tmpfs', options: ['size=1m'] },
      ],
    });
    assert.deepEqual(mounts['/x'], {
      type: 'bind',
      source: '/lib/x',
      options: ['ro', 'nosuid', 'nodev', 'bind'],
    });
    assert.deepEqual(mounts['/t'], { type: 'tmpfs', source: 'tmpfs', options: ['size=1m'] });
  });

  it('add hooks, groups but never that of the host’s root, and an RDT class', async () => {
    const made = await edited({
      hooks: [{ hookName: 'createRuntime', path: '/h', args: ['h', 'x'], timeout: 3 }],
      additionalGids: [0, 5, 44],
      intelRdt: { closID: 'gold' },
    });
    assert.deepEqual(made.ociHooks, {
      'v/c=x#0': { kind: 'createRuntime', path: '/h', args: ['h', 'x'], timeout: 3 },
    });
    assert.deepEqual(made.process.groups, ['5', '44']);
    assert.deepEqual(made.intelRdt, { closID: 'gold' });
  });
});
