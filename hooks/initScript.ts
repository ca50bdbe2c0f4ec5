import type { ContainerDraft } from './draft.ts';
import { invalidField } from './invalidField.ts';
import { shellWord } from './shellWord.ts';

/** Seconds for what runs before the command, if the request does not say. */
const defaultInitTimeout = 600;

/** Whether a request has something to run before the command. */
export function hasInitScript({ rich }: ContainerDraft): boolean {
  return rich.initScript !== '' || (rich.initCommands ?? []).length > 0;
}

/**
 * Returns the path in the container of a script that runs what the request asks for before the command: its script,
 * which is a path in the image or in a mount, or a text, and its lines of shell. Files are added to the draft. Empty
 * if it asks for none. The script ends with the exit code of what has failed, or 124 after the time of the request.
 * @param path - of the script; further files have names that begin with it
 * @throws PCH_OPTION_INVALID if the image has no such script, or one that is not executable
 */
export async function addInitScript(draft: ContainerDraft, path: string): Promise<string> {
  if (!hasInitScript(draft)) return '';
  const { initScript, initArgs = [], initCommands = [], initTimeout = defaultInitTimeout } = draft.rich;
  const add = (suffix: string, content: string) =>
    (draft.files[path + suffix] = { content, mode: 0o700, readonly: true });
  const isText = initScript.startsWith('#!');
  if (isText) add('-text', initScript);
  else if (initScript !== '') await checkScript(draft, initScript);
  const script = isText ? `${path}-text` : initScript;
  const steps = [
    ...(script === '' ? [] : [[script, ...initArgs]]),
    ...initCommands.map((line) => ['/bin/sh', '-c', line]),
  ];
  add(
    '-steps',
    ['#!/bin/sh', ...steps.map((args) => `${args.map(shellWord).join(' ')} || exit $?`), ''].join('\n'),
  );
  add('', withinSeconds(initTimeout, `${path}-steps`));
  return path;
}

/** timeout(1) of busybox has `-k` only in newer versions. Without the program the time is unlimited. */
function withinSeconds(seconds: number, program: string): string {
  return `#!/bin/sh
[ ${seconds} -gt 0 ] && timeout -k 1 1 true 2>/dev/null || exec ${program}
begin=$(date +%s)
timeout -k 5 ${seconds} ${program}
code=$?
[ $code -ne 0 ] && [ $(($(date +%s) - begin)) -ge ${seconds} ] || exit $code
echo 'pouch: what runs before the command did not end within ${seconds} s' >&2
exit 124
`;
}

async function checkScript({ image, mounts }: ContainerDraft, path: string): Promise<void> {
  if (!path.startsWith('/'))
    throw invalid(`expected an absolute path, or text that begins with #!, found "${path}"`);
  // The image does not show what a mount has.
  if (Object.keys(mounts).some((destination) => path === destination || path.startsWith(`${destination}/`)))
    return;
  const file = await image.stat(path);
  if (file?.kind !== 'file')
    throw invalid(
      `expected a script at ${path} of the image ${image.reference}, found ${file?.kind ?? 'none'}`,
    );
  if ((file.mode & 0o111) === 0)
    throw invalid(
      `expected an executable at ${path} of the image ${image.reference}, found a file without that mode`,
    );
}

function invalid(problem: string): Error {
  return invalidField(
    'rich.initScript',
    problem,
    'add it to the image, mount it, or give the text of the script',
  );
}
