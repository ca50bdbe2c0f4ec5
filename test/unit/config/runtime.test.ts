import assert from 'node:assert/strict';
import { load, problemsOf } from './fixture.ts';

describe('runtimes in pouchd.yaml', () => {
  it('are read with their rules', () => {
    const { runtime } = load(`runtime:
  default: crun
  add:
    youki: { binary: /usr/local/bin/youki, aliases: [y], lacks: [checkpoint] }
    runsc: { shim: io.containerd.runsc.v1, config: /etc/runsc.toml, typeUrl: io.containerd.runsc.v1.options }
  rules:
    - { when: { image: "registry.example/*", rich: true }, use: kata }
    - { when: { rich: systemd }, use: runlxc }
`).config;
    assert.equal(runtime.default, 'crun');
    assert.deepEqual(runtime.add['youki'], {
      binary: '/usr/local/bin/youki',
      aliases: ['y'],
      lacks: ['checkpoint'],
    });
    assert.equal(runtime.add['runsc']?.shim, 'io.containerd.runsc.v1');
    assert.deepEqual(runtime.rules, [
      { when: { image: 'registry.example/*', rich: true }, use: 'kata' },
      { when: { rich: 'systemd' }, use: 'runlxc' },
    ]);
  });

  const mistakes: [string, RegExp][] = [
    ['add: { x: {} }', /expected either binary or shim, found neither/],
    ['add: { x: { binary: a, shim: io.containerd.x.v1 } }', /expected either binary or shim, found both/],
    ['add: { x: { binary: a, config: /c } }', /expected config with a shim, found config without a shim/],
    ['add: { x: { binary: a, lacks: [everything] } }', /expected one of richSystemd.*found "everything"/],
    ['add: { x: { binary: ../a } }', /an absolute path, or a name to look up in PATH, found "..\/a"/],
    ['add: { x: { shim: runsc } }', /a runtime type such as io.containerd.runsc.v1, found "runsc"/],
    ['add: { X: { binary: a } }', /the name of a runtime/],
    ['add: { x: { binray: a } }', /the unknown key "binray".*did you mean binary/s],
    ['rules: [{ use: kata }]', /when: expected a map with image, label, rich, found nothing/],
    ['rules: [{ when: {}, use: kata }]', /expected at least one condition, found an empty map/],
    ['rules: [{ when: { rich: Systemd }, use: kata }]', /true, false, or a rich mode/],
    ['rules: [{ when: { image: "a b" }, use: kata }]', /text without white space/],
    ['cgroupDriver: none', /one of cgroupfs, systemd, found "none"/],
    ['startTimeout: 1ms', /startTimeout/],
  ];
  for (const [line, message] of mistakes)
    it(`${line} is rejected`, () => {
      const reported = problemsOf(`runtime:\n  ${line}\n`).join('\n');
      assert.match(reported, message);
    });
});
