/** A plugin that tries each of the paths in the label `probe`, as intruder.py does. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { definePlugin } from 'pouch/hooks';

const actions: Record<string, (path: string) => unknown> = {
  list: (path) => readdirSync(path).sort(),
  read: (path) => readFileSync(path, 'utf8'),
  write: (path) => {
    writeFileSync(path, 'written');
    return 'written';
  },
};

function attempt([action, path]: [string, string]): unknown {
  try {
    return actions[action]!(path);
  } catch {
    return 'Error';
  }
}

export default definePlugin({
  name: 'intruder-typescript',
  setup({ hooks }) {
    hooks.container.preCreate.tap(({ labels }) => {
      const { probe } = labels;
      if (probe !== undefined)
        labels['found'] = JSON.stringify((JSON.parse(probe) as [string, string][]).map(attempt));
    });
  },
});
