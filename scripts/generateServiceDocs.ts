/** Writes docs/reference/services.md from the declarations in hooks/; with --check it reports a stale file. */
import { relative, resolve } from 'node:path';
import ts from 'typescript';
import { methodsOf } from '../hooks/serviceMethods.ts';
import { services } from '../hooks/services.ts';
import { writeGenerated } from './lib/generated.ts';

const project = resolve(import.meta.dirname, '..');

const intro = `# Services

Generated from hooks/ by \`npm run docs\`.

A plugin names the services that it uses in \`inject\`, by their tokens, and gets them as \`services\`
([plugins](../guides/plugins.md#services)):

\`\`\`ts
import { Containers, definePlugin } from 'pouch/hooks';

export default definePlugin({
  name: 'counts',
  inject: { containers: Containers },
  setup({ hooks, log, services: { containers } }) {
    hooks.daemon.ready.tap(() => log.info('containers', { count: containers.list({ all: true }).length }));
  },
});
\`\`\`

The types of parameters and results are exports of \`pouch/hooks\`. Methods throw, or reject with, a \`PouchError\`
([codes](errors.md)).
`;

const outro = `## Services of plugins

A plugin declares a service with a token of its own, \`token<Users>('PLUGIN.users')\`, names it in \`provides\` and passes it to \`provide\`.
Others inject the token, \`optional(Users)\`, or \`versioned(Users, '^1.2')\`:
[services of plugins](../guides/plugins.md#services-of-plugins). \`pouch plugin inspect\` lists what a plugin provides and injects.
`;

interface Declared {
  readonly token: string;
  readonly name: string;
  readonly doc: string;
  readonly file: string;
  readonly text: string;
}

function declaredServices(): Declared[] {
  const program = ts.createProgram([resolve(project, 'hooks/index.ts')], {
    noEmit: true,
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
  });
  const checker = program.getTypeChecker();
  return program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(resolve(project, 'hooks')))
    .flatMap((source) => source.statements.filter(ts.isVariableStatement))
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .flatMap((declaration) => serviceOf(declaration, checker) ?? []);
}

/** The service of \`const Containers = token<Containers>('containers')\`. */
function serviceOf(
  { name, initializer }: ts.VariableDeclaration,
  checker: ts.TypeChecker,
): Declared | undefined {
  if (!initializer || !ts.isCallExpression(initializer) || initializer.expression.getText() !== 'token')
    return undefined;
  const [type] = initializer.typeArguments ?? [];
  const [label] = initializer.arguments;
  if (!type || !label || !ts.isStringLiteral(label)) return undefined;
  const symbol = checker.getTypeFromTypeNode(type).getSymbol();
  const declaration = symbol?.declarations?.find(ts.isInterfaceDeclaration);
  if (!symbol || !declaration) return undefined;
  return {
    token: name.getText(),
    name: label.text,
    doc: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    file: relative(project, declaration.getSourceFile().fileName),
    text: declaration.getText().replace(/^export /, ''),
  };
}

function section({ token, name, doc, file, text }: Declared): string {
  const callable = methodsOf(name).flatMap(([method, kind]) =>
    kind === 'local' ? [] : `\`${name}.${method}\``,
  );
  const process = callable.length > 0 ? `By an executable: ${callable.join(', ')}.\n` : '';
  return [
    `## ${token}`,
    `\`inject: { ${name}: ${token} }\`, declared in [${file}](../../${file}).${doc === '' ? '' : ` ${doc.replaceAll('\n', ' ')}`}`,
    `\`\`\`ts\n${text}\n\`\`\``,
    process,
  ].join('\n\n');
}

const order = Object.keys(services);
const known = declaredServices().filter(({ name }) => order.includes(name));
if (known.length !== order.length) throw new Error(`${order.length} services, ${known.length} declarations`);
const sections = known.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name)).map(section);

await writeGenerated({ 'docs/reference/services.md': [intro, ...sections, outro].join('\n') });
