export interface FieldPath {
  /** `mounts["/run"].options` → `['mounts', '/run', 'options']`. */
  segments: string[];
  text: string;
}

const segment = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?([^.[\]]+)/y;

/** Parses a path in a draft or spec: names separated by dots; names that contain dots are quoted in brackets. */
export function fieldPath(text: string): FieldPath {
  const segments: string[] = [];
  segment.lastIndex = 0;
  for (let match = segment.exec(text); match; match = segment.exec(text)) {
    const [, quoted, index, name] = match;
    segments.push(quoted === undefined ? (index ?? name ?? '') : (JSON.parse(`"${quoted}"`) as string));
  }
  return { segments, text };
}

/** Names that need no quoting. */
const bare = /^[A-Za-z_$][\w$-]*$/;

/** Formats a path: `process.env.HOME`, `mounts["/etc/hosts"]`. */
export function formatPath(segments: string[]): string {
  return segments
    .map((name, index) => {
      if (!bare.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join('');
}
