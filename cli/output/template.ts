import { CliError, invalidOption } from '../errors.ts';

export type Fields = Record<string, unknown>;
type Render = (data: unknown) => string;
type Evaluate = (data: unknown) => unknown;

const flag = '--format';

/**
 * Parses a subset of Go's text/template, as in Docker's --format: `{{.Field}}`, `{{.A.B}}`, `{{json .A}}`,
 * `{{index .A "key"}}`, `{{len .A}}`, `{{join .A ","}}`, `{{upper .A}}`, `{{lower .A}}`, and `{{range .A}}…{{end}}`,
 * `{{if .A}}…{{else}}…{{end}}`. `\t` and `\n` become a tab and a line break.
 * Fields have their names in the API; other cases of their letters, such as `.ID`, work too.
 * @param strict - a field that is printed and does not exist is an error of the rendering, as with `docker inspect`
 * @throws PCH_OPTION_INVALID
 */
export function parseTemplate(text: string, { strict = false } = {}): Render {
  const tokens = text.split(/(\{\{-?.*?-?\}\})/s).filter((token) => token !== '');
  if (tokens.some((token) => actionOf(token) === undefined && token.includes('{{')))
    throw invalidOption(flag, 'a }} for every {{', text);
  const { render, end } = parseBlock(tokens, 0, { text, strict });
  if (end < tokens.length)
    throw invalidOption(flag, 'a {{range}} or {{if}} for every {{end}} and {{else}}', text);
  return render;
}

interface Source {
  text: string;
  strict: boolean;
}

interface Block {
  render: Render;
  /** Index of the token that ends the block, or the number of tokens. */
  end: number;
}

function parseBlock(tokens: string[], start: number, source: Source): Block {
  const parts: Render[] = [];
  let index = start;
  while (index < tokens.length) {
    const action = actionOf(tokens[index] ?? '');
    if (action === 'end' || action === 'else') break;
    const keyword = /^(range|if)\s+(.+)$/s.exec(action ?? '');
    if (keyword) {
      const control = parseControl(keyword[1] ?? '', keyword[2] ?? '', tokens, index + 1, source);
      parts.push(control.render);
      index = control.end;
    } else {
      parts.push(action === undefined ? literal(tokens[index] ?? '') : printer(action, source));
      index++;
    }
  }
  return { render: (data) => parts.map((part) => part(data)).join(''), end: index };
}

/** Returns the content of `{{…}}`; undefined for text. */
function actionOf(token: string): string | undefined {
  return /^\{\{-?\s*(.*?)\s*-?\}\}$/s.exec(token)?.[1];
}

function parseControl(kind: string, value: string, tokens: string[], start: number, source: Source): Block {
  const evaluate = expression(value);
  const body = parseBlock(tokens, start, source);
  const hasElse = actionOf(tokens[body.end] ?? '') === 'else';
  const otherwise = hasElse ? parseBlock(tokens, body.end + 1, source) : { render: () => '', end: body.end };
  if (otherwise.end >= tokens.length) throw invalidOption(flag, `an {{end}} for {{${kind}}}`, source.text);
  const render: Render =
    kind === 'if'
      ? (data) => (isTrue(evaluate(data)) ? body : otherwise).render(data)
      : (data) => renderEach(elementsOf(evaluate(data)), body.render) ?? otherwise.render(data);
  return { render, end: otherwise.end + 1 };
}

function renderEach(elements: unknown[], render: Render): string | undefined {
  return elements.length > 0 ? elements.map((element) => render(element)).join('') : undefined;
}

function elementsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function isTrue(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? elementsOf(value).length > 0 : Boolean(value);
}

function literal(text: string): Render {
  const plain = text.replaceAll('\\t', '\t').replaceAll('\\n', '\n');
  return () => plain;
}

function printer(action: string, { strict }: Source): Render {
  const evaluate = expression(action);
  const paths = strict ? wordsOf(action).filter((word) => fieldPath.test(word) && !isOptional(word)) : [];
  return (data) => {
    for (const path of paths) if (valueAt(data, path) === undefined) throw noField(path);
    return display(evaluate(data));
  };
}

/** Fields that Docker has in every object, and the API only in some; and keys of users. */
function isOptional(path: string): boolean {
  return /^(Health|Healthcheck)$/.test(namesOf(path).at(-1) ?? '') || /\.(Labels|Annotations)\./i.test(path);
}

/** In Docker's words, which scripts look for. */
function noField(path: string): CliError {
  return new CliError(
    'PCH_NOT_FOUND',
    `template parsing error: template: executing "" at <${path}>: map has no entry for key "${namesOf(path).at(-1) ?? ''}"`,
    'see the fields without a template',
  );
}

/** As Go's `%v` prints it: `[a b]`, `map[a:1 b:2]`. */
function display(value: unknown): string {
  if (value === undefined) return '<no value>';
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(display).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([name, inner]) => `${name}:${display(inner)}`).join(' ')}]`;
}

const functions: Record<string, (...values: unknown[]) => unknown> = {
  json: (value) => JSON.stringify(value ?? null),
  len: (value) => (typeof value === 'string' ? value.length : elementsOf(value).length),
  join: (value, separator) => elementsOf(value).join(String(separator)),
  upper: (value) => String(value).toUpperCase(),
  lower: (value) => String(value).toLowerCase(),
  println: (value) => `${display(value)}\n`,
  // Go has the zero value of a text where a map has no such key.
  index: (value, ...keys) => keys.reduce((inner, key) => entry(inner, String(key)), value) ?? '',
};

function expression(text: string): Evaluate {
  const [head = '', ...rest] = wordsOf(text);
  const call = functions[head];
  if (call) {
    const values = rest.map((word) => operand(word, text));
    return (data) => call(...values.map((value) => value(data)));
  }
  if (rest.length > 0) throw invalidOption(flag, `one of ${Object.keys(functions).join(', ')}`, head);
  return operand(head, text);
}

function operand(word: string, text: string): Evaluate {
  if (/^".*"$/s.test(word)) {
    const string: unknown = JSON.parse(word);
    return () => string;
  }
  if (/^\d+$/.test(word)) return () => Number(word);
  if (!fieldPath.test(word)) throw invalidOption(flag, '{{.Field}} or {{json .Field}}', text);
  return (data) => valueAt(data, word);
}

const fieldPath = /^(\.|(\.[A-Za-z_]\w*)+)$/;

function wordsOf(text: string): string[] {
  return text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
}

function namesOf(path: string): string[] {
  return path.split('.').filter((name) => name !== '');
}

function valueAt(data: unknown, path: string): unknown {
  return namesOf(path).reduce(member, data);
}

/** Docker's templates have the names of its Go fields, whose letters may have other cases: `.ID`, `.CPUShares`. */
function member(value: unknown, name: string): unknown {
  const exact = entry(value, name);
  if (exact !== undefined || typeof value !== 'object' || value === null) return exact;
  const similar = Object.keys(value).find((key) => key.toLowerCase() === name.toLowerCase());
  return similar === undefined ? undefined : entry(value, similar);
}

function entry(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Fields)[name] : undefined;
}
