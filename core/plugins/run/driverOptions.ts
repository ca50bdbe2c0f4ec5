import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import { didYouMean } from '../../../config/suggest.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { checkInput } from '../load/checkInput.ts';

const noOptions = Type.Object({});

/** A driver's options have at most this many characters in all. */
const mostText = 64 * 1024;

export interface Driver {
  readonly name: string;
  readonly options?: TObject | undefined;
}

type Options = Readonly<Record<string, string | number | boolean>>;

/**
 * Options as a driver gets them: converted from text, with defaults.
 * @throws PCH_OPTION_INVALID with every mistake
 */
export function driverOptions(
  { name, options: schema = noOptions }: Driver,
  given: Readonly<Record<string, string>>,
  plugin: string,
  noun: 'volume driver' | 'log driver' | 'network driver' = 'volume driver',
): Options {
  const driver = `${noun} ${name}`;
  const length = JSON.stringify(given).length;
  if (length > mostText)
    throw new PouchError(
      'PCH_OPTION_INVALID',
      `the options of the ${driver} have ${length} characters, expected at most ${mostText}`,
      { hint: 'give it the path of a file instead' },
    );
  const properties = schema.properties as Record<string, TSchema>;
  // With `additionalProperties` of text, the driver takes any.
  if (typeof schema.additionalProperties !== 'object')
    refuseUnknown(driver, Object.keys(given), Object.keys(properties));
  const converted = Object.entries(given).map(([key, text]) => [
    key,
    Object.hasOwn(properties, key) ? convertedTo(properties[key]!, text) : text,
  ]);
  try {
    return checkInput(schema, Object.fromEntries(converted), {
      plugin,
      code: 'PCH_OPTION_INVALID',
      what: 'option',
    }) as Options;
  } catch (error) {
    throw asUsers(error, driver);
  }
}

/** What cannot be converted stays text, which the check refuses. */
function convertedTo({ type }: TSchema, text: string): string | number | boolean {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text;
}

function refuseUnknown(driver: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const hint =
    known.length > 0 ? `it takes the options ${known.join(', ')}` : 'omit the options: it takes none';
  throw new PouchError('PCH_OPTION_INVALID', `the ${driver} has no option "${unknown}"`, {
    hint: didYouMean(unknown, known) ?? hint,
  });
}

/** The user is at fault, not the plugin. */
function asUsers(error: unknown, driver: string): unknown {
  if (!(error instanceof PouchError) || error.code !== 'PCH_OPTION_INVALID') return error;
  return new PouchError('PCH_OPTION_INVALID', `${driver}: ${error.message}`, {
    hint: 'correct its options; the documentation of the plugin has them',
  });
}
