import type { Binary, Survey } from '../../../hooks/index.ts';
import { lookAtCgroups } from './cgroups.ts';
import { lookAtCriu } from './criu.ts';
import { lookAtIdmaps, lookAtInit, lookAtRdt, lookAtUserNamespaces } from './host.ts';
import { type Look, toSurvey } from './survey.ts';

/** Reports what runc supports on this host and in this build. */
export async function surveyForRunc({ about }: Binary): Promise<Survey> {
  return toSurvey([
    await lookAtCgroups(),
    lookAtInit(),
    lookAtSeccomp(about),
    lookAtUserNamespaces(),
    lookAtIdmaps(),
    await lookAtCriu(),
    lookAtRdt(),
  ]);
}

/** `libseccomp: 2.5.4`. */
function lookAtSeccomp(about: string): Look {
  const library = /^libseccomp: (\S+)/m.exec(about)?.[1];
  const found = library === undefined ? 'this runc is built without seccomp' : `libseccomp ${library}`;
  return { name: 'seccomp', ok: library !== undefined, found, feature: 'seccomp' };
}
