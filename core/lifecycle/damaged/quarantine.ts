/** A container whose record cannot be used is set aside: it is listed, and nothing that may belong to it is touched. */
import { join } from 'node:path';
import { TaskStatus, type TaskProcess } from '../../containerd/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { standIn } from './standIn.ts';

export interface Finding {
  /** File in the container's directory; config.json without one. */
  file?: string;
  /** `config.json: state.pid: expected integer, found "x"`. */
  problem: string;
  /** The file is of a later Pouch, and whole. */
  isNewer?: boolean;
  /** What its JSON says, if it is JSON. */
  found?: unknown;
}

/** What containerd has under the container's id. */
export interface Traces {
  task: TaskProcess | undefined;
  /** Chain id of the image that its snapshot stands on. */
  parent: string | undefined;
}

export async function quarantine(
  engine: EngineContext,
  id: string,
  finding: Finding,
  traces: Traces,
): Promise<void> {
  const { store, config, log } = engine;
  const directory = store.directoryOf(id);
  const path = join(directory, finding.file ?? 'config.json');
  const hint = hintFor(path, id, finding);
  const image = await imageOn(engine, traces.parent);
  const record = await standIn(
    {
      id,
      directory,
      damage: { path, problem: finding.problem, hint },
      found: finding.found,
      pid: alivePid(traces.task),
      ...(image && { image }),
    },
    config,
  );
  store.quarantine(record);
  log.error('a container is damaged: it is listed, and nothing that may belong to it is touched', {
    container: id,
    path,
    problem: finding.problem,
    hint,
  });
  if (record.state.pid > 0) watchEnd(engine, record.state, id);
}

function hintFor(path: string, id: string, { isNewer }: Finding): string {
  const remove = `or remove the container and its data: pouch rm -f ${id.slice(0, 12)}`;
  if (isNewer) return `start the later pouchd again, ${remove}`;
  return `restore ${path} from a backup and restart pouchd, ${remove}`;
}

/** Of a task that has not ended; else 0. */
export function alivePid(task: TaskProcess | undefined): number {
  return task && task.status !== TaskStatus.STOPPED ? task.pid : 0;
}

async function imageOn({ images }: EngineContext, chainId: string | undefined) {
  if (!chainId) return undefined;
  const all = await images.list().catch(() => []);
  const found = all.find((image) => image.chainId === chainId);
  return found && { id: found.id, reference: found.references[0] ?? found.id };
}

/** So that `ps` does not show a process that has ended. */
function watchEnd({ client, shutdown }: EngineContext, state: { pid: number }, id: string): void {
  void client.tasks.wait(id, '', { signal: shutdown }).then(
    () => (state.pid = 0),
    () => undefined,
  );
}
