import { Option } from 'commander';
import {
  ClientError,
  errorFromBody,
  type VerbMessage,
  type VerbValueWire,
  type VerbWire,
  type VerbWordsWire,
} from '../../client/index.ts';
import { printable, printableCell } from '../output/printable.ts';
import type { PouchCommand } from '../PouchCommand.ts';
import type { Session } from '../Session.ts';
import { write } from '../streams/write.ts';

/** Makes the command of a plugin's verb: arguments and options from their schemas, run by pouchd. */
export function defineVerb(program: PouchCommand, verb: VerbWire, session: Session): PouchCommand {
  const command = program.createCommand(verb.name).copyInheritedSettings(program);
  const doc = printableCell(verb.doc);
  command.summary(doc).description(`${doc} (plugin ${verb.plugin})`).helpGroup('Plugins:');
  const args = Object.entries(verb.args.properties);
  for (const [name, value] of args)
    command.argument(
      argumentForm(name, value, isRequired(verb.args, name)),
      printableCell(value.description ?? ''),
    );
  const options = Object.entries(verb.options.properties).map(([name, value]) => {
    const option = optionFor(name, value, isRequired(verb.options, name));
    command.addOption(option);
    return { name, value, option };
  });
  return command.action(async () => {
    const given = command.opts<Record<string, unknown>>();
    await run(session, verb.name, {
      args: named(args.map(([name, value], index) => [name, argumentAt(command, index, value)])),
      options: named(
        options.map(({ name, value, option }) => [name, typed(given[option.attributeName()], value)]),
      ),
    });
  });
}

function isRequired({ properties, required = [] }: VerbWordsWire, name: string): boolean {
  return required.includes(name) && properties[name]?.default === undefined;
}

function argumentForm(name: string, { type }: VerbValueWire, isNeeded: boolean): string {
  const word = `${name}${type === 'array' ? '...' : ''}`;
  return isNeeded ? `<${word}>` : `[${word}]`;
}

function optionFor(name: string, value: VerbValueWire, isNeeded: boolean): Option {
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const flags =
    value.type === 'boolean' ? flag : `${flag} <${value.type === 'array' ? 'value' : value.type}>`;
  const option = new Option(flags, describe(value)).makeOptionMandatory(isNeeded && value.type !== 'boolean');
  if (value.type !== 'array') return option;
  return option.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text]);
}

function describe({ description = '', default: preset, enum: words, type }: VerbValueWire): string {
  const notes = [
    ...(words ? [`one of ${words.join(', ')}`] : []),
    ...(type === 'array' ? ['can be given several times'] : []),
    ...(preset === undefined ? [] : [`default ${JSON.stringify(preset)}`]),
  ];
  const text = notes.length === 0 ? description : `${description} (${notes.join('; ')})`.trimStart();
  return printableCell(text);
}

function argumentAt(command: PouchCommand, index: number, value: VerbValueWire): unknown {
  if (value.type !== 'array') return typed(command.args[index], value);
  const rest = command.args.slice(index);
  return rest.length > 0 ? rest : undefined;
}

/** pouchd refuses what is not a number. */
function typed(given: unknown, { type }: VerbValueWire): unknown {
  if (typeof given !== 'string' || (type !== 'integer' && type !== 'number')) return given;
  return given.trim() === '' || Number.isNaN(Number(given)) ? given : Number(given);
}

function named(entries: [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

async function run(
  session: Session,
  name: string,
  input: { args: Record<string, unknown>; options: Record<string, unknown> },
): Promise<void> {
  for await (const message of await session.client.extensions.runVerb(name, input)) {
    await print(session, message);
    if ('exit' in message) return void (session.exitCode = message.exit);
  }
  throw new ClientError('PCH_DAEMON_LOST', `the connection to the daemon broke while ${name} ran`);
}

/** A slow reader slows the verb down. */
async function print({ terminal: { stdout, stderr } }: Session, message: VerbMessage): Promise<void> {
  if ('out' in message) await write(stdout, printable(message.out));
  else if ('err' in message) await write(stderr, printable(message.err));
  else if ('failed' in message) throw errorFromBody(message.failed.status, message.failed);
}
