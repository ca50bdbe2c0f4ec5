import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lookAtCriu } from '../../../../../plugins/runtime-runc/survey/criu.ts';
import { surveyForCrun } from '../../../../../plugins/runtime-runc/survey/crun.ts';
import {
  lookAtIdmaps,
  lookAtInit,
  lookAtRdt,
  lookAtUserNamespaces,
} from '../../../../../plugins/runtime-runc/survey/host.ts';
import { surveyForRunc } from '../../../../../plugins/runtime-runc/survey/runc.ts';
import { toSurvey } from '../../../../../plugins/runtime-runc/survey/survey.ts';
import { isAtLeast } from '../../../../../plugins/runtime-runc/survey/version.ts';

describe('what a host has for runc and crun', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pouch-survey-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function file(name: string, content: string): Promise<string> {
    const path = join(directory, name);
    await writeFile(path, content);
    await chmod(path, 0o755);
    return path;
  }

  it('compares versions numerically', () => {
    for (const version of ['1.2.0', '1.10', '2', '1.2.0-rc.1+x'])
      assert.ok(isAtLeast(version, '1.2.0'), version);
    for (const version of ['1.1.15+ds1', '1.1', '', 'x']) assert.ok(!isAtLeast(version, '1.2.0'), version);
  });

  it('becomes a limit with its reason where something is missing', () => {
    const { limits, findings } = toSurvey([
      { name: 'a', ok: false, found: 'nothing', feature: 'rdt' },
      { name: 'b', ok: true, found: 'it', feature: 'seccomp' },
      { name: 'c', ok: false, found: 'half', feature: 'checkpoint', reason: 'too old' },
    ]);
    assert.deepEqual(limits, { rdt: 'nothing', checkpoint: 'too old' });
    assert.deepEqual(findings[2], { name: 'c', ok: false, found: 'half' });
  });

  it('includes systemd, user namespaces and RDT', async () => {
    const none = join(directory, 'none');
    assert.ok(lookAtInit(directory).ok && !lookAtInit(none).ok);
    assert.ok(!lookAtUserNamespaces(none).ok && !lookAtUserNamespaces(await file('zero', '0\n')).ok);
    assert.ok(lookAtUserNamespaces(await file('many', '1000\n')).ok);
    assert.ok(!lookAtRdt(directory).ok);
    await file('schemata', '');
    assert.ok(lookAtRdt(directory).ok);
  });

  it('includes CRIU: missing, failing on this kernel, or working', async () => {
    assert.match((await lookAtCriu(join(directory, 'criu'))).found, /not installed/);
    const script = (check: string) =>
      `#!/bin/sh\n[ "$1" = --version ] && { echo Version: 3.17; exit; }\n${check}\n`;
    const path = await file('criu', script('echo 7Error vdso >&2; exit 1'));
    const broken = await lookAtCriu(path);
    assert.equal(broken.ok, false);
    assert.equal(broken.found, `${path} 3.17 does not work with this kernel: 7Error vdso`);
    await file('criu', script('exit 0'));
    assert.deepEqual(await lookAtCriu(path), {
      name: 'CRIU',
      feature: 'checkpoint',
      ok: true,
      found: `${path} 3.17`,
    });
  });

  it('reports that an old kernel has no overlays with mapped ids', () => {
    assert.ok(lookAtIdmaps('6.1.0-18-amd64').ok);
    assert.match(lookAtIdmaps('5.10.0').found, /^Linux 5.10.0, but .* since 5.19$/);
  });

  it('reports that runc without libseccomp has no seccomp', async () => {
    const runc = { path: '/usr/bin/runc', version: '1.1.5', about: 'runc version 1.1.5\n' };
    assert.match((await surveyForRunc(runc)).limits?.seccomp ?? '', /built without seccomp/);
    assert.equal((await surveyForRunc({ ...runc, about: 'libseccomp: 2.5.4' })).limits?.seccomp, undefined);
  });

  it('reads the build features of crun', async () => {
    const crun = { path: '/usr/bin/crun', version: '1.24', about: '+SYSTEMD +SECCOMP' };
    const { limits } = await surveyForCrun(crun, directory);
    assert.equal(limits?.checkpoint, 'this crun is built without CRIU');
    assert.equal(limits?.seccomp, undefined);
    assert.match(
      (await surveyForCrun({ ...crun, about: '' }, directory)).limits?.systemdCgroup ?? '',
      /SYSTEMD/,
    );
  });
});
