import type { TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler, type ValueError } from '@sinclair/typebox/compiler';
import { PouchError } from '../../../hooks/errors.ts';
import { ProcessMessage } from '../../../hooks/processProtocol.ts';

/** Characters of a line that an error quotes. */
const quoted = 100;

const checks = new Map<unknown, TypeCheck<TSchema>>(
  ProcessMessage.anyOf.map((schema) => [schema.properties.type.const ?? '', TypeCompiler.Compile(schema)]),
);

/** @throws PCH_PLUGIN_PROTOCOL with the start of a line that is not a message */
export function readMessage(line: Buffer): ProcessMessage {
  const message = parse(line);
  const check = checks.get((message as { type?: unknown } | null)?.type);
  if (!check) throw notAMessage(line, `\`type\` must be one of ${[...checks.keys()].join(', ')}`);
  if (check.Check(message)) return message as ProcessMessage;
  const fault = check.Errors(message).First();
  throw notAMessage(line, fault ? problemOf(fault) : 'it does not fit its schema');
}

function problemOf({ path, message, schema, value }: ValueError): string {
  const field = path.slice(1).replaceAll('/', '.');
  const words = ((schema.anyOf ?? []) as TSchema[]).flatMap(({ const: word }) =>
    word === undefined ? [] : [String(word)],
  );
  if (words.length === 0) return `${field}: ${message}`;
  return `${field}: expected one of ${words.join(', ')}, found ${JSON.stringify(value)}`;
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    throw notAMessage(line, 'it is not JSON');
  }
}

function notAMessage(line: Buffer, problem: string): PouchError {
  return protocolError(`its process wrote an invalid message (${problem}): ${startOf(line)}`);
}

/** The error of a process that breaks the protocol. */
export function protocolError(message: string): PouchError {
  return new PouchError('PCH_PLUGIN_PROTOCOL', message, {
    hint: 'write one JSON object per line to stdout, and everything else to stderr; docs/reference/plugin-protocol.md has the messages',
  });
}

export function startOf(line: Buffer): string {
  const text = line.toString('utf8', 0, quoted);
  return `${JSON.stringify(text)}${line.length > quoted ? '…' : ''}`;
}
