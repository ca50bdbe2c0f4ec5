/**
 * containerd.task.v2.Task, as kata's shim implements it: the pid of everything is the hypervisor's, here the shim's
 * own.
 */
import {
  ConnectResponse,
  CreateTaskResponse,
  DeleteResponse,
  PidsResponse,
  StartResponse,
  StateResponse,
  StatsResponse,
  WaitResponse,
  type TaskService,
} from '../../../core/containerd/gen/shim/task.ts';
import { Empty } from '../../../core/containerd/gen/google/protobuf/empty.ts';
import { Status } from '../../../core/containerd/gen/types/task.ts';
import { Metrics } from '../../../core/containerd/gen/metrics/cgroup1.ts';
import type { OciProcess, OciResources } from '../../../hooks/oci.ts';
import { Container } from './Container.ts';
import type { Events } from './Events.ts';
import { Hypervisor, leaveHypervisor } from './Hypervisor.ts';
import { checkCapabilities, checkOptions, isOld } from './oldAgent.ts';
import { fault } from './record.ts';
import { clearContainer, runc } from './runc.ts';
import { shareFiles, unshareFiles } from './sharedFiles.ts';
import { logError } from './shimLog.ts';
import { sandboxOf, readSpec } from './spec.ts';
import { codes, StatusError } from '../../../plugins/nri/wire/status.ts';
import type { Context } from './ttrpc.ts';

const sigkill = 9;
const pid = process.pid;

type Methods = Record<keyof typeof TaskService, (request: any, context: Context) => Promise<object>>;

/** @param end ends the shim, once the response is sent */
export function taskMethods(events: Events, end: () => void): Methods {
  const containers = new Map<string, Container>();
  const find = (id: string): Container => {
    const container = containers.get(id);
    if (container) return container;
    throw new StatusError(codes.notFound, `container does not exist ${id}`);
  };

  let hypervisor: Hypervisor | undefined;

  /** The shim of 1.x cannot ask the agent then, and takes 0 for the exit code (containerd-shim-v2/wait.go). */
  const loseMachine = (): void => {
    for (const container of containers.values())
      for (const [pid, program] of container.programs()) {
        if (program.status === Status.STOPPED) continue;
        const error = 'rpc error: code = Unavailable desc = transport is closing';
        logError('Wait for process failed', { container: container.id, error, pid });
        program.finish(0);
        if (program === container.init)
          void runc(container.bundle, 'kill', container.id, 'KILL').catch(() => undefined);
      }
  };

  /** The VM ends with its first container. */
  const endMachine = (container: Container): void => {
    if (sandboxOf(readSpec(container.bundle)) !== undefined) return;
    hypervisor?.stop();
    for (const other of containers.values())
      if (other !== container) void runc(other.bundle, 'kill', other.id, 'KILL').catch(() => undefined);
  };

  const watch = async (container: Container, execId: string): Promise<void> => {
    const program = container.program(execId);
    await program.ended;
    if (execId === '') endMachine(container);
    const { exitStatus, exitedAt } = program;
    events.publish('exit', {
      containerId: container.id,
      id: execId || container.id,
      pid,
      exitStatus,
      exitedAt,
    });
  };

  return {
    async create(request: Parameters<typeof Container.create>[0]) {
      if (fault() === 'hang-create') return await new Promise(() => undefined);
      checkOptions(request);
      checkCapabilities(readSpec(request.bundle).process ?? {});
      await shareFiles(request.bundle, request.id);
      if (fault() === 'leave-mounts') throw new StatusError(codes.unknown, 'the agent does not respond');
      const container = await Container.create(request);
      if (fault() === 'leave-vm') leaveHypervisor(container.bundle);
      if (['die-create', 'leave-vm'].includes(fault())) process.kill(pid, 'SIGKILL');
      containers.set(request.id, container);
      if (isOld) hypervisor ??= new Hypervisor(loseMachine);
      void watch(container, '');
      events.publish('create', { containerId: request.id, bundle: request.bundle, pid });
      return CreateTaskResponse.create({ pid });
    },
    async start({ id, execId }: { id: string; execId: string }, { signal }) {
      await find(id).program(execId).start(signal);
      if (fault() === 'die-start') process.kill(pid, 'SIGKILL');
      if (execId === '') events.publish('start', { containerId: id, pid });
      return StartResponse.create({ pid });
    },
    async delete({ id, execId }: { id: string; execId: string }) {
      const container = find(id);
      const { exitStatus, exitedAt } = container.program(execId);
      if (execId === '') {
        await clearContainer(container.bundle, id);
        await unshareFiles(id);
        containers.delete(id);
        events.publish('delete', { containerId: id, pid, exitStatus, exitedAt });
      } else container.removeExec(execId);
      return DeleteResponse.create({ pid, exitStatus, exitedAt });
    },
    async state({ id, execId }: { id: string; execId: string }) {
      const { bundle } = find(id);
      const { status, exitStatus, exitedAt, options } = find(id).program(execId);
      const { stdin, stdout, stderr, terminal } = options;
      return StateResponse.create({
        ...{ id: execId || id, execId, bundle, pid, status, exitStatus, exitedAt },
        ...{ stdin, stdout, stderr, terminal },
      });
    },
    async wait({ id, execId }: { id: string; execId: string }) {
      const program = find(id).program(execId);
      await program.ended;
      return WaitResponse.create({ exitStatus: program.exitStatus, exitedAt: program.exitedAt });
    },
    async kill({ id, execId, signal }: { id: string; execId: string; signal: number }) {
      const container = find(id);
      const program = container.program(execId);
      if (program.status === Status.STOPPED) return Empty.create();
      if (!program.isStarted) program.finish(128 + sigkill);
      else if (execId === '') await runc(container.bundle, 'kill', id, String(signal)).catch(saysEnded);
      else process.kill(program.pid(), signal);
      return Empty.create();
    },
    async exec(request: Parameters<Container['addExec']>[0] & { id: string }) {
      checkCapabilities(JSON.parse(String(request.spec?.value ?? '{}')) as OciProcess);
      find(request.id).addExec(request);
      void watch(find(request.id), request.execId);
      return Empty.create();
    },
    async pause({ id }: { id: string }) {
      await runc(find(id).bundle, 'pause', id);
      find(id).init.status = Status.PAUSED;
      return Empty.create();
    },
    async resume({ id }: { id: string }) {
      await runc(find(id).bundle, 'resume', id);
      find(id).init.status = Status.RUNNING;
      return Empty.create();
    },
    async closeIo({ id, execId }: { id: string; execId: string }) {
      await find(id).program(execId).closeStdin();
      return Empty.create();
    },
    resizePty: async () => Empty.create(),
    async update({ id, resources }: { id: string; resources?: { value: Uint8Array } }) {
      find(id).limits = JSON.parse(String(resources?.value ?? '{}')) as OciResources;
      return Empty.create();
    },
    checkpoint: () => Promise.reject(new StatusError(codes.unimplemented, 'service Checkpoint')),
    async stats({ id }: { id: string }) {
      const { bundle, limits } = find(id);
      return StatsResponse.create({ stats: metricsOf(limits ?? readSpec(bundle).linux.resources) });
    },
    pids: async () => PidsResponse.create({ processes: [{ pid }] }),
    connect: async () => ConnectResponse.create({ shimPid: pid, taskPid: pid }),
    async shutdown() {
      if (containers.size === 0) end();
      return Empty.create();
    },
  };
}

/** The counters of the container's cgroup in the guest, where a memory limit of none is the largest number of pages. */
function metricsOf(resources: OciResources | undefined): { typeUrl: string; value: Buffer } {
  const limit = resources?.memory?.limit ?? '9223372036854771712';
  const metrics = Metrics.create({ memory: { usage: { usage: 4096, limit: String(limit) } } });
  return {
    typeUrl: 'io.containerd.cgroups.v1.Metrics',
    value: Buffer.from(Metrics.encode(metrics).finish()),
  };
}

/** In the words of kata's agent: containerd has no code for it. */
function saysEnded(): never {
  throw new StatusError(codes.unknown, 'rpc error: code = Internal desc = ESRCH: No such process');
}
