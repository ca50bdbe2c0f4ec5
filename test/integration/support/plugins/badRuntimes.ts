import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin, Type, type ContainerDraft } from 'pouch/hooks';

/** What `adaptSpec` does beyond its rights, by the label `fault` of the container. */
const changes: Record<string, (draft: ContainerDraft) => unknown> = {
  capability: ({ process }) => (process.capabilities.CAP_SYS_ADMIN = true),
  mount: ({ mounts }) => (mounts['/host'] = { type: 'bind', source: '/', options: ['rbind'] }),
  annotation: ({ annotations }) => (annotations['run.oci.handler'] = 'krun'),
};

/** The runtime `fast`; files in `faults` are what its probe does wrong. */
export default definePlugin({
  name: 'bad-runtimes',
  options: Type.Object({ binary: Type.String(), faults: Type.String() }),
  setup({ runtime, options: { binary, faults } }) {
    const has = (fault: string) => existsSync(join(faults, fault));
    runtime({
      name: 'fast',
      aliases: ['quick'],
      doc: 'runc by another name',
      binary,
      lacks: { hostPid: 'it always makes a PID namespace' },
      async probe({ path, version }) {
        if (has('hangs')) await new Promise(() => undefined);
        if (has('spins')) for (;;);
        if (has('exits')) process.exit(3);
        if (has('throws')) throw new Error('the licence server is away');
        if (has('garbage')) return { problem: 7 as never };
        if (has('problem')) return { problem: 'no licence: buy one' };
        return { findings: [{ name: 'program', ok: true, found: `${path} ${version}` }] };
      },
      async adaptSpec(draft) {
        const { fault = '' } = draft.labels;
        changes[fault]?.(draft);
        if (fault === 'hangs') await new Promise(() => undefined);
        if (fault === 'spins') for (;;);
        if (fault === 'dies') process.kill(process.pid, 'SIGKILL');
        if (fault === 'throws') throw new Error('not today');
        if (fault === 'warnings') return [7] as never;
        delete draft.process.capabilities.CAP_MKNOD;
        draft.maskedPaths['/proc/version'] = true;
        draft.annotations['corp.fast'] = (await draft.image.stat('/bin/sh'))?.kind ?? 'none';
        return draft.labels.warn === undefined ? [] : [`fast: ${draft.labels.warn}`];
      },
    });
  },
});
