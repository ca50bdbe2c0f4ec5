import { readFile } from 'node:fs/promises';
import { lastGoodPath, lastGoodText, type LoadedConfig, type LoadOptions } from '../config/index.ts';
import type { PluginReload } from '../hooks/engine.ts';
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
  secrets: Secrets;
  log: Pick<Logger, 'warn'>;
}

/** The files of the configuration, and whether what they say is in force. */
export class ConfigFiles {
  readonly #options: ConfigFilesOptions;
  /** Of the files when they were last looked at. */
  #seen: string;
  #problem: string | undefined;

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
  async reload<Done extends Pick<PluginReload, 'plugins'>>(
    apply: (read: LoadedConfig) => Promise<Done>,
  ): Promise<Done> {
    this.#seen = this.#options.digest();
    try {
      const done = await apply(this.read());
      this.#problem = keptPlugins(done.plugins);
      await this.remember();
      return done;
    } catch (error) {
      this.#problem = messageOf(error);
      throw error;
    }
  }

  /** The files as they are now are those in force: pouchd has written them. */
  written(): void {
    this.#seen = this.#options.digest();
    this.#problem = undefined;
  }

  /** Records the files in force for a start that finds others with mistakes. Writes only if they are others. */
  async remember(): Promise<void> {
    if (this.#problem !== undefined) return;
    const { current, main, log } = this.#options;
    const { config, texts } = current();
    const path = lastGoodPath(config.root);
    const text = lastGoodText(main, texts);
    try {
      if (text !== (await readFile(path, 'utf8').catch(() => undefined))) await writeDurably(path, text);
    } catch (error) {
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

/** Plugins that keep their previous options, as the new ones have mistakes. */
function keptPlugins(changes: PluginReload['plugins']): string | undefined {
  const kept = changes.filter(({ change }) => change === 'kept' || change === 'quarantined');
  if (kept.length === 0) return undefined;
  return kept.map(({ name, reason }) => `plugin ${name}: ${reason ?? 'it cannot be loaded'}`).join('\n');
}
