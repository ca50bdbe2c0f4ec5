import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Contender, interleaved, timed } from '../measure.ts';
import { type Pouch, pouch } from '../peers/pouch.ts';
import { limitTarget } from '../target.ts';
import type { Case } from './case.ts';

const plugins = 20;
const creates = 200;
const limitMs = 1000;

/** In files of their own, so that each is read and compiled. */
function typescript(name: string, change = 0): string {
  return `// ${change}
import { definePlugin } from 'pouch/hooks';
export default definePlugin({
  name: '${name}',
  setup({ hooks }) {
    hooks.container.preCreate.tap((draft) => void (draft.labels['${name}'] = 'yes'));
  },
});
`;
}

const kept = `reload of ${plugins} plugins in processes, one changed`;
const confined = `reload of ${plugins} plugins in processes, all changed`;
const own = `reload of ${plugins} plugins in pouchd`;
const busy = `reload of ${plugins} plugins in pouchd, beside ${creates} creates`;

export const pluginReload: Case = {
  name: 'plugin-reload',
  about: `pouch plugin reload with ${plugins} plugins in TypeScript; no create may fail meanwhile`,
  async measure({ dir, options: { runs } }) {
    // They run as user nobody.
    await chmod(dir, 0o711);
    const daemons = [
      await pouch({ yaml: await yamlOf(dir, 'confined', 'process') }),
      await pouch({ yaml: await yamlOf(dir, 'own', 'in-process') }),
    ];
    try {
      const [first, second] = daemons as [Pouch, Pouch];
      const contenders = [
        reloader(kept, first, () => change(dir, 'confined', 1)),
        reloader(confined, first, () => change(dir, 'confined', plugins)),
        reloader(own, second),
        besideCreates(busy, second),
      ];
      const series = await interleaved(contenders, Math.min(runs, 10));
      return {
        series,
        targets: [kept, confined, own].map((name) => limitTarget(series, name, limitMs)),
      };
    } finally {
      for (const daemon of daemons) await daemon.end();
    }
  },
};

/** Each is in a folder of its own: what changes beside a plugin's file may be a part of it. */
const pathOf = (dir: string, name: string) => join(dir, name, `${name}.ts`);
const namesOf = (prefix: string) => Array.from({ length: plugins }, (_, index) => `${prefix}-${index}`);

async function yamlOf(dir: string, prefix: string, isolation: string): Promise<string> {
  const names = namesOf(prefix);
  for (const name of names) await mkdir(join(dir, name), { mode: 0o755 });
  await change(dir, prefix, plugins);
  const entries = names.map((name) => `  - { path: ${pathOf(dir, name)}, isolation: ${isolation} }\n`);
  return `plugins:\n${entries.join('')}`;
}

let changes = 0;

async function change(dir: string, prefix: string, count: number): Promise<void> {
  changes += 1;
  for (const name of namesOf(prefix).slice(0, count))
    await writeFile(pathOf(dir, name), typescript(name, changes), { mode: 0o644 });
}

function reloader(
  name: string,
  { command }: Pouch,
  prepare: () => Promise<void> = async () => undefined,
): Contender {
  return {
    name,
    async once() {
      await prepare();
      return await timed(command('plugin', 'reload'));
    },
  };
}

/** Ten clients create while pouchd reloads. */
function besideCreates(name: string, { command, daemon }: Pouch): Contender {
  return {
    name,
    async once() {
      const ids: string[] = [];
      const client = async () => {
        for (let count = 0; count < creates / 10; count++) {
          const created = await daemon.client.containers.create({ Image: 'busybox', Cmd: ['true'] });
          ids.push(created.Id);
        }
      };
      const clients = Array.from({ length: 10 }, client);
      const ms = await timed(command('plugin', 'reload'));
      await Promise.all(clients);
      for (const id of ids) await daemon.client.containers.remove(id, { force: true });
      return ms;
    },
  };
}
