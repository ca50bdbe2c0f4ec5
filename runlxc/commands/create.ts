import { flag, isSet, onContainer, string, text, type Call, type Options } from '../cli/command.ts';
import { count } from '../cli/numbers.ts';
import { createContainer, type NewContainer } from '../container/create.ts';

/** Options of create and run. */
export const createOptions: Options = {
  bundle: { ...text, short: 'b' },
  'console-socket': text,
  'pid-file': text,
  // Accepted for compatibility with runc; the root is always entered by pivot_root(2).
  'no-pivot': flag,
  'no-new-keyring': flag,
  'preserve-fds': text,
};

export function newContainer({ values, id }: Call & { id: string }): NewContainer {
  return {
    id,
    bundle: string(values, 'bundle') ?? '.',
    pidFile: string(values, 'pid-file'),
    consoleSocket: string(values, 'console-socket'),
    preserveFds: count(string(values, 'preserve-fds') ?? '0', '--preserve-fds'),
    keepsKeyring: isSet(values, 'no-new-keyring'),
  };
}

export const create = onContainer(createOptions, async (call) => {
  const { monitor } = await createContainer(call.context, newContainer(call));
  monitor.reports.close();
});
