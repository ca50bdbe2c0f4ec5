import type { PouchCommand } from './PouchCommand.ts';
import type { Session } from './Session.ts';

/** Adds arguments, options and the action to a command that already has a name. */
export type DefineCommand = (command: PouchCommand, session: Session) => void;

/** One command in the tree: what the overview needs. The rest is loaded when the command is called. */
export interface CommandEntry {
  name: string;
  aliases?: string[];
  /** One line. */
  summary: string;
  /** Heading in the overview. */
  group?: string;
  /** With subcommands: what the command does by itself. */
  load?: () => Promise<{ define: DefineCommand }>;
  subcommands?: CommandEntry[];
}
