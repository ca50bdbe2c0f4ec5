/** Instructions for runlxc-init and runlxc-monitor, in the form of native/common/plan.h. */
import type { Integer } from '../spec/types.ts';

type Argument = string | Integer | boolean | readonly string[];

export class Plan {
  readonly #strings: string[] = [];

  /** An instruction by its name in native/, and its arguments in their order. */
  add(name: string, ...args: Argument[]): this {
    this.#strings.push(name);
    for (const arg of args) this.#push(arg);
    return this;
  }

  /** Its file's content: strings that each end with NUL. */
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
  if (text.includes('\0')) throw new Error(`${JSON.stringify(text)} has a NUL character in it`);
  return text;
}
