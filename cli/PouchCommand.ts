import { Command } from 'commander';
import type { Option } from 'commander';
import { normalizeFlags } from './normalizeFlags.ts';

/** commander's Command with Docker's syntax: `--flag=false`, `-p=80`, and options that end at the first argument. */
export class PouchCommand extends Command {
  #optionsEndAtArgument = false;

  override passThroughOptions(passThrough = true): this {
    this.#optionsEndAtArgument = passThrough;
    return super.passThroughOptions(passThrough);
  }

  override parseOptions(args: string[]) {
    if (this.commands.length > 0) return super.parseOptions(args);
    const normalized = normalizeFlags(args, (flag) => this.#optionFor(flag), this.#optionsEndAtArgument);
    for (const option of normalized.switchedOff) this.setOptionValueWithSource(option, false, 'cli');
    return super.parseOptions(normalized.args);
  }

  override createCommand(name?: string): PouchCommand {
    return new PouchCommand(name);
  }

  #optionFor(flag: string): Option | undefined {
    return this.options.find((option) => option.short === flag || option.long === flag);
  }
}
