import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientError } from '../../../client/index.ts';
import { pick, type SeededRandom } from '../../support/seededRandom.ts';
import type { Lab } from '../lab/Lab.ts';
import type { Model } from '../model/Model.ts';
import type { Status, Tracked } from '../model/Tracked.ts';
import { after, mayRefuse, type Verb } from '../model/transitions.ts';
import type { Failure } from '../oracles/untrue.ts';

/** Codes by which a container refuses a verb in its present state. */
const refusals: readonly string[] = [
  'PCH_CONFLICT',
  'PCH_CONTAINER_NOT_RUNNING',
  'PCH_CONTAINER_RUNNING',
  'PCH_CONTAINERD_PRECONDITION',
];

export interface LoadOptions {
  /** Begins the names of all that it makes. */
  name: string;
  lab: Lab;
  model: Model;
  random: SeededRandom;
  /** Containers that other clients use too. */
  shared: readonly Tracked[];
}

/** One thing that a client does. */
export type Operation = (client: LoadClient) => Promise<unknown>;

/** One client of the daemon: it performs one drawn operation after another, and keeps the books about them. */
export class LoadClient {
  readonly name: string;
  readonly lab: Lab;
  readonly model: Model;
  readonly random: SeededRandom;
  readonly api: Client;
  readonly own: Tracked[] = [];
  readonly failures: Failure[] = [];
  /** What an operation has seen that cannot be: output of a command that is not the command's. */
  readonly wrongs: string[] = [];
  /** Operations that were acknowledged. */
  done = 0;
  readonly #shared: readonly Tracked[];
  #names = 0;
  #isStopped = false;

  constructor({ name, lab, model, random, shared }: LoadOptions) {
    this.name = name;
    this.lab = lab;
    this.model = model;
    this.random = random;
    this.#shared = shared;
    this.api = new Client({ host: lab.pouchd.host });
  }

  /** Performs one operation after another until it is stopped. */
  async work(choose: (client: LoadClient) => Operation): Promise<void> {
    while (!this.#isStopped) {
      await this.lab.serves();
      await choose(this)(this);
    }
    this.api.close();
  }

  /** It ends with the operation that is under way. */
  stop(): void {
    this.#isStopped = true;
  }

  newName(): string {
    return `${this.name}n${(this.#names += 1)}`;
  }

  /** A container to do something to, mostly one of its own; undefined if none exists. */
  someContainer(): Tracked | undefined {
    const shared = this.#shared.filter((one) => one.may('created', 'running', 'paused', 'exited', 'ending'));
    const choice = this.random.below(4) === 0 ? shared : this.own;
    return choice.length === 0 ? undefined : pick(this.random, choice);
  }

  /** Performs a verb on a container; `undefined` if it was not acknowledged. */
  async act<T>(
    verb: Verb,
    call: string,
    one: Tracked,
    work: (ref: string) => Promise<T>,
  ): Promise<T | undefined> {
    const was = new Set(one.states);
    const hurts = one.hurts;
    if (verb === 'rm' || verb === 'rm -f') one.isRemovalTried = true;
    const outcome = await this.call(`${call} ${one.name}`, () => work(one.ref), {
      isTrue: (code) => this.#isTrue(code, verb, one, was),
      about: one,
    });
    one.history.push(`${elapsed()} ${call}: ${outcome.error ?? 'done'}`);
    const isRemoval = verb === 'rm' || verb === 'rm -f';
    if (isRemoval && !outcome.isDone && !outcome.isRefused && !one.isShared) this.#noteHalfRemoved(one);
    if (one.isShared || one.isHalfRemoved) this.#noteShared(verb, one, outcome.isDone);
    else this.#note(verb, one, was, outcome);
    if (one.hurts !== hurts) one.mayBe('exited');
    return outcome.result;
  }

  /** A call whose failure is recorded. */
  async call<T>(
    call: string,
    work: () => Promise<T>,
    { isTrue = () => false, about }: { isTrue?: (code: string) => boolean; about?: Tracked } = {},
  ): Promise<Outcome<T>> {
    const began = performance.now();
    try {
      const result = await work();
      this.done += 1;
      return { isDone: true, isRefused: false, result };
    } catch (error) {
      const { code = '', status = 0, message } = error as Partial<ClientError> & Error;
      const ended = performance.now();
      const history = about?.history.slice(-10) ?? [];
      this.failures.push({ call, began, ended, code, status, message, isTrue: isTrue(code), history });
      // Not to turn in circles while the daemon is away.
      if (code.startsWith('PCH_DAEMON_')) await delay(50);
      return { isDone: false, isRefused: isTrue(code), result: undefined, error: `${code} ${message}` };
    }
  }

  #isTrue(code: string, verb: Verb, one: Tracked, was: ReadonlySet<Status>): boolean {
    const isUncertain = one.isShared || one.isHalfRemoved;
    if (code === 'PCH_CONTAINER_NOT_FOUND') return isUncertain ? one.isRemovalTried : was.has('gone');
    return refusals.includes(code) && (isUncertain || mayRefuse(verb, was));
  }

  #note(verb: Verb, one: Tracked, was: ReadonlySet<Status>, { isDone, isRefused }: Outcome<unknown>): void {
    const next = after(verb, one, was);
    if (isRefused) return;
    if (['stop', 'kill', 'restart', 'rm -f'].includes(verb)) this.#mayHaveBeenKilled(one);
    if (isDone && next.length > 0) {
      one.is(...next);
      if (verb === 'unpause') one.resumed();
      // The daemon took it for running: it had not noticed its end yet.
      if (verb === 'start' && was.has('running') && one.mayBeDying) one.mayBe('exited');
      return;
    }
    if (isDone) return;
    one.mayBe(...next);
    if (verb === 'start' || verb === 'restart') {
      one.mayBe('exited');
      one.exitCodes = undefined;
      one.hasWholeLog = false;
    }
    if (verb === 'unpause' || verb === 'stop') one.mayBe('running');
  }

  #noteHalfRemoved(one: Tracked): void {
    one.isHalfRemoved = true;
    one.exitCodes = undefined;
    one.hasWholeLog = false;
    one.mayBe('gone', 'created', 'running', 'paused', 'exited', 'dead');
  }

  #mayHaveBeenKilled(one: Tracked): void {
    if (one.exitCodes && !one.exitCodes.includes(137)) one.exitCodes = [...one.exitCodes, 137];
  }

  #noteShared(verb: Verb, one: Tracked, isDone: boolean): void {
    if (verb !== 'rm' && verb !== 'rm -f') return;
    if (isDone) one.is('gone');
    else if (one.may('created', 'running', 'paused', 'exited')) one.mayBe('gone');
  }
}

export interface Outcome<T> {
  isDone: boolean;
  /** It has failed for a reason that leaves everything as it was. */
  isRefused: boolean;
  result: T | undefined;
  /** What the failure said. */
  error?: string;
}

/** Seconds, to see what happened at the same time. */
export function elapsed(): string {
  return `${(performance.now() / 1000).toFixed(2)} s`;
}
