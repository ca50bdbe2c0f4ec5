import assert from 'node:assert/strict';
import { findShim } from '../../../../plugins/runtime-kata/shim/find.ts';
import { parseCliVersion, parseShimVersion } from '../../../../plugins/runtime-kata/shim/version.ts';
import { FakeHost, golang, rust } from './support/FakeHost.ts';

const nothingAsked = { shim: '', runtimeType: '' };

describe('kata’s shim', () => {
  let host: FakeHost;
  beforeEach(async () => {
    host = await FakeHost.create({});
  });
  afterEach(() => host.dispose());

  it('reports its version and language', () => {
    assert.deepEqual(parseShimVersion(golang), { version: '3.2.0', major: 3, language: 'go' });
    assert.deepEqual(parseShimVersion(rust), { version: '3.4.1', major: 3, language: 'rust' });
    const old = 'Kata Containers containerd shim: id: "io.containerd.kata.v2", version: 1.12.1, commit: a\n';
    assert.deepEqual(parseShimVersion(old), { version: '1.12.1', major: 1, language: 'go' });
    assert.deepEqual(parseShimVersion('something'), { version: '', major: 0, language: 'go' });
  });

  it('reports the version of 1.x’s command', () => {
    assert.equal(parseCliVersion('kata-runtime  : 1.12.1\n   commit   : a\n'), '1.12.1');
    assert.equal(parseCliVersion('something'), '');
  });

  it('of a handler takes precedence over that of kata', async () => {
    await host.write('/usr/bin/containerd-shim-kata-v2', '');
    assert.deepEqual(await findShim(host, 'kata-qemu', nothingAsked), {
      path: '/usr/bin/containerd-shim-kata-v2',
      type: 'io.containerd.kata.v2',
    });
    await host.write('/usr/bin/containerd-shim-kata-qemu-v2', '');
    assert.deepEqual(await findShim(host, 'kata-qemu', nothingAsked), {
      path: '/usr/bin/containerd-shim-kata-qemu-v2',
      type: 'io.containerd.kata-qemu.v2',
    });
  });

  it('of the static release, which is not in PATH, is passed by path', async () => {
    const path = '/opt/kata/bin/containerd-shim-kata-v2';
    await host.write(path, '');
    assert.deepEqual(await findShim(host, 'kata', nothingAsked), { path, type: path });
  });

  it('may be chosen by name, by path, and by containerd’s type', async () => {
    await host.write('/srv/kata/containerd-shim-kata-v2', '');
    await host.write('/usr/bin/containerd-shim-kata3-v2', '');
    assert.deepEqual(
      await findShim(host, 'kata', { ...nothingAsked, shim: '/srv/kata/containerd-shim-kata-v2' }),
      { path: '/srv/kata/containerd-shim-kata-v2', type: '/srv/kata/containerd-shim-kata-v2' },
    );
    const byName = { path: '/usr/bin/containerd-shim-kata3-v2', type: 'io.containerd.kata3.v2' };
    assert.deepEqual(
      await findShim(host, 'kata', { ...nothingAsked, shim: 'containerd-shim-kata3-v2' }),
      byName,
    );
    const byType = { ...nothingAsked, runtimeType: 'io.containerd.kata3.v2' };
    assert.deepEqual(await findShim(host, 'kata', byType), byName);
  });

  it('is undefined if it is not installed', async () => {
    assert.equal(await findShim(host, 'kata', nothingAsked), undefined);
    assert.equal(await findShim(host, 'kata', { ...nothingAsked, shim: '/nosuch' }), undefined);
  });
});
