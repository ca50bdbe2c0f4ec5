import assert from 'node:assert/strict';
import type { ContainerDraft } from '../../../../../hooks/index.ts';
import { applies } from '../../../../../plugins/oci-hooks/directories/applies.ts';
import type { HookWhen } from '../../../../../plugins/oci-hooks/directories/hookFile.ts';

function container(given: { annotations?: object; mounts?: object; command?: string[]; rich?: string } = {}) {
  const { annotations = {}, mounts = {}, command = ['sh'], rich } = given;
  const process = { entrypoint: [], command };
  const richDraft = { enabled: rich !== undefined, mode: rich ?? '', initScript: '' };
  return { annotations, mounts, process, rich: richDraft } as unknown as ContainerDraft;
}

const bind = { '/data': { type: 'bind', source: '/srv', options: ['rbind'] } };
const proc = { '/proc': { type: 'proc', source: 'proc', options: [] } };

describe('conditions of OCI hook files', () => {
  const rows: [string, HookWhen, ContainerDraft, boolean][] = [
    ['always', { always: true }, container(), true],
    ['never', { always: false }, container(), false],
    ['never, whatever else fits', { always: false, commands: ['.*'] }, container(), false],
    ['a bind mount', { hasBindMounts: true }, container({ mounts: bind }), true],
    ['none of the host', { hasBindMounts: true }, container({ mounts: proc }), false],
    ['false fits no container', { hasBindMounts: false }, container(), false],
    ['the program', { commands: ['^/bin/x$', 'sh$'] }, container({ command: ['/bin/sh', 'x'] }), true],
    ['not an argument', { commands: ['x'] }, container({ command: ['/bin/sh', 'x'] }), false],
    [
      'an annotation',
      { annotations: { '^a\\.b$': '^1' } },
      container({ annotations: { 'a.b': '12' } }),
      true,
    ],
    [
      'another value',
      { annotations: { '^a\\.b$': '^1' } },
      container({ annotations: { 'a.b': '2' } }),
      false,
    ],
    ['all annotations', { annotations: { a: '1', b: '2' } }, container({ annotations: { a: '1' } }), false],
    [
      'a key that fits twice',
      { annotations: { a: '2' } },
      container({ annotations: { a1: '1', a2: '2' } }),
      true,
    ],
    [
      'a rich mode',
      { annotations: { '^io\\.pouch\\.rich$': '^systemd$' } },
      container({ rich: 'systemd' }),
      true,
    ],
    ['a plain container', { annotations: { '^io\\.pouch\\.rich$': '.*' } }, container(), false],
    [
      'all of several',
      { always: true, hasBindMounts: true, commands: ['sh'] },
      container({ mounts: bind }),
      true,
    ],
    [
      'one of several does not',
      { hasBindMounts: true, commands: ['ls'] },
      container({ mounts: bind }),
      false,
    ],
  ];
  for (const [what, when, given, expected] of rows)
    it(`${what}: ${expected}`, () => assert.equal(applies(when, given), expected));
});
