import { join } from 'node:path';
import type { RuntimeFeature } from '../../../hooks/index.ts';
import { hasHybridCgroups, writeHybridWrapper } from '../hybridCgroups.ts';
import type { Binary, Survey } from '../probe.ts';
import { lookAtCgroups } from './cgroups.ts';
import { lookAtCriu } from './criu.ts';
import { lookAtInit, lookAtRdt, lookAtUserNamespaces } from './host.ts';
import { type Look, toSurvey } from './survey.ts';

/** What this host, and this version, have for crun. A shim that outlives pouchd calls the wrapper again, so it lies in the state folder. */
export async function surveyForCrun({ path, about }: Binary, state: string): Promise<Survey> {
  const command = (await hasHybridCgroups()) ? await wrapped(path, state) : undefined;
  const survey = toSurvey([
    await lookAtCgroups(command && `, which ${command} hides from crun`),
    builtWith(about, 'SYSTEMD', 'systemdCgroup') ?? lookAtInit(),
    builtWith(about, 'SECCOMP', 'seccomp') ?? { name: 'seccomp', ok: true, found: 'built in' },
    lookAtUserNamespaces(),
    { name: 'mounts with mapped ids', ok: true, found: 'in this version' },
    builtWith(about, 'CRIU', 'checkpoint') ?? (await lookAtCriu()),
    lookAtRdt(),
  ]);
  return { ...survey, ...(command !== undefined && { command }) };
}

async function wrapped(crun: string, state: string): Promise<string> {
  const path = join(state, 'crun-hybrid');
  await writeHybridWrapper(path, crun);
  return path;
}

/** The last line of `crun --version` names what it is built with: `+SYSTEMD +SECCOMP`. */
function builtWith(about: string, part: string, feature: RuntimeFeature): Look | undefined {
  if (about.includes(`+${part}`)) return undefined;
  return { name: part, ok: false, found: `this crun is built without ${part}`, feature };
}
