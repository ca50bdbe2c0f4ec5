/** What a call of a file worker is about, and which calls may hang together: those of one mount. */
import { mountOf, mountPointsOf, readMountinfo } from '../host/mountinfo.ts';
import type { Subject } from './WorkerPool.ts';

/** Chooses the lane by the path's name; links may lead to another mount. */
export function onHost(path: string, what = path, mountinfo = readMountinfo()): Subject {
  const { point } = mountOf(path, mountinfo) ?? { point: '/' };
  return { lane: `mount ${point}`, what, where: `the file system on ${point}` };
}

export function inContainer(name: string, paths: readonly string[]): Subject {
  return {
    lane: `container ${name}`,
    what: `${paths.join(' and ')} of ${name}`,
    where: `what is mounted in ${name}`,
  };
}

export interface Lane {
  subject: Subject;
  paths: string[];
}

/** Groups paths by mount. The first path of each is named in messages. */
export function lanesOf(paths: readonly string[], whatOf: (path: string) => string): Lane[] {
  const mountinfo = paths.length > 0 ? readMountinfo() : '';
  const lanes = new Map<string, Lane>();
  for (const path of paths) {
    const subject = onHost(path, whatOf(path), mountinfo);
    const lane = lanes.get(subject.lane) ?? { subject, paths: [] };
    lane.paths.push(path);
    lanes.set(subject.lane, lane);
  }
  return [...lanes.values()];
}

/** Chooses the lane of a request for several directories, by their mounts. */
export function onMounts(paths: readonly string[], what: string): Subject {
  const points = mountPointsOf(paths, readMountinfo()).sort();
  return {
    lane: `mounts ${points.join(' ')}`,
    what,
    where: points.map((point) => `the file system on ${point}`).join(' and '),
  };
}

/** Copies and removals have their own lane, so that they do not delay short calls to the same mount. */
export function forContent(subject: Subject): Subject {
  return { ...subject, lane: `content of ${subject.lane}` };
}
