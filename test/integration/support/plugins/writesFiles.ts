import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { definePlugin, Type } from 'pouch/hooks';

/**
 * Containers with the label `files` have three effects, each a file in `options.directory`. Files of other names there
 * steer them: `hold`, `fail` (the last apply), `throw` and `hang` (the undo at the stop).
 */
export default definePlugin({
  name: 'writes-files',
  options: Type.Object({ directory: Type.String(), deadline: Type.Integer({ default: 30_000 }) }),
  setup({ hooks, effect, options: { directory, deadline } }) {
    const isSet = (name: string) => existsSync(`${directory}/${name}`);
    const effectOf = (stage: 'create' | 'start', file: string, needs: string[] = []) => ({
      kind: 'written-file',
      stage,
      args: { path: `${directory}/${file}` },
      needs,
    });

    hooks.container.spec.tap(({ name, labels, effects }) => {
      if (labels['files'] === undefined) return;
      effects['file.made'] = effectOf('create', `${name}.made`);
      effects['file.first'] = effectOf('start', `${name}.first`);
      effects['file.second'] = effectOf('start', `${name}.second`, ['file.first']);
    });

    effect({
      kind: 'written-file',
      deadlineMs: deadline,
      describe: ({ path }: { path: string }) => `write ${path}`,
      async apply({ path }) {
        writeFileSync(path, '');
        while (path.endsWith('first') && isSet('hold')) await sleep(10);
        if (path.endsWith('second') && isSet('fail')) throw new Error('cannot write');
      },
      async undo({ path }) {
        if (path.endsWith('first') && isSet('throw')) throw new Error('cannot unlink');
        if (path.endsWith('first') && isSet('hang')) await new Promise(() => undefined);
        rmSync(path, { force: true });
      },
    });
  },
});
