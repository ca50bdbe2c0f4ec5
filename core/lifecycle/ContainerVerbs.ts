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
import { attach } from './verbs/attach.ts';
import { create, plan } from './verbs/create.ts';
import { removeDamaged } from './damaged/remove.ts';
import { killDamaged, stopDamaged } from './damaged/stop.ts';
import type { EngineContext } from './shared/EngineContext.ts';
import { kill, notRunning } from './verbs/kill.ts';
import { listContainers } from './verbs/list.ts';
import { logs } from './verbs/logs.ts';
import { onTask } from './task/onTask.ts';
import { pause, unpause } from './verbs/pause.ts';
import { prune } from './verbs/prune.ts';
import { remove, type RemoveOptions } from './verbs/remove.ts';
import { rename } from './verbs/rename.ts';
import { restart } from './verbs/restart.ts';
import { run } from './verbs/run.ts';
import { start, type StartOptions } from './verbs/start.ts';
import { stats } from './stats/stats.ts';
import { stop, type StopOptions } from './verbs/stop.ts';
import { processesOf } from './verbs/top.ts';
import { update } from './verbs/update.ts';
import { wait, type WaitCondition } from './verbs/wait.ts';

/** The engine's containers: each verb finds its container and hands over to the file of its name. */
export class ContainerVerbs implements Containers {
  readonly #engine: EngineContext;

  constructor(engine: EngineContext) {
    this.#engine = engine;
  }

  plan(request: ContainerRequest): Promise<Plan> {
    return plan(this.#engine, request);
  }

  async create(request: ContainerRequest): Promise<{ id: string; warnings: string[] }> {
    const { id, warnings } = await create(this.#engine, request);
    return { id, warnings };
  }

  async run(request: ContainerRequest, streams: AttachOptions): Promise<Run> {
    const { record, attachment, started } = await run(this.#engine, request, streams);
    return { id: record.id, warnings: record.warnings, attachment, started };
  }

  async start(ref: string, options: StartOptions = {}): Promise<void> {
    await start(this.#engine, this.#find(ref), options);
  }

  async stop(ref: string, options: StopOptions = {}): Promise<boolean> {
    const record = this.#findAny(ref);
    return await (record.damage ? stopDamaged : stop)(this.#engine, record, options);
  }

  async restart(ref: string, options: StopOptions = {}): Promise<void> {
    await restart(this.#engine, this.#find(ref), options);
  }

  async kill(ref: string, signal?: string): Promise<void> {
    const record = this.#findAny(ref);
    await (record.damage ? killDamaged : kill)(this.#engine, record, signal);
  }

  async remove(ref: string, options: RemoveOptions = {}): Promise<void> {
    const record = this.#findAny(ref);
    await (record.damage ? removeDamaged : remove)(this.#engine, record, options);
  }

  async rename(ref: string, name: string): Promise<void> {
    await rename(this.#engine, this.#find(ref), name);
  }

  async update(ref: string, request: UpdateRequest): Promise<{ warnings: string[] }> {
    return await update(this.#engine, this.#find(ref), request);
  }

  async pause(ref: string): Promise<void> {
    await pause(this.#engine, this.#find(ref));
  }

  async unpause(ref: string): Promise<void> {
    await unpause(this.#engine, this.#find(ref));
  }

  async wait(ref: string, condition: WaitCondition, signal?: AbortSignal) {
    return await wait(this.#engine, this.#find(ref), condition, signal);
  }

  list(filter?: ContainerFilter): ContainerRecord[] {
    return listContainers(this.#engine.store, filter);
  }

  inspect(ref: string): ContainerRecord {
    return this.#findAny(ref);
  }

  async usage(ref: string): Promise<{ writable: number; total: number }> {
    const { id, draft } = this.#findAny(ref);
    const writable = (await ifFound(this.#engine.client.snapshots.usage(id)))?.size ?? 0;
    const image = await this.#engine.images.get(draft.image.id).catch(() => undefined);
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
    return await attach(this.#engine, this.#find(ref), options);
  }

  logs(ref: string, query: LogQuery, signal?: AbortSignal): AsyncIterable<LogEntry> {
    return logs(this.#engine, this.#find(ref), query, signal);
  }

  async resize(ref: string, size: { height: number; width: number }): Promise<void> {
    const record = this.#find(ref);
    if (record.state.status !== 'running') throw notRunning(record);
    await onTask(this.#engine, record, () => this.#engine.client.tasks.resizePty(record.id, '', size));
  }

  async top(ref: string): Promise<{ pid: number; command: string }[]> {
    return await processesOf(this.#engine, this.#find(ref));
  }

  stats(ref: string, options: StatsOptions, signal: AbortSignal): AsyncIterable<ContainerStats> {
    return stats(this.#engine, this.#find(ref), options, signal);
  }

  async prune(filter?: PruneFilter): Promise<string[]> {
    return await prune(this.#engine, filter);
  }

  /** @throws PCH_CONTAINER_DAMAGED */
  #find(ref: string): ContainerRecord {
    return this.#engine.store.find(ref);
  }

  /** Also the stand-in of a damaged one. */
  #findAny(ref: string): ContainerRecord {
    return this.#engine.store.findAny(ref);
  }
}
