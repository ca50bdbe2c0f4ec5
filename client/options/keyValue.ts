import { invalidOption } from './OptionError.ts';

/**
 * Converts `KEY=VALUE` texts to a map; the last value of a key wins. A bare `KEY` has an empty value, unless values are
 * required.
 * @throws PCH_OPTION_INVALID
 */
export function parseKeyValues(
  flag: string,
  texts: string[],
  options: { valueRequired?: boolean } = {},
): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [key, value] = splitOnce(text, '=');
      const complete = key !== '' && (value !== undefined || !options.valueRequired);
      if (!complete) throw invalidOption(flag, 'KEY=VALUE', text);
      return [key, value ?? ''];
    }),
  );
}

/** Splits at the first separator; the second part is undefined without one. */
export function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
