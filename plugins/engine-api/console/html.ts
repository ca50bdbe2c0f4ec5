/** HTML that was escaped where it was built: text becomes a part of it only by `html`. */
export class Html {
  readonly text: string;

  /** @param text trusted: that of this folder */
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | readonly Html[];

/** A template whose values are escaped, for text and for attributes in double quotes. */
export function html(literals: TemplateStringsArray, ...parts: Part[]): Html {
  const pieces = parts.map((part, index) => `${textOf(part)}${literals[index + 1] ?? ''}`);
  return new Html(`${literals[0] ?? ''}${pieces.join('')}`);
}

export const nothing = new Html('');

function textOf(part: Part): string {
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map((one: Html) => one.text).join('');
  return escaped(String(part));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters are shown as U+FFFD. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!).replace(/[^\P{Cc}\t\n]/gu, '\ufffd');
}
