import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Any } from '../../../core/containerd/gen/google/protobuf/any.ts';
import { TaskCreate, TaskDelete, TaskExit, TaskStart } from '../../../core/containerd/gen/events/task.ts';
import type { Call } from './call.ts';

const kinds = { create: TaskCreate, start: TaskStart, exit: TaskExit, delete: TaskDelete };
const names = { create: 'TaskCreate', start: 'TaskStart', exit: 'TaskExit', delete: 'TaskDelete' };

/** Publishes by containerd's own executable, one after another (containerd, runtime v2 README, "Events"). */
export class Events {
  readonly #call: Call;
  #last = Promise.resolve();

  constructor(call: Call) {
    this.#call = call;
  }

  publish(kind: keyof typeof kinds, event: object): void {
    const { encode, create } = kinds[kind] as typeof TaskExit;
    const value = Buffer.from(encode(create(event)).finish());
    const any = Any.encode(Any.create({ typeUrl: `containerd.events.${names[kind]}`, value })).finish();
    this.#last = this.#last.then(() => this.#send(`/tasks/${kind}`, any)).catch(() => undefined);
  }

  /** Settles when all are out. */
  flush(): Promise<void> {
    return this.#last;
  }

  async #send(topic: string, any: Uint8Array): Promise<void> {
    const { address, namespace, publishBinary } = this.#call;
    const args = ['--address', address, 'publish', '--topic', topic, '--namespace', namespace];
    const child = spawn(publishBinary, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.end(any);
    await once(child, 'exit');
  }
}
