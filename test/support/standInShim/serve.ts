import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { TaskService } from '../../../core/containerd/gen/shim/task.ts';
import type { OciSpec } from '../../../hooks/oci.ts';
import type { Call } from './call.ts';
import { Events } from './Events.ts';
import { fault, record } from './record.ts';
import { openShimLog } from './shimLog.ts';
import { socketPath } from './socket.ts';
import { readSpec } from './spec.ts';
import { taskMethods } from './task.ts';
import { type Context, type Handler, listen } from './ttrpc.ts';

/** Serves the tasks of one VM until its last is gone. */
export async function serve(call: Call): Promise<void> {
  const path = socketPath(call, call.id);
  const events = new Events(call);
  const end = () => void goodbye(path, events);
  rmSync(path, { force: true });
  openShimLog();
  listen(path, handlers(taskMethods(events, end)));
  record({ call: 'serve', argv: process.argv.slice(2), path });
}

/** The response of the last call goes out first. */
async function goodbye(path: string, events: Events): Promise<void> {
  await events.flush();
  await delay(20);
  rmSync(path, { force: true });
  process.exit(0);
}

function handlers(methods: ReturnType<typeof taskMethods>): Map<string, Handler> {
  return new Map(
    Object.entries(TaskService).map(([name, { path, requestDeserialize, responseSerialize }]) => [
      path,
      async (payload: Buffer, context: Context) => {
        const request = requestDeserialize(payload);
        const { timeoutNano } = context;
        record({ call: path.split('/').at(-1)!, request, timeoutNano, ...specOf(request) });
        const response = await methods[name as keyof typeof methods](request, context);
        if (fault() === 'garbage-create' && name === 'create') return Buffer.from('\u00ff\u00ffgarbage');
        return responseSerialize(response as never);
      },
    ]),
  );
}

/** Records a new container's config.json as well, and the network that kata would give its VM. */
function specOf(request: object): object {
  if (!('bundle' in request)) return {};
  const spec = readSpec(request.bundle as string);
  return { spec, addresses: addressesIn(spec) };
}

function addressesIn({ linux }: OciSpec): string {
  const path = linux.namespaces.find(({ type }) => type === 'network')?.path;
  if (path === undefined) return '';
  return execFileSync('nsenter', [`--net=${path}`, 'ip', '-o', '-4', 'address'], { encoding: 'utf8' });
}
