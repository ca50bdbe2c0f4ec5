import { managedSocket } from './derive.ts';
import { longestSocketPath } from './formats/address.ts';
import type { Issue } from './formats/format.ts';
import { didYouMean } from './suggest.ts';
import type { SettingPath } from './schema/setting.ts';
import type { SettingStore } from './SettingStore.ts';
import type { PluginEntry } from './types.ts';

type ReportIssue = (path: SettingPath, issue: Issue) => void;

/** Checks that involve several settings. Settings that are invalid by themselves are skipped. */
export function crossChecks(store: SettingStore, report: ReportIssue): void {
  checkDirectories(store, report);
  checkContainerd(store, report);
  checkStateLength(store, report);
  checkPluginsOnce(store, report);
  checkDefaultNetwork(store, report);
}

function checkDirectories(store: SettingStore, report: ReportIssue): void {
  const root = store.get('root') as string | undefined;
  const state = store.get('state') as string | undefined;
  if (!root || !state || !(isBelow(root, state) || isBelow(state, root))) return;
  const path = store.origin('state').kind === 'default' ? 'root' : 'state';
  const hint = 'state may be lost at a reboot, root must not';
  report(path, {
    at: [],
    expected: 'root and state in separate directories',
    found: `root ${root}, state ${state}`,
    hint,
  });
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** The address of the managed containerd may be given, so that the output of --print-config is a valid file. */
function checkContainerd(store: SettingStore, report: ReportIssue): void {
  if (!isGiven(store, 'containerd.address') || store.get('containerd.managed') !== true) return;
  if (store.get('containerd.address') === managedSocket(String(store.get('state')))) return;
  const hint = 'remove one of the two: a managed containerd has its socket below state';
  report('containerd.address', { at: [], expected: 'no address with managed: true', found: 'both', hint });
}

/** A driver of a plugin that is a network by itself is not known here: it is named in `network.networks`. */
function checkDefaultNetwork(store: SettingStore, report: ReportIssue): void {
  const name = store.get('network.default') as string | undefined;
  const networks = store.get('network.networks') as ReadonlyMap<string, unknown> | undefined;
  if (name === undefined || networks === undefined) return;
  const known = ['bridge', 'none', 'host', ...networks.keys()];
  if (known.includes(name)) return;
  report('network.default', {
    at: [],
    expected: known.join(', '),
    found: name,
    hint: didYouMean(name, known) ?? 'name it in network.networks, with its driver',
  });
}

/** The paths of the sockets that pouchd creates below `state` must not exceed the kernel's limit. */
function checkStateLength(store: SettingStore, report: ReportIssue): void {
  const state = store.get('state') as string | undefined;
  const longest = socketsBelowState(store).at(-1);
  if (state === undefined || longest === undefined) return;
  const spare = longestSocketPath - Buffer.byteLength(longest);
  const bytes = Buffer.byteLength(state);
  if (bytes <= spare) return;
  const hint = `a socket path is at most ${longestSocketPath} bytes, and pouchd creates STATE${longest}`;
  report('state', { at: [], expected: `a path of at most ${spare} bytes`, found: `${bytes} bytes`, hint });
}

/** Shortest first. containerd serves ttrpc on a socket next to its gRPC socket. */
function socketsBelowState(store: SettingStore): string[] {
  const served = isGiven(store, 'listen') ? [] : ['/pouchd.sock'];
  return store.get('containerd.managed') === true ? [...served, `${managedSocket('')}.ttrpc`] : served;
}

function isGiven(store: SettingStore, path: SettingPath): boolean {
  return !['default', 'derived'].includes(store.origin(path).kind);
}

/** Checked here, not by the format, because paths are resolved by now: `./a.ts` and `a.ts` are the same plugin. */
function checkPluginsOnce(store: SettingStore, report: ReportIssue): void {
  const entries = (store.get('plugins') ?? []) as readonly PluginEntry[];
  const keys = entries.map((entry) => entry.name ?? entry.path ?? '');
  keys.forEach((key, index) => {
    const first = keys.indexOf(key);
    if (first < index) report('plugins', repeatedPlugin(index, key, first));
  });
}

function repeatedPlugin(index: number, key: string, first: number): Issue {
  return { at: [index], expected: 'each plugin once', found: `${key} again, as in entry ${first + 1}` };
}
