import { join } from 'node:path';

/** YAML that adds crun as the runtime `othercrun`, also where the built-in `crun` is refused. */
export const crunYaml = `runtime:
  add:
    othercrun: { binary: ${join(import.meta.dirname, 'crun.sh')} }
`;
