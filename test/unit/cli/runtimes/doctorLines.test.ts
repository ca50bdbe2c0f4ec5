import assert from 'node:assert/strict';
import type { RuntimeWire } from '../../../../client/index.ts';
import { paletteFor } from '../../../../cli/output/colour.ts';
import { doctorLines } from '../../../../cli/runtimes/doctorLines.ts';

type Finding = RuntimeWire['findings'][number];

const noKvm: Finding = { name: 'KVM', ok: false, found: 'there is no /dev/kvm', mend: 'modprobe kvm' };
const config = (file: string): Finding => ({ name: 'configuration', ok: false, found: `none at ${file}` });

function runtime(name: string, findings: Finding[], more: Partial<RuntimeWire> = {}): RuntimeWire {
  return { name, usable: false, findings, ...more } as RuntimeWire;
}

describe('pouch doctor', () => {
  const print = (...runtimes: RuntimeWire[]) => doctorLines(runtimes, paletteFor({ isTTY: false }, {}));

  it('prints shared findings once, others with the name of their runtime', () => {
    assert.deepEqual(
      print(
        runtime('runc', [], { usable: true }),
        runtime('kata', [config('/a'), noKvm]),
        runtime('kata-qemu', [config('/b'), noKvm]),
      ),
      [
        'runc: usable',
        'kata, kata-qemu: not usable',
        '  no  configuration (kata): none at /a',
        '  no  configuration (kata-qemu): none at /b',
        '  no  KVM: there is no /dev/kvm',
        '        modprobe kvm',
      ],
    );
  });

  it('prints the state of each runtime that shares findings', () => {
    const shim: Finding = { name: 'shim', ok: true, found: '/bin/shim' };
    assert.deepEqual(print(runtime('kata', [shim], { usable: true }), runtime('kata-fc', [shim, noKvm])), [
      'kata: usable',
      'kata-fc: not usable',
      '  ok  shim: /bin/shim',
      '  no  KVM (kata-fc): there is no /dev/kvm',
      '        modprobe kvm',
    ]);
  });

  it('prints the problem of a runtime without findings', () => {
    assert.deepEqual(print(runtime('gone', [], { problem: 'no such file' })), [
      'gone: not usable – no such file',
    ]);
  });
});
