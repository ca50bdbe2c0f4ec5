/**
 * What a container may be. `ending`: it runs no longer than its command takes, then it has exited; `dead`: half
 * removed.
 */
export type Status = 'gone' | 'created' | 'running' | 'paused' | 'exited' | 'ending' | 'dead';

/** What a container does: `server` until a signal ends it, `brief` writes one line and exits with its code. */
export type Kind = 'server' | 'brief';

export interface TrackedOptions {
  name: string;
  kind: Kind;
  /** What a brief one exits with. */
  exitCode?: number;
  /** Several clients use it at the same time: what they do to it has no order. */
  isShared?: boolean;
  labels?: Record<string, string>;
}

/** Milliseconds until the daemon has noticed that a process has ended. */
const noticedWithinMs = 5_000;

/** What is known of one container from the calls that were acknowledged, and from those of which nobody knows. */
export class Tracked {
  readonly kind: Kind;
  readonly isShared: boolean;
  readonly labels: Record<string, string>;
  /** Undefined until a create was acknowledged. */
  id: string | undefined;
  /** More than one after a rename that was cut off. */
  names: string[];
  /** One of them is true. */
  states: ReadonlySet<Status> = new Set<Status>(['gone']);
  /** What it may have exited with if it has; any if undefined. */
  exitCodes: readonly number[] | undefined;
  /** A limit that an update has set. */
  pidsLimits: readonly number[] | undefined;
  /** Its log can be read to the end only if nothing that writes it was hurt. */
  hasWholeLog = true;
  /** A removal has been tried, so that it may be gone for the others at any moment. */
  isRemovalTried = false;
  /**
   * A removal has failed or was cut off half way: it may be anything until one succeeds, or the next daemon finishes
   * it.
   */
  isHalfRemoved = false;
  readonly ownExitCode: number;
  /** What was done to it and what became of that, for the reader of a failure. */
  readonly history: string[] = [];
  /** How often a fault may have ended what runs in it. */
  hurts = 0;
  #hurtAt = -Infinity;
  /** SIGKILL ends a frozen process only when it is resumed (cgroup v1). */
  #diesWhenResumed = false;

  constructor({ name, kind, exitCode = 0, isShared = false, labels = {} }: TrackedOptions) {
    this.names = [name];
    this.kind = kind;
    this.ownExitCode = exitCode;
    this.isShared = isShared;
    this.labels = labels;
  }

  get name(): string {
    return this.names[0]!;
  }

  /** How it is called in requests: by what can have only one meaning. */
  get ref(): string {
    return this.id ?? this.name;
  }

  may(...states: readonly Status[]): boolean {
    return states.some((status) => this.states.has(status));
  }

  must(...states: readonly Status[]): boolean {
    return [...this.states].every((status) => states.includes(status));
  }

  /** It is one of these now, and nothing else. */
  is(...states: readonly Status[]): void {
    this.states = new Set(states);
  }

  /** It may be one of these as well. */
  mayBe(...states: readonly Status[]): void {
    this.states = new Set([...this.states, ...states]);
  }

  /** A fault has hurt it so recently that its end may not be noticed yet. */
  get mayBeDying(): boolean {
    return performance.now() - this.#hurtAt < noticedWithinMs;
  }

  /** A fault ended what runs in it, or may have. */
  hurt(): void {
    this.hurts += 1;
    this.#hurtAt = performance.now();
    this.hasWholeLog = false;
    this.exitCodes = undefined;
    if (this.may('paused')) this.#diesWhenResumed = true;
    if (this.may('running', 'paused', 'ending')) this.mayBe('exited');
  }

  /** It was resumed: a fault that met it frozen takes effect now. */
  resumed(): void {
    if (this.#diesWhenResumed) this.hurt();
    this.#diesWhenResumed = false;
  }
}
