import type { Binary, Survey } from '../probe.ts';
import { lookAtCgroups } from './cgroups.ts';
import { lookAtCriu } from './criu.ts';
import { lookAtInit, lookAtRdt, lookAtUserNamespaces } from './host.ts';
import { type Look, toSurvey } from './survey.ts';
import { isAtLeast } from './version.ts';

/** The first with mounts of mapped ids in a spec (runc's change log, 1.2.0). */
const withIdmaps = '1.2.0';

/** What this host, and this version, have for runc. */
export async function surveyForRunc({ version, about }: Binary): Promise<Survey> {
  return toSurvey([
    await lookAtCgroups(),
    lookAtInit(),
    lookAtSeccomp(about),
    lookAtUserNamespaces(),
    lookAtIdmaps(version),
    await lookAtCriu(),
    lookAtRdt(),
  ]);
}

/** `libseccomp: 2.5.4`. */
function lookAtSeccomp(about: string): Look {
  const library = /^libseccomp: (\S+)/m.exec(about)?.[1];
  const found = library === undefined ? 'this runc is built without it' : `libseccomp ${library}`;
  return { name: 'seccomp', ok: library !== undefined, found, feature: 'seccomp' };
}

function lookAtIdmaps(version: string): Look {
  const ok = isAtLeast(version, withIdmaps);
  const found = ok ? 'in this version' : `runc has them from ${withIdmaps} on; this is ${version}`;
  return { name: 'mounts with mapped ids', ok, found, feature: 'idmappedMounts' };
}
