import type { PluginLogLine } from '../../../hooks/engine/plugins.ts';
import { onAbort } from '../../wait/onAbort.ts';
import { Deferred } from '../../wait/Deferred.ts';

export interface PluginLogLimits {
  /** Lines per plugin. */
  readonly lines: number;
  /** Characters per plugin. */
  readonly characters: number;
  /** Plugins: of the one that was silent for longest the lines are forgotten. */
  readonly plugins: number;
}

const defaultLimits: PluginLogLimits = { lines: 1000, characters: 256 * 1024, plugins: 256 };

interface Ring {
  readonly lines: PluginLogLine[];
  /** How many lines came before the first one. */
  dropped: number;
  characters: number;
}

/** The last lines that the log has of each plugin. */
export class PluginLogs {
  readonly #limits: PluginLogLimits;
  readonly #rings = new Map<string, Ring>();
  /** Settles with the next line of any plugin. */
  #next = new Deferred();

  constructor(limits: PluginLogLimits = defaultLimits) {
    this.#limits = limits;
  }

  add(plugin: string, line: PluginLogLine): void {
    const ring = this.#ringOf(plugin);
    ring.lines.push(line);
    ring.characters += line.text.length;
    while (ring.lines.length > this.#limits.lines || ring.characters > this.#limits.characters)
      dropFirst(ring);
    this.#next.resolve();
    this.#next = new Deferred();
  }

  has(plugin: string): boolean {
    return this.#rings.has(plugin);
  }

  /**
   * Yields the last lines of a plugin, and with `signal` those that come until it aborts. A reader that is slower than
   * the plugin misses lines, and gets one that says how many.
   * @param tail how many of the present lines; all if undefined
   */
  async *read(plugin: string, tail?: number, signal?: AbortSignal): AsyncGenerator<PluginLogLine> {
    const first = this.#rings.get(plugin);
    const present = first?.lines.length ?? 0;
    let at = (first?.dropped ?? 0) + present - Math.min(tail ?? present, present);
    for (;;) {
      const ring = this.#rings.get(plugin);
      const next = this.#next.promise;
      if (ring && at < ring.dropped) {
        yield missed(ring.dropped - at);
        at = Math.max(at, ring.dropped);
      }
      const line = ring?.lines[at - ring.dropped];
      if (line) {
        at += 1;
        yield line;
      } else if (signal && !signal.aborted) await either(next, signal);
      else return;
    }
  }

  #ringOf(plugin: string): Ring {
    const ring = this.#rings.get(plugin) ?? { lines: [], dropped: 0, characters: 0 };
    // The last one to have a line is the last one to be forgotten.
    this.#rings.delete(plugin);
    this.#rings.set(plugin, ring);
    if (this.#rings.size > this.#limits.plugins) {
      const [oldest = ''] = this.#rings.keys();
      this.#rings.delete(oldest);
    }
    return ring;
  }
}

function dropFirst(ring: Ring): void {
  ring.characters -= ring.lines.shift()?.text.length ?? 0;
  ring.dropped += 1;
}

function missed(count: number): PluginLogLine {
  const text = `${count} lines are left out: they came faster than they were read`;
  return { time: new Date().toISOString(), level: 'warn', text };
}

async function either(next: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = new Deferred();
  const unlisten = onAbort(signal, () => aborted.resolve());
  await Promise.race([next, aborted.promise]).finally(unlisten);
}
