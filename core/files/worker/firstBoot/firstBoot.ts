import type { FileOperations } from '../../protocol.ts';
import { openContainerRoot } from '../containerRoot.ts';
import { using } from '../openInside.ts';
import { addAccounts } from './accounts.ts';
import { ContainerFiles } from './ContainerFiles.ts';
import { addKeys } from './keys.ts';
import { setLocale, setTimezone } from './locale.ts';
import { setSshPort } from './sshPort.ts';
import { writeFile } from './writeFile.ts';

type Args = FileOperations['firstBoot']['args'];

/** Does each part by itself, so that one that cannot be done keeps nobody out. */
export function firstBoot({ init, ...args }: Args): string[] {
  return using(openContainerRoot(init), (root) => setUp(root, args));
}

/** The same in the directory `root`. */
export function setUp(
  root: number,
  { setup, uidMappings, gidMappings, today }: Omit<Args, 'init'>,
): string[] {
  const files = new ContainerFiles(root, uidMappings, gidMappings);
  const problems: string[] = [];
  const attempt = (what: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      problems.push(`${what}: ${(error as Error).message}`);
    }
  };
  if (setup.users.length + setup.groups.length > 0)
    attempt('users and groups', () => addAccounts(files, setup, today));
  const users = new Set(setup.keys.map(({ user }) => user));
  for (const user of users)
    attempt(`ssh keys of ${user}`, () =>
      addKeys(
        files,
        user,
        setup.keys.filter((key) => key.user === user).map(({ key }) => key),
      ),
    );
  for (const file of setup.files) attempt(`the file ${file.path}`, () => writeFile(files, file));
  const { sshPort, timezone, locale } = setup;
  if (sshPort !== undefined) attempt('the port of sshd', () => setSshPort(files, sshPort));
  if (timezone !== undefined) attempt('the time zone', () => setTimezone(files, timezone));
  if (locale !== undefined) attempt('the locale', () => setLocale(files, locale));
  return problems;
}
