import assert from 'node:assert/strict';
import { decodeEvent } from '../../../../../core/containerd/api/event.ts';
import { TaskExit, TaskOOM } from '../../../../../core/containerd/gen/events/task.ts';
import { Envelope } from '../../../../../core/containerd/gen/services/events.ts';

const time = new Date('2024-01-02T03:04:05Z');

function envelope(typeUrl: string, value: Uint8Array, topic = '/tasks/exit') {
  const event = { typeUrl, value: Buffer.from(value) };
  return Envelope.create({ timestamp: time, namespace: 'pouch', topic, event });
}

describe('an event of containerd', () => {
  const exit = TaskExit.create({ containerId: 'c', id: 'c', pid: 1, exitStatus: 7, exitedAt: time });

  for (const prefix of ['', 'type.googleapis.com/']) {
    it(`of a task is decoded from the type URL ${prefix}containerd.events.TaskExit`, () => {
      const decoded = decodeEvent(
        envelope(`${prefix}containerd.events.TaskExit`, TaskExit.encode(exit).finish()),
      );
      assert.deepEqual(decoded, {
        time,
        namespace: 'pouch',
        topic: '/tasks/exit',
        type: 'TaskExit',
        event: exit,
      });
    });
  }

  it('has its own type for each kind', () => {
    const oom = TaskOOM.encode(TaskOOM.create({ containerId: 'c' })).finish();
    const decoded = decodeEvent(envelope('containerd.events.TaskOOM', oom, '/tasks/oom'));
    assert.ok(decoded.type === 'TaskOOM' && decoded.event.containerId === 'c');
  });

  for (const typeUrl of [
    'containerd.events.FutureThing',
    'containerd.events.toString',
    'example.com/Mine',
    '',
  ]) {
    it(`of the unknown type "${typeUrl}" passes as it is`, () => {
      const decoded = decodeEvent(envelope(typeUrl, Buffer.from('raw')));
      assert.ok(decoded.type === 'Other');
      assert.deepEqual(decoded.event?.value, Buffer.from('raw'));
    });
  }
});
