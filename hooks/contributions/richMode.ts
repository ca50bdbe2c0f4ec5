import type { TapContext } from '../defineHook.ts';
import type { ContainerDraft } from '../draft.ts';

/** A rich mode: how containers of `pouch run --rich` become like a host. */
export interface RichMode {
  /** `--rich-mode NAME`: at most 63 lower-case letters, digits and `-`, the first a letter. */
  name: string;
  /** One sentence. */
  doc: string;
  /**
   * Whether it is the mode of a container whose request names none; the first mode that suits is taken. Missing: it has
   * to be named. A text says why, in the words of "the image has /sbin/init"; the plan shows it. It runs in
   * `container.preCreate`, in the phase early.
   */
  suits?(draft: ContainerDraft): boolean | string | Promise<boolean | string>;
  /** Plugins whose modes are asked later: `['rich-sbin-init?']`. */
  before?: string[];
  /** Plugins whose modes are asked first. */
  after?: string[];
  /** How its containers are stopped if their requests do not name it. */
  stop?: {
    /** At least so many seconds between the stop signal and SIGKILL; missing: as for plain containers. */
    timeoutSeconds: number;
  };
  /**
   * Changes the draft of a container of this mode, after all other plugins and over what they have set. It honours
   * `draft.rich.initScript`. It runs in `container.spec`, in the phase late.
   */
  apply(draft: ContainerDraft, context: TapContext): void | Promise<void>;
}
