import assert from 'node:assert/strict';
import { type ConfigSearch, findConfig } from '../../../../plugins/runtime-kata/config/find.ts';
import { loadConfig } from '../../../../plugins/runtime-kata/config/load.ts';
import { flavours } from '../../../../plugins/runtime-kata/flavours.ts';
import { FakeHost, qemu } from './support/FakeHost.ts';

const clh = '[hypervisor.clh]\npath = "/usr/bin/cloud-hypervisor"\n';

describe('kata’s configuration', () => {
  let host: FakeHost;
  beforeEach(async () => {
    host = await FakeHost.create({});
  });
  afterEach(() => host.dispose());

  async function pathOf(search: Partial<ConfigSearch> & { name?: string } = {}): Promise<string | undefined> {
    const flavour = flavours.find(({ name }) => name === (search.name ?? 'kata'))!;
    return (await findConfig(host, { flavour, language: 'go', option: '', ...search }))?.path;
  }

  it('is found in kata’s order of precedence: annotation, option, KATA_CONF_FILE, /etc, the defaults', async () => {
    const places = [
      '/opt/kata/share/defaults/kata-containers/configuration.toml',
      '/usr/share/defaults/kata-containers/configuration.toml',
      '/etc/kata-containers/configuration.toml',
      '/by-variable.toml',
      '/by-option.toml',
      '/by-annotation.toml',
    ];
    assert.equal(await pathOf(), undefined);
    for (const path of places.slice(0, 3)) {
      await host.write(path, qemu);
      assert.equal(await pathOf(), path);
    }
    for (const path of places.slice(3)) await host.write(path, qemu);
    host.env['KATA_CONF_FILE'] = '/by-variable.toml';
    assert.equal(await pathOf(), '/by-variable.toml');
    assert.equal(await pathOf({ option: '/by-option.toml' }), '/by-option.toml');
    const annotations = { 'io.katacontainers.config_path': '/by-annotation.toml' };
    assert.equal(await pathOf({ option: '/by-option.toml', annotations }), '/by-annotation.toml');
  });

  it('is not replaced by another if the named file is missing', async () => {
    await host.write('/etc/kata-containers/configuration.toml', qemu);
    assert.equal(await pathOf({ option: '/nosuch.toml' }), undefined);
  });

  it('of a hypervisor is its own file, or the general file if that is for this hypervisor', async () => {
    await host.write('/etc/kata-containers/configuration.toml', qemu);
    assert.equal(await pathOf({ name: 'kata-qemu' }), '/etc/kata-containers/configuration.toml');
    assert.equal(await pathOf({ name: 'kata-clh' }), undefined);
    const own = '/opt/kata/share/defaults/kata-containers/configuration-clh.toml';
    await host.write(own, clh);
    assert.equal(await pathOf({ name: 'kata-clh' }), own);
  });

  it('of one hypervisor ignores KATA_CONF_FILE', async () => {
    host.env['KATA_CONF_FILE'] = '/by-variable.toml';
    await host.write('/by-variable.toml', qemu);
    assert.equal(await pathOf({ name: 'kata-qemu' }), undefined);
  });

  it('of a shim in Rust is in its own directories', async () => {
    await host.write('/etc/kata-containers/configuration.toml', qemu);
    assert.equal(await pathOf({ language: 'rust' }), undefined);
    const own = '/opt/kata/share/defaults/kata-containers/runtime-rs/configuration.toml';
    await host.write(own, qemu);
    assert.equal(await pathOf({ language: 'rust' }), own);
  });

  it('includes drop-ins, sorted by name', async () => {
    await host.write('/k/configuration.toml', qemu);
    await host.write('/k/config.d/20.toml', '[hypervisor.qemu]\ndefault_memory = 2\n');
    await host.write('/k/config.d/10.toml', '[hypervisor.qemu]\ndefault_memory = 1\npath = "/other"\n');
    await host.write('/k/config.d/more/30.toml', '[hypervisor.qemu]\ndefault_memory = 3\n');
    const config = await loadConfig(host, '/k/configuration.toml');
    const { default_memory, path, kernel } = config!.hypervisor;
    assert.deepEqual(
      { default_memory, path, kernel },
      { default_memory: 2, path: '/other', kernel: '/usr/share/kata/vmlinux' },
    );
  });

  it('of runtime-rs names its hypervisor among several', async () => {
    await host.write('/k.toml', `${clh}${qemu}hypervisor_name = "qemu"\n`);
    assert.equal((await loadConfig(host, '/k.toml'))?.hypervisorName, 'qemu');
  });

  it('is an error with its path if it is not valid TOML, or has no hypervisor', async () => {
    await host.write('/k.toml', 'path = \n');
    await assert.rejects(loadConfig(host, '/k.toml'), /\/k\.toml is not valid TOML: /);
    await host.write('/k.toml', '[runtime]\n');
    await assert.rejects(loadConfig(host, '/k.toml'), /\/k\.toml: expected a table \[hypervisor/);
  });
});
