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

/** A process's streams: paths of FIFOs, or file:// and binary:// URLs for stdout and stderr. */
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

/** How a process ended. `exitStatus` is 128 plus the signal's number if a signal killed it. */
export interface ExitStatus {
  exitStatus: number;
  exitedAt: Date | undefined;
}

/** Milliseconds; starting a virtual machine, or a task on a busy host, takes long. */
const startDeadlineMs = 120_000;

/** The processes of containers, running or ended and not deleted. An `execId` of "" is the container's init. */
export class TasksClient {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /** Starts the shim and creates the container without starting its command. Returns the pid of init. */
  async create(task: NewTask, options?: CallOptions): Promise<number> {
    const call = { deadlineMs: startDeadlineMs, ...options };
    return (await this.#rpc.unary(TasksService.create, CreateTaskRequest.create(task), call)).pid;
  }

  /**
   * Starts an init or exec that was created. Returns its pid.
   *
   * The request has no deadline: containerd passes a deadline to the shim, where it ends the context of Start as Start
   * returns, and kata's shim then stops opening stdin (containerd-shim-v2/stream.go).
   */
  async start(containerId: string, execId = '', options?: CallOptions): Promise<number> {
    const call: CallOptions = { deadlineMs: startDeadlineMs, ...options, deadlineAt: 'client' };
    return (await this.#rpc.unary(TasksService.start, StartRequest.create({ containerId, execId }), call))
      .pid;
  }

  /** Deletes a task that has ended, and ends its shim. Fails while the task runs. */
  async delete(containerId: string, options?: CallOptions): Promise<DeleteResponse> {
    const call = { deadlineMs: startDeadlineMs, ...options };
    return this.#rpc.unary(TasksService.delete, DeleteTaskRequest.create({ containerId }), call);
  }

  /** Deletes an exec that has ended. */
  async deleteProcess(containerId: string, execId: string, options?: CallOptions): Promise<DeleteResponse> {
    const request = DeleteProcessRequest.create({ containerId, execId });
    return this.#rpc.unary(TasksService.deleteProcess, request, options);
  }

  async get(containerId: string, execId = '', options?: CallOptions): Promise<Process> {
    const response = await this.#rpc.unary(
      TasksService.get,
      GetRequest.create({ containerId, execId }),
      options,
    );
    return required(response.process, 'the task');
  }

  /**
   * Lists the init processes of all tasks; `id` is the container's. containerd calls every shim, so the time grows
   * with their number.
   */
  async list(options?: CallOptions): Promise<Process[]> {
    return (await this.#rpc.unary(TasksService.list, ListTasksRequest.create(), options)).tasks;
  }

  /** Sends a signal (a number) to init or an exec, or with `all` to every process of the task. */
  async kill(
    containerId: string,
    signal: number,
    { execId = '', all = false, ...options }: CallOptions & { execId?: string; all?: boolean } = {},
  ): Promise<void> {
    const request = KillRequest.create({ containerId, execId, signal, all });
    await this.#rpc.unary(TasksService.kill, request, options);
  }

  /** Creates an exec; {@link start} runs it. */
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

  /**
   * Closes the shim's own write end of the stdin FIFO: the process reads end-of-file once the other writers have
   * closed theirs.
   */
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

  /** Lists the processes of the task with their pids on the host. */
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
   * Checkpoints the task's processes with criu to `imagePath`, an existing directory; criu's log goes to `workPath`.
   * `exit` ends the processes. Default: no deadline, because the time depends on the size of their memory.
   */
  async checkpoint(
    containerId: string,
    checkpoint: { imagePath: string; workPath: string; exit: boolean },
    options?: CallOptions,
  ): Promise<void> {
    const request = CheckpointTaskRequest.create({ containerId, options: packCheckpointOptions(checkpoint) });
    await this.#rpc.unary(TasksService.checkpoint, request, { deadlineMs: 'none', ...options });
  }

  /** Returns the counters of the tasks that match any filter, e.g. `id==web`. `readMetric` decodes them. */
  async metrics(filters: readonly string[] = [], options?: CallOptions): Promise<Metric[]> {
    const request = MetricsRequest.create({ filters: [...filters] });
    return (await this.#rpc.unary(TasksService.metrics, request, options)).metrics;
  }

  /** Waits for the end of init or an exec. Default: no deadline. */
  async wait(containerId: string, execId = '', options?: CallOptions): Promise<ExitStatus> {
    const call: CallOptions = { deadlineMs: 'none', ...options };
    return this.#rpc.unary(TasksService.wait, WaitRequest.create({ containerId, execId }), call);
  }
}
