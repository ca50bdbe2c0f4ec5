import { writeFileSync } from 'node:fs';
import { failed, type Container } from '../support/Container.ts';
import { section } from '../support/row.ts';

/** bundle.md. */
export const bundleRows = section('bundle.md#filesystem-bundle', [
  {
    must: 'a bundle without config.json is an error',
    test: async (c) =>
      void failed(await c.call(['run', '--bundle', c.place.directory, c.id]), /config\.json|no such file/i),
  },
  {
    must: 'a bundle that does not exist is an error',
    test: async (c) =>
      void failed(
        await c.call(['run', '--bundle', c.path('none'), c.id]),
        /not exist|not found|no such file/i,
      ),
  },
  ...['', '{', '[]', '"text"', '{"ociVersion": "1.0.2",}', '{}', 'null'].map((text) => ({
    must: `a config.json of ${JSON.stringify(text)} is an error`,
    test: async (c: Container) => {
      writeFileSync(c.path('config.json'), text);
      failed(await c.call(['run', '--bundle', c.place.directory, c.id]), /./);
    },
  })),
  {
    must: 'after a failure because of config.json the same id works with a valid one',
    test: async (c) => {
      writeFileSync(c.path('config.json'), '{');
      failed(await c.call(['create', '--bundle', c.place.directory, c.id]), /./);
      await c.running();
    },
  },
]);
