/**
 * What `adaptSpec` of a confined plugin may change. It runs after the checks of a plan, so it may only give the
 * container less than they have seen.
 */
import type { RuntimeGrant } from '../../../config/types.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { matchesText } from '../../contract/patterns.ts';
import type { Change } from '../draft/diff.ts';
import { formatPath } from '../draft/fieldPath.ts';

export interface AdaptedRuntime {
  readonly plugin: string;
  readonly name: string;
  readonly granted: RuntimeGrant;
}

/** Bytes of all changes as JSON. */
const mostBytes = 64 * 1024;

/** @throws PCH_PLUGIN_CONTRACT, PCH_PLUGIN_RIGHTS with the plugin and the field */
export function checkAdapted(
  changes: readonly Change[],
  draft: ContainerDraft,
  runtime: AdaptedRuntime,
): void {
  for (const change of changes) checkChange(change, draft, runtime);
  const size = changes.reduce((sum, { path, after }) => sum + JSON.stringify([path, after]).length, 0);
  if (size > mostBytes)
    throw refused(
      'PCH_PLUGIN_CONTRACT',
      runtime,
      `changes ${size} bytes of the draft, expected at most ${mostBytes}`,
      'write what is large to a configuration file of the runtime',
    );
}

function checkChange(change: Change, draft: ContainerDraft, runtime: AdaptedRuntime): void {
  const { path } = change;
  const [, ...keys] = path;
  if (path[0] === 'annotations' && keys.length === 1) return checkAnnotation(keys[0]!, change, runtime);
  const isLess = rules.find(({ field }) => field.every((name, index) => path[index] === name));
  if (isLess?.allows(change, draft)) return;
  throw refused(
    'PCH_PLUGIN_CONTRACT',
    runtime,
    `changes ${formatPath(path)}, which it may not`,
    `it may ${rules.map(({ may }) => may).join(', ')}; a tap of container.spec may change more, and is seen by the checks of the plan`,
  );
}

/** Annotations are settings of the runtime, which root starts. */
function checkAnnotation(key: string, { after }: Change, runtime: AdaptedRuntime): void {
  const isText = after === undefined || typeof after === 'string';
  const { annotations = [] } = runtime.granted;
  const isOwn = !key.startsWith('io.pouch.') && annotations.some((pattern) => matchesText(pattern, key));
  if (isText && isOwn) return;
  if (!isText)
    throw refused(
      'PCH_PLUGIN_CONTRACT',
      runtime,
      `sets ${formatPath(['annotations', key])} to what is not a text`,
      'give it a text',
    );
  throw refused(
    'PCH_PLUGIN_RIGHTS',
    runtime,
    `sets ${formatPath(['annotations', key])}, which its entry does not grant`,
    key.startsWith('io.pouch.')
      ? 'annotations of Pouch are set by taps'
      : `write \`${grantOf(runtime, key)}\` in its entry in pouchd.yaml if you trust it with that`,
  );
}

function grantOf(
  { name, granted: { binary, shim, config, annotations = [] } }: AdaptedRuntime,
  key: string,
): string {
  const parts = [
    binary === undefined ? `shim: ${shim}` : `binary: ${binary}`,
    ...(config ? [`config: [${config.join(', ')}]`] : []),
    `annotations: [${[...annotations, key].join(', ')}]`,
  ];
  return `grants: { runtimes: { ${name}: { ${parts.join(', ')} } } }`;
}

interface Rule {
  readonly field: readonly string[];
  /** Completes "it may …". */
  readonly may: string;
  /** @param draft after the change */
  allows(change: Change, draft: ContainerDraft): boolean;
}

const isRemoved = ({ after }: Change) => after === undefined;
const isAddedPath = ({ path, before, after }: Change) =>
  path.length === 2 && before === undefined && after === true && path[1]!.startsWith('/');
const becomesTrue = ({ after }: Change) => after === true;

const stricter = ['ro', 'nosuid', 'nodev', 'noexec'];

/** Later options of a mount override earlier ones. */
function addsStrictOptions({ before, after }: Change): boolean {
  if (!Array.isArray(before) || !Array.isArray(after)) return false;
  const isKept = before.every((option, index) => after[index] === option);
  return isKept && after.slice(before.length).every((option) => stricter.includes(String(option)));
}

/** A part of a device that is removed makes it another one. */
function isWholeRemoved({ path: [map, key = ''], after }: Change, draft: ContainerDraft): boolean {
  const records = draft[map as 'devices' | 'mounts'];
  return after === undefined && records !== undefined && !Object.hasOwn(records, key);
}

const rules: readonly Rule[] = [
  { field: ['process', 'capabilities'], may: 'remove capabilities', allows: isRemoved },
  { field: ['sysctls'], may: 'remove sysctls', allows: isRemoved },
  { field: ['devices'], may: 'remove devices', allows: isWholeRemoved },
  { field: ['maskedPaths'], may: 'add maskedPaths', allows: isAddedPath },
  { field: ['readonlyPaths'], may: 'add readonlyPaths', allows: isAddedPath },
  { field: ['rootfs', 'readonly'], may: 'set rootfs.readonly', allows: becomesTrue },
  { field: ['process', 'noNewPrivileges'], may: 'set process.noNewPrivileges', allows: becomesTrue },
  {
    field: ['seccomp'],
    may: 'set seccomp to "default" where it is null',
    allows: ({ path, before, after }) => path.length === 1 && before === null && after === 'default',
  },
  {
    field: ['mounts'],
    may: `add ${stricter.join(', ')} to a mount`,
    allows: (change) => change.path.length === 3 && change.path[2] === 'options' && addsStrictOptions(change),
  },
];

function refused(
  code: 'PCH_PLUGIN_CONTRACT' | 'PCH_PLUGIN_RIGHTS',
  { plugin, name }: AdaptedRuntime,
  problem: string,
  hint: string,
): PouchError {
  return new PouchError(code, `plugin ${plugin}: adaptSpec of its runtime ${name} ${problem}`, {
    plugin,
    hint,
  });
}
