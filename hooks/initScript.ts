import type { ContainerDraft } from './draft.ts';
import { invalidField } from './invalidField.ts';

/**
 * Returns the path in the container of the script that its request asks for: a path in the image or in a mount, or the
 * text of a script, for which a file is added to the draft. Empty if it asks for none.
 * @param path - of that file
 * @throws PCH_OPTION_INVALID if the image has no such script, or one that is not executable
 */
export async function addInitScript(draft: ContainerDraft, path: string): Promise<string> {
  const { initScript } = draft.rich;
  if (initScript.startsWith('#!')) {
    draft.files[path] = { content: initScript, mode: 0o700, readonly: true };
    return path;
  }
  if (initScript !== '') await checkScript(draft, initScript);
  return initScript;
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
