/**
 * Replaces the text between `<!-- NAME: generated -->` and `<!-- /NAME -->`, by name.
 * @throws if a pair of markers is not there
 */
export function betweenMarkers(text: string, parts: Record<string, string>): string {
  return Object.entries(parts).reduce((whole, [name, part]) => {
    const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- /${name} -->`];
    const [from, to] = [whole.indexOf(begin), whole.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`no ${begin} … ${end}`);
    return `${whole.slice(0, from + begin.length)}\n\n${part}\n\n${whole.slice(to)}`;
  }, text);
}
