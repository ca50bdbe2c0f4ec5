/** Misbehaves as a label of the container says. test/integration/bad-modules.test.ts runs it in a process. */
import { spawn } from 'node:child_process';
import { existsSync, writeSync } from 'node:fs';
import { Containers, definePlugin, Type } from 'pouch/hooks';
import type { ContainerDraft } from 'pouch/hooks';

/** Descriptor of the messages to pouchd. */
const messages = 4;
const never = () => new Promise<never>(() => {});

function spin(): never {
  for (;;);
}

function flood(stream: number): never {
  for (;;)
    try {
      writeSync(stream, `${'x'.repeat(1000)}\n`);
    } catch {
      // The pipe is full.
    }
}

function signals(pids: readonly number[]): string {
  return pids.map(signal).join();
}

function signal(pid: number): string {
  try {
    process.kill(pid, 'SIGKILL');
    return 'killed';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  }
}

export default definePlugin({
  name: 'misbehaves',
  version: '1.0.0',
  options: Type.Object({
    hidden: Type.String({ description: 'Seconds of the process that it hides.' }),
    pouchd: Type.Integer({ description: 'Pid of pouchd.' }),
    flag: Type.String({ description: 'While this file exists, undo misbehaves too.' }),
  }),
  inject: { containers: Containers },
  setup({ hooks, options, effect, services: { containers } }) {
    const actions: Record<string, (draft: ContainerDraft) => unknown> = {
      throws: () => {
        throw new Error('not today');
      },
      rejects: () => Promise.reject(new Error('not tomorrow')),
      never,
      spins: spin,
      'spins later': async () => {
        await Promise.resolve();
        spin();
      },
      exits: () => process.exit(7),
      aborts: () => process.abort(),
      leaks: () => {
        for (const kept: Buffer[] = []; ;) kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
      },
      'floods stdout': () => flood(1),
      'floods stderr': () => flood(2),
      'floods the log': (draft) => {
        for (let line = 0; line < 100_000; line += 1) console.log(draft.name, line);
      },
      'writes garbage': async () => {
        writeSync(messages, 'hello world\n');
        await never();
      },
      'writes a long line': () => {
        for (;;) writeSync(messages, 'x'.repeat(65_536));
      },
      'returns a number': () => 7,
      'leaves a large draft': (draft) => void (draft.labels['large'] = 'x'.repeat(100 * 1024 * 1024)),
      'leaves a fixed field': (draft) => void ((draft as { name: string }).name = 'mine'),
      hides: (draft) => {
        spawn('setsid', ['sleep', options.hidden], { detached: true, stdio: 'ignore' }).unref();
        draft.labels['hides'] = 'yes';
      },
      kills: (draft) => void (draft.labels['kills'] = signals([1, process.ppid, options.pouchd])),
      'writes later': (draft) => {
        draft.labels['written'] = 'in time';
        setTimeout(() => void (draft.labels['written'] = 'late'), 1);
      },
      'calls what is not granted': async () => {
        await containers.remove('nosuch');
      },
    };
    hooks.container.preCreate.tap((draft) => {
      const action = draft.labels['bad'];
      if (action !== undefined) return actions[action]?.(draft) as undefined;
      return undefined;
    });
    hooks.container.spec.tap(({ labels, effects }) => {
      const bad = labels['effect'];
      if (bad !== undefined)
        effects['misbehaves.first'] = { kind: 'misbehaves', stage: 'start', args: { bad }, needs: [] };
    });
    const misbehave = (bad: string) => (bad.startsWith('exits') ? process.exit(9) : spin());
    effect({
      kind: 'misbehaves',
      deadlineMs: 4000,
      describe: ({ bad }: { bad: string }) => `misbehave: ${bad}`,
      async apply({ bad }) {
        if (bad.includes('in apply')) misbehave(bad);
      },
      async undo({ bad }) {
        if (bad.endsWith('in undo') && existsSync(options.flag)) misbehave(bad);
      },
    });
  },
});
