import type {
  Attachment,
  AttachOptions,
  ContainerFilter,
  ContainerRecord,
  Containers,
  LogEntry,
  LogQuery,
  PruneFilter,
  Run,
  StoredPlan,
  UpdateRequest,
} from '../../hooks/engine.ts';
import type { BlameEntry, Plan } from '../../hooks/plan.ts';
import type { ContainerStats, StatsOptions } from '../../hooks/stats.ts';
import type { ContainerRequest } from '../../hooks/request.ts';
import { ifFound } from '../containerd/index.ts';
import { isWithin } from '../plugins/index.ts';
import { storedPlanOf } from '../state/planFiles.ts';
import { attach } from './attach.ts';
import { create, plan } from './create.ts';
import { removeDamaged } from './damaged/remove.ts';
import { killDamaged, stopDamaged } from './damaged/stop.ts';
import type { Kernel } from './kernel.ts';
import { kill, notRunning } from './kill.ts';
import { listContainers } from './list.ts';
import { logs } from './logs.ts';
import { onTask } from './onTask.ts';
import { pause, unpause } from './pause.ts';
import { prune } from './prune.ts';
import { remove, type RemoveOptions } from './remove.ts';
import { rename } from './rename.ts';
import { restart } from './restart.ts';
import { run } from './run.ts';
import { start, type StartOptions } from './start.ts';
import { stats } from './stats/stats.ts';
import { stop, type StopOptions } from './stop.ts';
import { processesOf } from './top.ts';
import { update } from './update.ts';
import { wait, type WaitCondition } from './wait.ts';

/** The engine's containers: each verb finds its container and hands over to the file of its name. */
export class ContainerVerbs implements Containers {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  plan(request: ContainerRequest): Promise<Plan> {
    return plan(this.#kernel, request);
  }

  async create(request: ContainerRequest): Promise<{ id: string; warnings: string[] }> {
    const { id, warnings } = await create(this.#kernel, request);
    return { id, warnings };
  }

  async run(request: ContainerRequest, streams: AttachOptions): Promise<Run> {
    const { record, attachment, started } = await run(this.#kernel, request, streams);
    return { id: record.id, warnings: record.warnings, attachment, started };
  }

  async start(ref: string, options: StartOptions = {}): Promise<void> {
    await start(this.#kernel, this.#find(ref), options);
  }

  async stop(ref: string, options: StopOptions = {}): Promise<boolean> {
    const record = this.#findAny(ref);
    return await (record.damage ? stopDamaged : stop)(this.#kernel, record, options);
  }

  async restart(ref: string, options: StopOptions = {}): Promise<void> {
    await restart(this.#kernel, this.#find(ref), options);
  }

  async kill(ref: string, signal?: string): Promise<void> {
    const record = this.#findAny(ref);
    await (record.damage ? killDamaged : kill)(this.#kernel, record, signal);
  }

  async remove(ref: string, options: RemoveOptions = {}): Promise<void> {
    const record = this.#findAny(ref);
    await (record.damage ? removeDamaged : remove)(this.#kernel, record, options);
  }

  async rename(ref: string, name: string): Promise<void> {
    await rename(this.#kernel, this.#find(ref), name);
  }

  async update(ref: string, request: UpdateRequest): Promise<{ warnings: string[] }> {
    return await update(this.#kernel, this.#find(ref), request);
  }

  async pause(ref: string): Promise<void> {
    await pause(this.#kernel, this.#find(ref));
  }

  async unpause(ref: string): Promise<void> {
    await unpause(this.#kernel, this.#find(ref));
  }

  async wait(ref: string, condition: WaitCondition, signal?: AbortSignal) {
    return await wait(this.#kernel, this.#find(ref), condition, signal);
  }

  list(filter?: ContainerFilter): ContainerRecord[] {
    return listContainers(this.#kernel.store, filter);
  }

  inspect(ref: string): ContainerRecord {
    return this.#findAny(ref);
  }

  async usage(ref: string): Promise<{ writable: number; total: number }> {
    const { id, draft } = this.#findAny(ref);
    const writable = (await ifFound(this.#kernel.client.snapshots.usage(id)))?.size ?? 0;
    const image = await this.#kernel.images.get(draft.image.id).catch(() => undefined);
    return { writable, total: writable + (image?.size ?? 0) };
  }

  async storedPlan(ref: string): Promise<StoredPlan> {
    return await storedPlanOf(this.#find(ref));
  }

  async explain(ref: string, field?: string): Promise<BlameEntry[]> {
    const { blame } = await this.storedPlan(ref);
    return field ? blame.filter((entry) => isWithin(entry.field, field)) : blame;
  }

  async attach(ref: string, options: AttachOptions): Promise<Attachment> {
    return await attach(this.#kernel, this.#find(ref), options);
  }

  logs(ref: string, query: LogQuery, signal?: AbortSignal): AsyncIterable<LogEntry> {
    return logs(this.#kernel, this.#find(ref), query, signal);
  }

  async resize(ref: string, size: { height: number; width: number }): Promise<void> {
    const record = this.#find(ref);
    if (record.state.status !== 'running') throw notRunning(record);
    await onTask(this.#kernel, record, () => this.#kernel.client.tasks.resizePty(record.id, '', size));
  }

  async top(ref: string): Promise<{ pid: number; command: string }[]> {
    return await processesOf(this.#kernel, this.#find(ref));
  }

  stats(ref: string, options: StatsOptions, signal: AbortSignal): AsyncIterable<ContainerStats> {
    return stats(this.#kernel, this.#find(ref), options, signal);
  }

  async prune(filter?: PruneFilter): Promise<string[]> {
    return await prune(this.#kernel, filter);
  }

  /** @throws PCH_CONTAINER_DAMAGED */
  #find(ref: string): ContainerRecord {
    return this.#kernel.store.find(ref);
  }

  /** Also the stand-in of a damaged one. */
  #findAny(ref: string): ContainerRecord {
    return this.#kernel.store.findAny(ref);
  }
}
