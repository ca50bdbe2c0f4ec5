import { type ContainerDraft, definePlugin, messageOf, type TapContext } from '../../hooks/index.ts';
import { keepHealing } from './heal.ts';
import { addMounts } from './mounts.ts';
import { Options } from './options.ts';
import { findLxcfs, lxcfsSidecar, mountPoint } from './program.ts';
import { addValues, findProgram, needsValues } from './values.ts';
import { warningOf } from './warning.ts';

const install = 'install it (Debian: apt-get install lxcfs)';

/** Shows containers their own memory, CPUs, loads and uptime in /proc, by lxcfs or files of Pouch. */
export default definePlugin({
  name: 'lxcfs',
  version: '0.1.0',
  doc:
    'Files of /proc that show the container’s own memory, CPUs, loads and uptime, by lxcfs if `enabled` is true. Without it, rich containers ' +
    'have files that Pouch writes each second.',
  options: Options,
  setup({ hooks, options, sidecar, surface, doctorCheck, host, files, log }) {
    const { enabled, containers, path, builtIn } = options;
    const program = enabled ? findLxcfs(path) : undefined;
    const ownProgram = builtIn ? findProgram() : undefined;
    const root = mountPoint(host.state);
    hooks.container.spec.tap((draft: ContainerDraft, { warn }: TapContext) => {
      if (!draft.rich.enabled && !(enabled && containers === 'all')) return;
      if (program !== undefined) return addMounts(draft, root);
      // A virtual machine has a kernel of its own, and its values.
      if (draft.runtime.startsWith('kata')) return;
      const hasValues = ownProgram !== undefined && needsValues(draft);
      if (hasValues) addValues(draft, ownProgram, host.state);
      const why = enabled
        ? `lxcfs is not installed: ${install}`
        : 'set `enabled` of the plugin lxcfs in pouchd.yaml';
      const warning = warningOf(draft, { hasValues, isWanted: enabled, why });
      if (warning !== undefined) warn?.(warning);
    });
    let stopping: AbortController | undefined;
    surface({
      name: 'lxcfs',
      start(engine) {
        const { signal } = (stopping = new AbortController());
        const healing = { root: program && root, files, log };
        keepHealing(engine, healing, signal).catch((error: unknown) => {
          if (!signal.aborted)
            log.error(`files of /proc are not watched any more: ${messageOf(error)}`, { error });
        });
        return Promise.resolve();
      },
      stop() {
        stopping?.abort();
        return Promise.resolve();
      },
    });
    if (!enabled) return;
    doctorCheck({
      name: 'lxcfs',
      async run() {
        if (program === undefined)
          return { ok: false, found: `no ${path ?? 'lxcfs'} on this host`, fix: install };
        const serves = await files.look(`${root}/proc/uptime`).catch(() => undefined);
        if (serves) return { ok: true, found: `serves at ${root}` };
        return { ok: false, found: 'it does not serve', fix: '`pouch plugin logs lxcfs` has its output' };
      },
    });
    if (program === undefined) return log.warn(`lxcfs is not installed: ${install}`);
    sidecar(lxcfsSidecar(program));
  },
});
