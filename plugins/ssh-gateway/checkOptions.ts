import { type Locate, PouchError, sshKeyProblem } from '../../hooks/index.ts';
import type { GatewayOptions } from './options.ts';

/** @throws PCH_PLUGIN_OPTIONS for a text that is not a public key, or a key that two users have */
export function checkOptions({ users }: GatewayOptions, locate: Locate): void {
  const owners = new Map<string, string>();
  users.forEach(({ name, keys }, user) =>
    keys.forEach((key, index) => {
      const pointer = `/users/${user}/keys/${index}`;
      const problem = sshKeyProblem(key);
      if (problem !== undefined) throw invalid(pointer, `expected a public ssh key, ${problem}`, locate);
      const data = key.trim().split(/\s+/)[1]!;
      const owner = owners.get(data) ?? name;
      if (owner !== name)
        throw invalid(pointer, `expected a key of one user, found one that ${owner} has`, locate);
      owners.set(data, name);
    }),
  );
}

function invalid(pointer: string, problem: string, locate: Locate): PouchError {
  const place = locate(pointer);
  return new PouchError(
    'PCH_PLUGIN_OPTIONS',
    `${place ? `${place}: ` : ''}ssh-gateway${pointer}: ${problem}`,
    {
      hint: 'give the content of a file such as id_ed25519.pub',
    },
  );
}
