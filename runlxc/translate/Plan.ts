/** Instructions for runlxc-init and runlxc-monitor, in the format of native/common/plan.h. */
import type { Integer } from '../spec/types.ts';

type Argument = string | Integer | boolean | readonly string[];

export class Plan {
  readonly #strings: string[] = [];

  /** Adds an instruction, by its name in native/, with its arguments in order. */
  add(name: string, ...args: Argument[]): this {
    this.#strings.push(name);
    for (const arg of args) this.#push(arg);
    return this;
  }

  /** Returns the content of the plan's file: strings that each end with NUL. */
  encode(): string {
    return this.#strings.map((string) => `${string}\0`).join('');
  }

  #push(arg: Argument): void {
    if (typeof arg === 'object') this.#strings.push(String(arg.length), ...arg.map(withoutNul));
    else if (typeof arg === 'boolean') this.#strings.push(arg ? '1' : '0');
    else this.#strings.push(withoutNul(String(arg)));
  }
}

function withoutNul(text: string): string {
  if (text.includes('\0')) throw new Error(`${JSON.stringify(text)} contains a NUL character`);
  return text;
}
