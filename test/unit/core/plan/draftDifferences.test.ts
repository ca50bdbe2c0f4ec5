import assert from 'node:assert/strict';
import { draftDifferences } from '../../../../core/plan/draftDifferences.ts';
import type { ContainerDraft } from '../../../../hooks/draft.ts';
import { makeDraft } from '../plugins/support/draft.ts';

const effect = (kind: string, stage: 'create' | 'start', args = {}) => ({ kind, stage, args });

/** When each field that differs applies. */
function applies(before: Partial<ContainerDraft>, after: Partial<ContainerDraft>): Record<string, string> {
  const changes = draftDifferences(makeDraft(before), makeDraft(after), []);
  return Object.fromEntries(changes.map((change) => [change.field, change.applies]));
}

describe('the differences of two drafts', () => {
  it('functions do not count', () => {
    assert.deepEqual(applies({}, {}), {});
  });

  it('labels, restart, stop and limits apply at once, the rest when it is stopped', () => {
    assert.deepEqual(
      applies(
        {},
        {
          labels: { team: 'a' },
          restart: { name: 'always', maximumRetryCount: 0 },
          stop: { signal: 'SIGKILL', timeoutSeconds: 10 },
          resources: { memory: { limit: 1 } },
          hostname: 'other',
        },
      ),
      {
        'labels.team': 'now',
        'restart.name': 'now',
        'stop.signal': 'now',
        'resources.memory.limit': 'now',
        hostname: 'start',
      },
    );
  });

  it('an effect of the create may come and go, and not change; data of a volume stays', () => {
    const [one, two] = [effect('mark', 'create', { name: 'a' }), effect('mark', 'create', { name: 'b' })];
    assert.deepEqual([...new Set(Object.values(applies({}, { effects: { one } })))], ['start']);
    assert.deepEqual([...new Set(Object.values(applies({ effects: { one } }, {})))], ['start']);
    assert.deepEqual(applies({ effects: { one } }, { effects: { one: two } }), {
      'effects.one.args.name': 'recreate',
    });
    const volume = effect('volume', 'create', { name: 'data' });
    assert.deepEqual([...new Set(Object.values(applies({ effects: { volume } }, {})))], ['recreate']);
    const [start, other] = [effect('net', 'start', { a: 1 }), effect('net', 'start', { a: 2 })];
    assert.deepEqual(applies({ effects: { start } }, { effects: { start: other } }), {
      'effects.start.args.a': 'start',
    });
  });

  it('an image and ids of users need a new container', () => {
    const image = { ...makeDraft().image, id: 'sha256:9' };
    const uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    assert.deepEqual(applies({}, { image, uidMappings }), {
      'image.id': 'recreate',
      uidMappings: 'recreate',
    });
  });
});
