import assert from 'node:assert/strict';
import { syncFilesystems } from '../../../../../core/lifecycle/task/syncFilesystems.ts';
import type { ContainerRecord } from '../../../../../hooks/engine.ts';

const bind = (source: string, ...options: string[]) => ({
  type: 'bind',
  source,
  options: ['rbind', ...options],
});
const mounts = {
  '/data': bind('/srv/data'),
  '/conf': bind('/srv/conf', 'ro'),
  '/sys/fs/cgroup/systemd': bind('/sys/fs/cgroup/systemd/pouch/ID'),
  '/tmp': { type: 'tmpfs', source: 'tmpfs', options: [] },
};

function recordOf(enabled: boolean): ContainerRecord {
  const draft = { rich: { enabled, mode: 'systemd', initScript: '' }, mounts };
  return { id: 'box', state: { pid: 7 }, draft } as unknown as ContainerRecord;
}

async function synced(enabled: boolean, sync: (path: string) => Promise<unknown>): Promise<string[]> {
  const logged: string[] = [];
  const note = (text: string) => void logged.push(text);
  const log = { debug: note, info: note, warn: note, error: note };
  await syncFilesystems({ log }, recordOf(enabled), { sync, withinMs: 50 });
  return logged;
}

describe('the sync before a rich container is killed', () => {
  it('is of its root and the data that it may write', async () => {
    const paths: string[] = [];
    const sync = (path: string) => Promise.resolve(void paths.push(path));
    await synced(true, sync);
    assert.deepEqual(paths, ['/proc/7/root', '/srv/data']);
    await synced(false, sync);
    assert.equal(paths.length, 2);
  });

  it('does not wait for a file system that does not respond, and passes over one that fails', async () => {
    const hung = await synced(true, () => new Promise(() => undefined));
    assert.match(hung.at(-1) ?? '', /killed without a sync/);
    const failed = await synced(true, () => Promise.reject(new Error('EIO')));
    assert.equal(failed.filter((line) => /is not synced/.test(line)).length, 2);
  });
});
