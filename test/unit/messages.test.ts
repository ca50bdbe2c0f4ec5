/** Messages of the engine name fields: options belong to the command, and each surface replaces fields by its names. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { commandOptions } from './cli/support/commandOptions.ts';

const root = new URL('../../', import.meta.url).pathname;
const paths = ['core', 'hooks', 'plugins']
  .flatMap((folder) =>
    readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  .filter((path) => path.endsWith('.ts') && !path.startsWith('core/containerd/gen/'));

/** Options of other programs, and a message about the connection of the command itself. */
const allowed: readonly RegExp[] = [
  / --version\b/,
  /\(nsenter --target … --mount pouchd/,
  /^exec unshare --mount /,
  /`systemctl list-units --type /,
  /\nstate=\$\(systemctl is-system-running --wait /,
  /^exec journalctl --follow /,
  /^account=\$\(getent passwd /,
  /^\nverb=\$1 name=\$2\n/,
  /^pouch: POUCH_TOKEN_FILE or --token-file;/,
  /^pouch: --tlsverify /,
];

/** Each string of a file with its line; what templates compute is `…`. */
function stringsOf(path: string): { text: string; line: number }[] {
  const file = ts.createSourceFile(path, readFileSync(root + path, 'utf8'), ts.ScriptTarget.Latest);
  const found: { text: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== undefined)
      found.push({ text, line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1 });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

/** Arguments of programs have no spaces. */
function isMessage(text: string): boolean {
  return /\s/.test(text.trim()) && !allowed.some((each) => each.test(text));
}

const shortOption = /\b(use|give|add|omit|with|without|out|or|and) -[a-zA-Z]\b|\(-[a-zA-Z]\b/;

describe('messages of the engine and its plugins', () => {
  it('name no options of the command', async () => {
    const options = await commandOptions();
    const namesOption = (text: string) =>
      shortOption.test(text) || (text.match(/--[a-z][a-z-]+/g) ?? []).some((option) => options.has(option));
    const wrong = paths.flatMap((path) =>
      stringsOf(path)
        .filter(({ text }) => isMessage(text) && namesOption(text))
        .map(({ text, line }) => `${path}:${line}: ${text}`),
    );
    assert.deepEqual(wrong, [], 'name the field: field() of hooks/fields.ts');
  });
});
