/** `$NAME`, `${NAME}`, `${NAME:-instead}`, `${NAME:+instead}` (Dockerfile reference, "Environment replacement"). */
const variable = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::([-+])((?:[^{}]|\{[^{}]*\})*))?\})/g;

/** Replaces the variables of a text; one without a value is empty. */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  const replaced = (_: string, plain?: string, braced?: string, operator?: string, instead?: string) => {
    const value = values.get(plain ?? braced ?? '') ?? '';
    if (operator === '-') return value || expand(instead ?? '', values);
    if (operator === '+') return value && expand(instead ?? '', values);
    return value;
  };
  return text.replace(variable, replaced);
}
