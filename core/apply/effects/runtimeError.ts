import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { commandNotExecutable, commandNotFound, directoryMissing } from './command.ts';

/**
 * Runtimes report errors in prose; errors that a user caused get codes. The texts are runc's and crun's for execve(2)
 * failures.
 */
export function runtimeError(error: unknown, { id, draft }: ContainerRecord, deadlineMs?: number): unknown {
  if (!(error instanceof PouchError)) return error;
  const text = error.message;
  const details = { container: id, cause: error };
  if (error.code === 'PCH_DEADLINE' && deadlineMs !== undefined)
    return new PouchError(
      'PCH_DEADLINE',
      `the runtime ${draft.runtime} did not respond within ${deadlineMs / 1000} s`,
      {
        ...details,
        hint: 'it was ended; `pouch doctor` looks at runtimes, runtime.startTimeout of pouchd.yaml gives more time',
      },
    );
  // containerd went away in the middle: nothing is known of the runtime.
  if (!error.code.startsWith('PCH_CONTAINERD_') || error.code === 'PCH_CONTAINERD_UNAVAILABLE') return error;
  const cwd = missingDirectory(text);
  if (cwd !== undefined) return directoryMissing(cwd, details);
  if (isNotFound(text)) return commandNotFound(quotedCommand(text), undefined, details);
  if (isNotExecutable(text)) return commandNotExecutable(quotedCommand(text), details);
  return new PouchError('PCH_RUNTIME_FAILED', `the runtime ${draft.runtime} failed: ${brief(text)}`, {
    ...details,
    hint: 'the daemon log has the runtime’s full message',
  });
}

/**
 * The command's execve(2); not the mount option "noexec", nor the "fork/exec" of a hook or of a part of the runtime.
 */
const ofExec = /(?<![a-z/])exec/i;

function isNotFound(text: string): boolean {
  if (/executable file not found/i.test(text)) return true;
  return /no such file or directory/i.test(text) && ofExec.test(text);
}

/** crun (`open executable: …`) reports for a directory that its execution is not permitted. */
function isNotExecutable(text: string): boolean {
  if (/open executable: operation not permitted/i.test(text)) return true;
  return /permission denied|exec format error|is a directory/i.test(text) && ofExec.test(text);
}

/**
 * runc: `chdir to cwd ("/foo") set in config.json failed`, `mkdir /foo: not a directory`; crun: ``chdir to `/foo` ``,
 * ``chdir `/foo` ``.
 */
function missingDirectory(text: string): string | undefined {
  const inChdir = /chdir (?:to )?(?:cwd \(\\?"|`)([^"`\\]+)/.exec(text)?.[1];
  return inChdir ?? /container init: mkdir ([^:]+): not a directory/.exec(text)?.[1];
}

/** runc: `exec: "foo": executable file not found in $PATH`; crun: ``executable file `foo` not found in $PATH``. */
function quotedCommand(text: string): string | undefined {
  return /exec(?:utable file)?:? (?:\\?"|`)([^"`\\]+)/.exec(text)?.[1];
}

/** What follows containerd's own call names. */
function brief(text: string): string {
  return text
    .replace(/^containerd \S+: (failed to create shim task: )?(OCI runtime create failed: )?/, '')
    .replace(
      /^unable to retrieve OCI runtime error \([^)]*\): (.*) did not terminate successfully: /s,
      silent,
    )
    .slice(0, 600);
}

/** runc and crun write the cause to the log file that they are given; other runtimes, and killed ones, do not. */
function silent(_: string, executable: string): string {
  return `${executable} gave no reason and ended with `;
}
