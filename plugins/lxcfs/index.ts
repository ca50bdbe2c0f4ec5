import { type ContainerDraft, definePlugin, messageOf, type TapContext } from '../../hooks/index.ts';
import { keepHealing } from './heal.ts';
import { addMounts, untrue } from './mounts.ts';
import { Options } from './options.ts';
import { findLxcfs, lxcfsSidecar, mountPoint } from './program.ts';

const install = 'install it (Debian: apt-get install lxcfs)';

/** Shows containers their own memory, CPUs, loads and uptime in /proc, by lxcfs. */
export default definePlugin({
  name: 'lxcfs',
  version: '0.1.0',
  doc: 'Files of /proc that show the container’s own memory, CPUs, loads and uptime, by lxcfs. It is off until `enabled` is true.',
  options: Options,
  setup({ hooks, options, sidecar, surface, doctorCheck, host, files, log }) {
    const { enabled, containers, path } = options;
    const program = enabled ? findLxcfs(path) : undefined;
    const root = mountPoint(host.state);
    const isFor = ({ rich }: ContainerDraft) => rich.enabled || (enabled && containers === 'all');
    hooks.container.spec.tap((draft: ContainerDraft, { warn }: TapContext) => {
      if (!isFor(draft)) return;
      if (program !== undefined) return addMounts(draft, root);
      const what = untrue(draft);
      if (what === '' && !enabled) return;
      const why = enabled
        ? `lxcfs is not installed: ${install}`
        : 'set `enabled` of the plugin lxcfs in pouchd.yaml';
      warn?.(
        `/proc, and with it free and top, shows ${what === '' ? 'the values' : `the ${what}`} of the host; ${why}`,
      );
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
    let stopping: AbortController | undefined;
    surface({
      name: 'lxcfs',
      start(engine) {
        const { signal } = (stopping = new AbortController());
        keepHealing(engine, { root, files, log }, signal).catch((error: unknown) => {
          if (!signal.aborted) log.error(`lxcfs is not watched any more: ${messageOf(error)}`, { error });
        });
        return Promise.resolve();
      },
      stop() {
        stopping?.abort();
        return Promise.resolve();
      },
    });
  },
});
