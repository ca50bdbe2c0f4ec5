import { readFileSync } from 'node:fs';
import { CliError, invalidOption } from '../errors.ts';

type Environment = Record<string, string | undefined>;

const flag = '--secret';
/** Bytes of one, as in Docker. */
const mostBytes = 500 * 1024;

/** Reads `id=NAME[,src=FILE]` or `id=NAME,env=VARIABLE`. @throws CliError, without the content */
export function readSecrets(texts: readonly string[], env: Environment): Map<string, Buffer> {
  return new Map(texts.map((text) => readSecret(text, env)));
}

function readSecret(text: string, env: Environment): [string, Buffer] {
  const fields = new Map(text.split(',').map((field) => splitField(field, text)));
  const id = fields.get('id') ?? fields.get('src') ?? fields.get('source');
  const type = fields.get('type') ?? 'file';
  if (id === undefined || !/^[\w.-]{1,128}$/.test(id) || !['file', 'env'].includes(type))
    throw invalidOption(flag, 'id=NAME,src=FILE or id=NAME,env=VARIABLE', text);
  const variable = fields.get('env') ?? (type === 'env' ? (fields.get('src') ?? id) : undefined);
  if (variable !== undefined) return [id, fromVariable(variable, env)];
  return [id, fromFile(fields.get('src') ?? fields.get('source') ?? id)];
}

function splitField(field: string, text: string): [string, string] {
  const at = field.indexOf('=');
  const name = field.slice(0, at);
  if (at > 0 && ['id', 'src', 'source', 'env', 'type'].includes(name)) return [name, field.slice(at + 1)];
  throw invalidOption(flag, 'id=NAME,src=FILE or id=NAME,env=VARIABLE', text);
}

function fromVariable(name: string, env: Environment): Buffer {
  const value = env[name];
  if (value === undefined) throw invalidOption(flag, 'a variable that is set', name);
  return Buffer.from(value);
}

function fromFile(path: string): Buffer {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    throw new CliError('PCH_OPTION_INVALID', `${flag}: cannot read "${path}": ${(error as Error).message}`);
  }
  if (content.length > mostBytes) throw invalidOption(flag, `at most ${mostBytes} bytes in a file`, path);
  return content;
}
