import { invalidOption } from '../errors.ts';

export type Fields = Record<string, unknown>;
type Render = (data: unknown) => string;
type Evaluate = (data: unknown) => unknown;

const flag = '--format';

/**
 * Parses a subset of Go's text/template, as in Docker's --format: `{{.Field}}`, `{{.A.B}}`, `{{json .A}}`,
 * `{{index .A "key"}}`, `{{len .A}}`, `{{join .A ","}}`, `{{upper .A}}`, `{{lower .A}}`, and `{{range .A}}…{{end}}`,
 * `{{if .A}}…{{else}}…{{end}}`. `\t` and `\n` become a tab and a line break.
 * @throws PCH_OPTION_INVALID
 */
export function parseTemplate(text: string): Render {
  const tokens = text.split(/(\{\{-?.*?-?\}\})/s).filter((token) => token !== '');
  if (tokens.some((token) => actionOf(token) === undefined && token.includes('{{')))
    throw invalidOption(flag, 'a }} for every {{', text);
  const { render, end } = parseBlock(tokens, 0, text);
  if (end < tokens.length)
    throw invalidOption(flag, 'a {{range}} or {{if}} for every {{end}} and {{else}}', text);
  return render;
}

interface Block {
  render: Render;
  /** Index of the token that ends the block, or the number of tokens. */
  end: number;
}

function parseBlock(tokens: string[], start: number, text: string): Block {
  const parts: Render[] = [];
  let index = start;
  while (index < tokens.length) {
    const action = actionOf(tokens[index] ?? '');
    if (action === 'end' || action === 'else') break;
    const keyword = /^(range|if)\s+(.+)$/s.exec(action ?? '');
    if (keyword) {
      const control = parseControl(keyword[1] ?? '', keyword[2] ?? '', tokens, index + 1, text);
      parts.push(control.render);
      index = control.end;
    } else {
      parts.push(action === undefined ? literal(tokens[index] ?? '') : printer(action));
      index++;
    }
  }
  return { render: (data) => parts.map((part) => part(data)).join(''), end: index };
}

/** Returns the content of `{{…}}`; undefined for text. */
function actionOf(token: string): string | undefined {
  return /^\{\{-?\s*(.*?)\s*-?\}\}$/s.exec(token)?.[1];
}

function parseControl(kind: string, value: string, tokens: string[], start: number, text: string): Block {
  const evaluate = expression(value);
  const body = parseBlock(tokens, start, text);
  const hasElse = actionOf(tokens[body.end] ?? '') === 'else';
  const otherwise = hasElse ? parseBlock(tokens, body.end + 1, text) : { render: () => '', end: body.end };
  if (otherwise.end >= tokens.length) throw invalidOption(flag, `an {{end}} for {{${kind}}}`, text);
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

function printer(action: string): Render {
  const evaluate = expression(action);
  return (data) => display(evaluate(data));
}

function display(value: unknown): string {
  if (value === undefined) return '<no value>';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const functions: Record<string, (...values: unknown[]) => unknown> = {
  json: (value) => JSON.stringify(value ?? null),
  len: (value) => (typeof value === 'string' ? value.length : elementsOf(value).length),
  join: (value, separator) => elementsOf(value).join(String(separator)),
  upper: (value) => String(value).toUpperCase(),
  lower: (value) => String(value).toLowerCase(),
  println: (value) => `${display(value)}\n`,
  index: (value, ...keys) => keys.reduce((inner, key) => member(inner, String(key)), value),
};

function expression(text: string): Evaluate {
  const [head = '', ...rest] = text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
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
  if (!/^(\.|(\.[A-Za-z_]\w*)+)$/.test(word))
    throw invalidOption(flag, '{{.Field}} or {{json .Field}}', text);
  const path = word.split('.').filter((name) => name !== '');
  return (data) => path.reduce(member, data);
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Fields)[name] : undefined;
}
