import { checkSocketPath } from './formats/address.ts';
import { Refusal } from './formats/format.ts';
import type { Issue } from './formats/format.ts';
import type { SettingPath } from './schema/setting.ts';
import type { SettingStore } from './store.ts';
import type { ListenAddress, PluginEntry } from './types.ts';

type ReportIssue = (path: SettingPath, issue: Issue) => void;

/** What no setting can see alone. Settings that are wrong by themselves are left out. */
export function crossChecks(store: SettingStore, report: ReportIssue): void {
  checkDirectories(store, report);
  checkContainerd(store, report);
  checkStateLength(store, report);
  checkListenOnce(store, report);
  checkPluginsOnce(store, report);
}

function checkDirectories(store: SettingStore, report: ReportIssue): void {
  const root = store.get('root') as string | undefined;
  const state = store.get('state') as string | undefined;
  if (!root || !state || !(isBelow(root, state) || isBelow(state, root))) return;
  const path = store.origin('state').kind === 'default' ? 'root' : 'state';
  const hint = 'a reboot may clear state, but never root';
  report(path, {
    at: [],
    expected: 'root and state apart from each other',
    found: `root ${root}, state ${state}`,
    hint,
  });
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

function checkContainerd(store: SettingStore, report: ReportIssue): void {
  const given = !['default', 'derived'].includes(store.origin('containerd.address').kind);
  if (!given || store.get('containerd.managed') !== true) return;
  const hint = 'leave out one of the two: a managed containerd has its socket below state';
  report('containerd.address', { at: [], expected: 'no address with managed: true', found: 'both', hint });
}

/** The longest socket path that pouchd itself makes below state. */
const LONGEST_BELOW_STATE = '/containerd/containerd.sock.ttrpc';

function checkStateLength(store: SettingStore, report: ReportIssue): void {
  const state = store.get('state') as string | undefined;
  try {
    if (state !== undefined) checkSocketPath(`${state}${LONGEST_BELOW_STATE}`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    report('state', {
      at: [],
      expected: 'a shorter path',
      found: `${Buffer.byteLength(state ?? '')} bytes`,
      hint: error.message,
    });
  }
}

function checkListenOnce(store: SettingStore, report: ReportIssue): void {
  const addresses = (store.get('listen') ?? []) as readonly ListenAddress[];
  reportRepeated(
    'listen',
    addresses.map((address) => (address.kind === 'unix' ? address.path : address.url)),
    report,
  );
}

/** After relative paths are resolved: `./a.ts` and `a.ts` are one plugin. */
function checkPluginsOnce(store: SettingStore, report: ReportIssue): void {
  const entries = (store.get('plugins') ?? []) as readonly PluginEntry[];
  reportRepeated(
    'plugins',
    entries.map((entry) => entry.name ?? entry.path ?? ''),
    report,
  );
}

function reportRepeated(path: SettingPath, keys: readonly string[], report: ReportIssue): void {
  keys.forEach((key, index) => {
    const first = keys.indexOf(key);
    if (first < index)
      report(path, { at: [index], expected: 'each once', found: `${key} again, as in entry ${first + 1}` });
  });
}
