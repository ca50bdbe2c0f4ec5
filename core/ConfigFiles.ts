import { rm } from 'node:fs/promises';
import {
  isLastGood,
  lastGoodPath,
  lastGoodText,
  type LoadedConfig,
  type LoadOptions,
} from '../config/index.ts';
import type { PluginChange } from '../hooks/engine/plugins.ts';
import { messageOf } from '../hooks/errors.ts';
import type { Logger } from '../hooks/defineHook.ts';
import type { Secrets } from './secrets/Secrets.ts';
import { writeDurably } from './state/durable.ts';

export interface ConfigFilesOptions {
  /** Reads the configuration again, to replace the one in force. */
  reread(inForce: LoadedConfig, applied?: LoadOptions['applied']): LoadedConfig;
  /** A digest of the files as they are. */
  digest(): string;
  /** The configuration in force. */
  current(): LoadedConfig;
  /** Absolute path of the main file, which may be missing. */
  main: string;
  /** Why the files are not in force as they are, at the start. */
  problem: string | undefined;
  /** Names of the plugins that have the declarations of the files as options. */
  declaring: readonly string[];
  secrets: Secrets;
  log: Pick<Logger, 'warn'>;
}

/** The files of the configuration, and whether what they say is in force. */
export class ConfigFiles {
  readonly #options: ConfigFilesOptions;
  /** Of the files when they were last looked at. */
  #seen: string;
  #problem: string | undefined;
  /** Whether previous declarations are in force, as those of the files have mistakes. */
  #keepsDeclarations = false;

  constructor(options: ConfigFilesOptions) {
    this.#options = options;
    this.#seen = options.digest();
    this.#problem = options.problem;
    this.#note(options.current());
  }

  /** Why the files as they are now are not in force; undefined if they are. Secrets are masked. */
  get problem(): string | undefined {
    return this.#problem === undefined ? undefined : this.#options.secrets.text(this.#problem);
  }

  /** Whether the files have changed since they were last looked at. */
  haveChanged(): boolean {
    return this.#options.digest() !== this.#seen;
  }

  /**
   * The configuration as the files have it now.
   * @param applied a file whose declarations take the place of theirs, null for none; default: that of the host
   * @throws PCH_CONFIG_INVALID and others of the configuration
   */
  read(applied?: LoadOptions['applied']): LoadedConfig {
    const { reread, current } = this.#options;
    const read = reread(current(), applied);
    this.#note(read);
    return read;
  }

  /** Reads the files and puts them in force by `apply`; remembers how it went. */
  async reload<Done extends { readonly plugins: readonly PluginChange[] }>(
    apply: (read: LoadedConfig) => Promise<Done>,
  ): Promise<Done> {
    this.#seen = this.#options.digest();
    try {
      const done = await apply(this.read());
      this.loaded(done.plugins);
      await this.remember();
      return done;
    } catch (error) {
      this.#problem = messageOf(error);
      throw error;
    }
  }

  /** The files as they are now have been read: pouchd has written them. */
  written(): void {
    this.#seen = this.#options.digest();
  }

  /** Notes how the plugins were loaded with the files: at the start, beside the problem that it has. */
  loaded(plugins: readonly PluginChange[], { isStart = false } = {}): void {
    const kept = plugins.filter(({ change }) => change === 'kept' || change === 'quarantined');
    const { problem, declaring } = this.#options;
    const problems = [...(isStart && problem !== undefined ? [problem] : []), ...kept.map(sentenceOf)];
    this.#problem = problems.join('\n') || undefined;
    this.#keepsDeclarations = kept.some(({ name }) => declaring.includes(name));
  }

  /**
   * Records the files in force for a start that finds others with mistakes. Writes only if they are others. They are
   * recorded without a plugin or credentials too: a start would end what they declare and an older record does not.
   */
  async remember(): Promise<void> {
    if (this.#keepsDeclarations) return;
    const { current, main, log } = this.#options;
    const { config, texts } = current();
    const text = lastGoodText(main, texts);
    if (isLastGood(config.root, text)) return;
    const path = lastGoodPath(config.root);
    try {
      await writeDurably(path, text);
    } catch (error) {
      // A start takes no older ones.
      await rm(path, { force: true }).catch(() => undefined);
      log.warn('the files in force are not recorded: a start with broken files would fail', {
        path,
        error: messageOf(error),
      });
    }
  }

  #note({ references }: LoadedConfig): void {
    this.#options.secrets.noteTexts(references.flatMap(({ secrets }) => secrets));
  }
}

/** Of a plugin that keeps its previous options, as the new ones have mistakes, or is quarantined. */
function sentenceOf({ name, reason }: PluginChange): string {
  return `plugin ${name}: ${reason ?? 'it cannot be loaded'}`;
}
