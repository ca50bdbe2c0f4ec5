import type { Any } from '../gen/google/protobuf/any.ts';
import type { Envelope } from '../gen/services/events.ts';
import {
  TaskCheckpointed,
  TaskCreate,
  TaskDelete,
  TaskExecAdded,
  TaskExecStarted,
  TaskExit,
  TaskOOM,
  TaskPaused,
  TaskResumed,
  TaskStart,
} from '../gen/events/task.ts';

/** The decoder of each task event, by the last part of the type's name. */
const decoders = {
  TaskCheckpointed,
  TaskCreate,
  TaskDelete,
  TaskExecAdded,
  TaskExecStarted,
  TaskExit,
  TaskOOM,
  TaskPaused,
  TaskResumed,
  TaskStart,
} as const;

type Decoders = typeof decoders;
export type TaskEventType = keyof Decoders;

interface EventBase {
  /** When it happened. */
  time: Date | undefined;
  namespace: string;
  /** E.g. "/tasks/exit". */
  topic: string;
}

type TaskEvents = {
  [Type in TaskEventType]: EventBase & { type: Type; event: ReturnType<Decoders[Type]['decode']> };
};

/** A decoded task event. A shim of containerd 2.x may end before it has sent TaskDelete. */
export type TaskEvent = TaskEvents[TaskEventType];

/** Any other event, not decoded. */
export type OtherEvent = EventBase & { type: 'Other'; event: Any | undefined };

export type ContainerdEvent = TaskEvent | OtherEvent;

/** Decodes task events. Other events, and those of newer versions, are returned as they are. */
export function decodeEvent(envelope: Envelope): ContainerdEvent {
  const base = { time: envelope.timestamp, namespace: envelope.namespace, topic: envelope.topic };
  const type = taskEventType(envelope.event);
  if (type === undefined || envelope.event === undefined)
    return { ...base, type: 'Other', event: envelope.event };
  return { ...base, type, event: decoders[type].decode(envelope.event.value) } as TaskEvent;
}

/** Type URLs are "containerd.events.TaskExit", with or without a host before it. */
function taskEventType(event: Any | undefined): TaskEventType | undefined {
  const name = /(?:^|\/)containerd\.events\.(\w+)$/.exec(event?.typeUrl ?? '')?.[1];
  return name !== undefined && Object.hasOwn(decoders, name) ? (name as TaskEventType) : undefined;
}
