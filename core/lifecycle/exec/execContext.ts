import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { FileText } from '../../files/index.ts';
import { hostBoundingSet } from '../../plan/capabilities.ts';
import type { ExecContext } from '../../plan/exec.ts';
import type { AccountFiles } from '../../plan/users.ts';
import { storedSpecOf } from '../../state/planFiles.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { notRunning } from '../task/refusals.ts';
import { isVm } from '../vm/isVm.ts';

/** /etc/passwd of a container is its own to write: more is not read. */
const accountFileLimit = 1024 * 1024;

/** What the plan of a process in a running container reads. */
export function execContext(engine: EngineContext, record: ContainerRecord): ExecContext {
  return {
    log: engine.log,
    ownProcess: async () => (await storedSpecOf(record)).process,
    accounts: () => accountFiles(engine, record),
    allCapabilities: () => allCapabilitiesOf(engine, record),
  };
}

/** What pouchd has and the container's runtime knows. */
async function allCapabilitiesOf(
  { generations }: EngineContext,
  { draft }: ContainerRecord,
): Promise<string[]> {
  const unknown = (await generations.current.runtimes.get(draft.runtime)?.unknownCapabilities?.()) ?? [];
  return hostBoundingSet().filter((name) => !unknown.includes(name));
}

/** The accounts as they are in the container now; those of a virtual machine as its image has them. */
async function accountFiles(engine: EngineContext, record: ContainerRecord): Promise<AccountFiles> {
  const paths = ['/etc/passwd', '/etc/group'];
  const { draft, id, name } = record;
  // The process of a VM that the host sees is its hypervisor, whose root is the host's.
  if (isVm(engine, record)) {
    const [passwd = '', group = ''] = await Promise.all(
      paths.map((path) => engine.imageText(draft.image.id, path)),
    );
    return { passwd, group };
  }
  const init = engine.inits.get(id);
  if (!init) throw notRunning(record);
  const [passwd, group] = await engine.files.readContainer({ name, init }, paths, accountFileLimit);
  return {
    of: 'container',
    passwd: textOf(passwd),
    group: textOf(group),
    refused: { ...refusalOf('passwd', passwd), ...refusalOf('group', group) },
  };
}

function textOf(file: FileText | undefined): string {
  return file && 'text' in file ? file.text : '';
}

function refusalOf(name: string, file: FileText | undefined): Record<string, string> {
  return file && 'refused' in file ? { [name]: file.refused } : {};
}
