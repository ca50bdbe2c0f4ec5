import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Survey, parseVersion } from '../../../../hooks/runtimes/probe.ts';
import { withoutSubgroup } from '../../../../plugins/runtime-runc/crunSubgroup.ts';
import { allFeaturesBut, type ContainerDraft, type RuncOptions } from '../../../../hooks/index.ts';
import { runcLikeProvider } from '../../../../hooks/runtimes/runcLike.ts';

const draft = { cgroupsPath: '/pouch/ID', uidMappings: [], gidMappings: [] } as unknown as ContainerDraft;
const fine = () => Promise.resolve({});

describe('runtime-runc', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pouch-runtime-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function install(script: string): Promise<string> {
    const path = join(directory, 'runc');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  function provider(binary: string, survey: () => Promise<Survey> = fine) {
    const capabilities = allFeaturesBut({});
    return runcLikeProvider({ name: 'runc', doc: '', capabilities, binary, state: '/run/pouch', survey });
  }

  it('parses the version of runc and of crun', () => {
    assert.equal(parseVersion('runc version 1.1.5+ds1\ncommit: 1\n'), '1.1.5+ds1');
    assert.equal(parseVersion('crun version 1.8.1\ncommit: f8\n'), '1.8.1');
    assert.equal(parseVersion('kata-runtime  : 1.12.1\n   commit : x\n'), '1.12.1');
    assert.equal(parseVersion('something else'), '');
  });

  it('finds an installed runtime and passes the shim its path and its own state directory', async () => {
    const path = await install('echo runc version 9.9');
    const runtime = provider(path);
    assert.deepEqual(await runtime.probe(), { usable: true, path, version: '9.9', command: path });
    assert.deepEqual(await runtime.options(draft), { binaryName: path, root: '/run/pouch/runc' });
  });

  it('uses a scope of systemd as the cgroup of a container', async () => {
    const runtime = provider(await install('echo runc version 1'));
    const scope = { ...draft, cgroupsPath: '/pouch.slice/pouch-ID.scope' };
    assert.equal(((await runtime.options(scope)) as RuncOptions).systemdCgroup, true);
  });

  it('sets the owner of the streams in a user namespace to the container’s root', async () => {
    const runtime = provider(await install('echo runc version 1'));
    const ids = [{ containerID: 0, hostID: 5000, size: 2000 }];
    const options = await runtime.options({ ...draft, uidMappings: ids, gidMappings: ids });
    assert.deepEqual([(options as RuncOptions).ioUid, (options as RuncOptions).ioGid], [5000, 5000]);
  });

  it('makes crun put a container directly into its scope, unless another cgroup is set', () => {
    const adapted = (cgroupsPath: string, annotations: Record<string, string> = {}) => {
      withoutSubgroup({ cgroupsPath, annotations } as ContainerDraft);
      return annotations['run.oci.systemd.subgroup'];
    };
    assert.equal(adapted('/pouch.slice/pouch-ID.scope'), '');
    assert.equal(adapted('/pouch.slice/pouch-ID.scope', { 'run.oci.systemd.subgroup': 'mine' }), 'mine');
    assert.equal(adapted('/pouch/ID'), undefined);
  });

  it('names how to install a missing runtime, and finds it once it is installed', async () => {
    const runtime = provider(join(directory, 'runc'));
    assert.match((await runtime.probe()).problem ?? '', /is not installed: install it/);
    await assert.rejects(runtime.options(draft), { code: 'PCH_RUNTIME_UNUSABLE' });
    await install('echo runc version 9.9');
    assert.equal((await runtime.probe()).usable, true);
  });

  it('reports the message of a runtime that does not run', async () => {
    const runtime = provider(await install('echo no libseccomp >&2; exit 127'));
    const { usable, problem } = await runtime.probe();
    assert.equal(usable, false);
    assert.match(problem ?? '', /--version failed: .*no libseccomp/s);
  });

  it('is not usable if the survey reports a problem', async () => {
    const runtime = provider(await install('echo runc version 1'), () =>
      Promise.resolve({ problem: 'the reason' }),
    );
    assert.deepEqual((await runtime.probe()).problem, 'the reason');
  });

  it('passes the shim the executable of the survey', async () => {
    const path = await install('echo runc version 1');
    const runtime = provider(path, () => Promise.resolve({ command: '/run/pouch/wrapper' }));
    assert.equal((await runtime.probe()).path, path);
    assert.equal(((await runtime.options(draft)) as RuncOptions).binaryName, '/run/pouch/wrapper');
  });
});
