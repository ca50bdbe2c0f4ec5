import { join } from 'node:path';
import type { RuntimeFeature } from '../../../hooks/index.ts';
import { writeCrunWrapper } from '../crunWrapper.ts';
import { hasHybridCgroups, type Binary, type Survey } from '../../../hooks/index.ts';
import { lookAtCgroups } from './cgroups.ts';
import { lookAtCriu } from './criu.ts';
import { lookAtIdmaps, lookAtInit, lookAtRdt, lookAtUserNamespaces } from './host.ts';
import { type Look, toSurvey } from './survey.ts';
import { isAtLeast } from './version.ts';

/** The first version that does not change the host's /dev/null (crun's change log, 1.24). */
const sparesNull = '1.24';

/**
 * Reports what crun supports on this host and in this version. Its wrapper is stored in `root`: shims that outlive
 * pouchd call it, and /run is often mounted noexec.
 */
export async function surveyForCrun({ path, version, about }: Binary, root: string): Promise<Survey> {
  const hybrid = hasHybridCgroups();
  const ownNull = !isAtLeast(version, sparesNull);
  const directory = join(root, 'runtimes');
  const command = await writeCrunWrapper(directory, path, { hybrid, ownNull });
  const survey = toSurvey([
    await lookAtCgroups(hybrid ? `, which ${command} hides from crun` : ''),
    builtWith(about, 'SYSTEMD', 'systemdCgroup') ?? lookAtInit(),
    builtWith(about, 'SECCOMP', 'seccomp') ?? { name: 'seccomp', ok: true, found: 'built in' },
    lookAtUserNamespaces(),
    lookAtIdmaps(),
    builtWith(about, 'CRIU', 'checkpoint') ?? (await lookAtCriu()),
    lookAtRdt(),
  ]);
  return { ...survey, command };
}

/** The last line of `crun --version` lists its build features: `+SYSTEMD +SECCOMP`. */
function builtWith(about: string, part: string, feature: RuntimeFeature): Look | undefined {
  if (about.includes(`+${part}`)) return undefined;
  return { name: part, ok: false, found: `this crun is built without ${part}`, feature };
}
