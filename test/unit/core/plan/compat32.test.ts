import assert from 'node:assert/strict';
import { mayRun32Bit } from '../../../../core/plan/compat32.ts';
import type { ContainerDraft } from '../../../../hooks/draft.ts';

interface Facts {
  files?: string[];
  architecture?: string;
  rich?: boolean;
  mounts?: ContainerDraft['mounts'];
}

function draft({ files = [], architecture = 'amd64', rich = false, mounts = {} }: Facts): ContainerDraft {
  const stat = (path: string) =>
    Promise.resolve(files.includes(path) ? { path, kind: 'file', mode: 0o755 } : undefined);
  return { rich: { enabled: rich }, mounts, image: { config: { architecture }, stat } } as never;
}

const tmpfs = { '/tmp': { type: 'tmpfs', source: 'tmpfs', options: [] } };
const bound = { '/data': { type: 'bind', source: '/srv', options: ['rbind'] } };

describe('32-bit programs', () => {
  const cases: [string, Facts, boolean][] = [
    ['are not expected in a 64-bit image', { mounts: tmpfs }, false],
    ['may run in an image with their loader', { files: ['/lib/ld-linux.so.2'] }, true],
    ['may run in an image of their platform', { architecture: '386' }, true],
    ['may run in a rich container', { rich: true }, true],
    ['may come with files of the host', { mounts: bound }, true],
  ];
  for (const [name, facts, expected] of cases)
    it(name, async () => assert.equal(await mayRun32Bit(draft(facts)), expected));
});
