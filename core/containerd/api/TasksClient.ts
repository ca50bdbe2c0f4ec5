import type { Any } from '../gen/google/protobuf/any.ts';
import {
  CheckpointTaskRequest,
  CloseIORequest,
  CreateTaskRequest,
  DeleteProcessRequest,
  DeleteTaskRequest,
  ExecProcessRequest,
  GetRequest,
  KillRequest,
  ListPidsRequest,
  ListTasksRequest,
  MetricsRequest,
  PauseTaskRequest,
  ResizePtyRequest,
  ResumeTaskRequest,
  StartRequest,
  TasksService,
  UpdateTaskRequest,
  WaitRequest,
  type DeleteResponse,
} from '../gen/services/tasks.ts';
import type { Metric } from '../gen/types/metric.ts';
import type { Mount } from '../gen/types/mount.ts';
import { Status, type Process, type ProcessInfo } from '../gen/types/task.ts';
import { packCheckpointOptions, packOci } from '../rpc/any.ts';
import { required } from '../rpc/required.ts';
import type { CallOptions, Rpc } from '../rpc/Rpc.ts';

export { Status as TaskStatus };
export type { Metric as TaskMetric, Process as TaskProcess, ProcessInfo };

/** Where a process's streams go: paths of FIFOs, or file:// and binary:// URLs for stdout and stderr. */
export interface TaskIo {
  stdin?: string;
  stdout?: string;
  /** Must be empty with a terminal. */
  stderr?: string;
  terminal?: boolean;
}

export interface NewTask extends TaskIo {
  containerId: string;
  rootfs?: Mount[];
  /** Overrides the container's runtime options. */
  options?: Any;
}

export interface NewExec extends TaskIo {
  containerId: string;
  execId: string;
  /** The "process" part of an OCI runtime spec. */
  process: object;
}

/** How a process ended. `exitStatus` is 128 + the signal's number for a killed one. */
export interface ExitStatus {
  exitStatus: number;
  exitedAt: Date | undefined;
}

/** Starting a virtual machine, or a task on a busy host, takes long; in milliseconds. */
const startDeadlineMs = 120_000;

/** The running (or just ended) processes of containers. An `execId` of "" is the container's init. */
export class TasksClient {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /** Starts the shim and makes the container up to, not including, its command. Returns init's pid. */
  async create(task: NewTask, options?: CallOptions): Promise<number> {
    const call = { deadlineMs: startDeadlineMs, ...options };
    return (await this.#rpc.unary(TasksService.create, CreateTaskRequest.create(task), call)).pid;
  }

  /**
   * Starts a created init or exec. Returns its pid.
   *
   * The deadline is not sent: containerd hands it on to the shim, where it ends the context of Start as Start returns,
   * and kata's shim then gives up a stdin that it is still opening (containerd-shim-v2/stream.go).
   */
  async start(containerId: string, execId = '', options?: CallOptions): Promise<number> {
    const call: CallOptions = { deadlineMs: startDeadlineMs, ...options, deadlineAt: 'client' };
    return (await this.#rpc.unary(TasksService.start, StartRequest.create({ containerId, execId }), call))
      .pid;
  }

  /** Deletes an ended task and ends its shim; fails while it runs. */
  async delete(containerId: string, options?: CallOptions): Promise<DeleteResponse> {
    const call = { deadlineMs: startDeadlineMs, ...options };
    return this.#rpc.unary(TasksService.delete, DeleteTaskRequest.create({ containerId }), call);
  }

  /** Deletes an ended exec. */
  async deleteProcess(containerId: string, execId: string, options?: CallOptions): Promise<DeleteResponse> {
    const request = DeleteProcessRequest.create({ containerId, execId });
    return this.#rpc.unary(TasksService.deleteProcess, request, options);
  }

  async get(containerId: string, execId = '', options?: CallOptions): Promise<Process> {
    const answer = await this.#rpc.unary(
      TasksService.get,
      GetRequest.create({ containerId, execId }),
      options,
    );
    return required(answer.process, 'the task');
  }

  /** The init processes of all tasks; `id` is the container's. containerd asks every shim, so this takes time with their number. */
  async list(options?: CallOptions): Promise<Process[]> {
    return (await this.#rpc.unary(TasksService.list, ListTasksRequest.create(), options)).tasks;
  }

  /** Sends a signal, by number, to init or an exec; with `all` to every process of the task. */
  async kill(
    containerId: string,
    signal: number,
    { execId = '', all = false, ...options }: CallOptions & { execId?: string; all?: boolean } = {},
  ): Promise<void> {
    const request = KillRequest.create({ containerId, execId, signal, all });
    await this.#rpc.unary(TasksService.kill, request, options);
  }

  /** Makes an exec; {@link start} runs it. */
  async exec({ process, ...exec }: NewExec, options?: CallOptions): Promise<void> {
    const request = ExecProcessRequest.create({ ...exec, spec: packOci('process', process) });
    await this.#rpc.unary(TasksService.exec, request, options);
  }

  /** Sets the size of a terminal, in characters. */
  async resizePty(
    containerId: string,
    execId: string,
    size: { width: number; height: number },
    options?: CallOptions,
  ): Promise<void> {
    const request = ResizePtyRequest.create({ containerId, execId, ...size });
    await this.#rpc.unary(TasksService.resizePty, request, options);
  }

  /** Lets the process read the end of its stdin once the FIFO's writers are gone: the shim holds one itself. */
  async closeStdin(containerId: string, execId = '', options?: CallOptions): Promise<void> {
    const request = CloseIORequest.create({ containerId, execId, stdin: true });
    await this.#rpc.unary(TasksService.closeIo, request, options);
  }

  async pause(containerId: string, options?: CallOptions): Promise<void> {
    await this.#rpc.unary(TasksService.pause, PauseTaskRequest.create({ containerId }), options);
  }

  async resume(containerId: string, options?: CallOptions): Promise<void> {
    await this.#rpc.unary(TasksService.resume, ResumeTaskRequest.create({ containerId }), options);
  }

  /** Every process of the task, as pids of the host. */
  async listPids(containerId: string, options?: CallOptions): Promise<ProcessInfo[]> {
    const request = ListPidsRequest.create({ containerId });
    return (await this.#rpc.unary(TasksService.listPids, request, options)).processes;
  }

  /** Sets new limits: the "linux.resources" part of an OCI runtime spec. */
  async update(containerId: string, resources: object, options?: CallOptions): Promise<void> {
    const request = UpdateTaskRequest.create({ containerId, resources: packOci('resources', resources) });
    await this.#rpc.unary(TasksService.update, request, options);
  }

  /**
   * Has criu write the task's processes to `imagePath`, a directory that exists, and its log to `workPath`; `exit` ends them.
   * No deadline unless one is given: it takes as long as their memory is large.
   */
  async checkpoint(
    containerId: string,
    checkpoint: { imagePath: string; workPath: string; exit: boolean },
    options?: CallOptions,
  ): Promise<void> {
    const request = CheckpointTaskRequest.create({ containerId, options: packCheckpointOptions(checkpoint) });
    await this.#rpc.unary(TasksService.checkpoint, request, { deadlineMs: 'none', ...options });
  }

  /** Counters of the tasks that match any filter, e.g. `id==web`; read them with metrics.ts. */
  async metrics(filters: readonly string[] = [], options?: CallOptions): Promise<Metric[]> {
    const request = MetricsRequest.create({ filters: [...filters] });
    return (await this.#rpc.unary(TasksService.metrics, request, options)).metrics;
  }

  /** Waits for the end of init or an exec, for ever unless a deadline is given. */
  async wait(containerId: string, execId = '', options?: CallOptions): Promise<ExitStatus> {
    const call: CallOptions = { deadlineMs: 'none', ...options };
    return this.#rpc.unary(TasksService.wait, WaitRequest.create({ containerId, execId }), call);
  }
}
