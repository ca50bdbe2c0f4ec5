/**
 * Writes docs/reference/engine-api.md from the operations of Docker's API, the routes, and the operations that the
 * tests with real clients use; with --check it reports a stale file.
 */
import { readFileSync } from 'node:fs';
import { extensionRoutes } from '../plugins/engine-api/routes/extensions.ts';
import { routes } from '../plugins/engine-api/routes/index.ts';
import { unsupportedRoutes } from '../plugins/engine-api/routes/unsupported.ts';
import { routeTable } from '../plugins/engine-api/server/routeTable.ts';
import { type Operation, operations } from './engine-api-docs/operations.ts';
import { writeGenerated } from './lib/generated.ts';

const find = routeTable(routes);
const unsupported = new Set(unsupportedRoutes.map(({ handler }) => handler));
/** Routes that plugins contribute have paths like those of Docker's managed plugins. */
const ofPlugins = new Set(
  extensionRoutes.filter(({ path }) => path.startsWith('/plugins/')).map(({ handler }) => handler),
);
const used = JSON.parse(
  readFileSync(new URL('../test/clients/operations.json', import.meta.url), 'utf8'),
) as Record<string, string[]>;

const intro = `# Docker's Engine API

Generated from the routes and test/clients/operations.json by \`npm run docs\`.

Each operation of the Docker Engine API 1.47, and the clients with whose unmodified releases it is tested (\`npm test -- clients\`); their requests and responses are checked
against the API's types. Operations that no client here uses have tests of their own. [Compatibility](../compatibility.md) describes what differs.
`;

/** Undefined for an operation that is supported. */
function problemOf({ method, path }: Operation): string | undefined {
  try {
    const { handler } = find(method, path.replace(/\{\w+\}/g, 'x'));
    if (ofPlugins.has(handler))
      return 'a managed plugin of Docker is not found, and the path is for Pouch’s plugins';
    if (!unsupported.has(handler)) return undefined;
    void handler({} as never);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

function row(operation: Operation): string {
  const name = `${operation.method} ${operation.path}`;
  const clients = Object.keys(used).filter((client) => used[client]!.includes(name));
  const problem = problemOf(operation);
  const support =
    problem === undefined ? 'yes' : `no: ${problem.replace(/^page not found.*/, 'path not found')}`;
  return `| \`${name}\` | ${support} | ${clients.join(', ')} |`;
}

const groups = [...new Set(operations.map(({ group }) => group))];
const sections = groups.map((group) => {
  const rows = operations.filter((operation) => operation.group === group).map(row);
  return [`## ${group}\n`, '| operation | supported | tested with |', '| --- | --- | --- |', ...rows].join(
    '\n',
  );
});

await writeGenerated({ 'docs/reference/engine-api.md': `${intro}\n${sections.join('\n\n')}\n` });
