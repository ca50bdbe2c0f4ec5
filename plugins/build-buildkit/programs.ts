import { type BuilderObstacle, PouchError } from '../../hooks/index.ts';
import { findBinary } from '../../hooks/runtimes/findBinary.ts';

export interface Programs {
  buildkitd: string;
  buildctl: string;
  runtime: string;
}

/** What the plugin needs of the host, or what lacks. */
export async function findPrograms(): Promise<Programs | BuilderObstacle> {
  const buildkitd = await findBinary('buildkitd');
  const buildctl = await findBinary('buildctl');
  if (buildkitd === undefined || buildctl === undefined)
    return {
      problem: `${buildkitd === undefined ? 'buildkitd' : 'buildctl'} is not installed`,
      hint: 'install BuildKit: buildkitd and buildctl in /usr/local/bin',
    };
  const runtime = (await findBinary('runc')) ?? (await findBinary('crun'));
  if (runtime === undefined)
    return { problem: 'neither runc nor crun is installed', hint: 'install one: apt-get install runc' };
  return { buildkitd, buildctl, runtime };
}

export async function programsOrThrow(): Promise<Programs> {
  const found = await findPrograms();
  if ('problem' in found) throw new PouchError('PCH_TOOL_MISSING', found.problem, { hint: found.hint });
  return found;
}
