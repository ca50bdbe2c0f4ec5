import assert from 'node:assert/strict';
import { containerFields, journalEntry } from '../../../../plugins/log-syslog/journalEntry.ts';

const id = 'ab12'.repeat(16);

describe('entries of the journal', () => {
  const container = (labels: Record<string, string>, wanted: string[] = []) =>
    containerFields({ id, name: 'web', image: 'nginx:1', labels }, { tag: 'app', wanted });
  const line = { stream: 'stderr', time: '2026-11-27T14:55:53.678924123Z', text: 'it fails' } as const;

  it('have Docker’s fields', () => {
    assert.deepEqual(
      journalEntry({ ...line, partial: true }, container({}))
        .toString()
        .split('\n'),
      [
        'MESSAGE=it fails',
        'PRIORITY=3',
        `SYSLOG_TIMESTAMP=${line.time}`,
        'CONTAINER_PARTIAL_MESSAGE=true',
        'CONTAINER_ID=ab12ab12ab12',
        `CONTAINER_ID_FULL=${id}`,
        'CONTAINER_NAME=web',
        'CONTAINER_TAG=app',
        'IMAGE_NAME=nginx:1',
        'SYSLOG_IDENTIFIER=app',
        '',
      ],
    );
  });

  it('have labels under names that journald accepts', () => {
    const labels = { 'io.example/team': 'db', '0_x-y': '1', other: 'no' };
    const lines = container(labels, ['io.example/team', '0_x-y', 'missing']).toString().split('\n');
    assert.deepEqual(lines.slice(-3), ['IO_EXAMPLE_TEAM=db', 'X_Y=1', '']);
  });

  it('have no field that a value adds', () => {
    const entry = container({ team: 'a\nPRIORITY=0' }, ['team']);
    const value = Buffer.concat([
      Buffer.from('TEAM\n'),
      Buffer.from([12, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from('a\nPRIORITY=0\n'),
    ]);
    assert.deepEqual(entry.subarray(-value.length), value);
  });
});
