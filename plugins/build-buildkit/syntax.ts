import { PouchError } from '../../hooks/index.ts';

/** Parser directives are comments before everything else (Dockerfile reference, "Parser directives"). */
const directive = /^\s*#\s*(\w+)\s*=\s*(\S+)\s*$/;
/** The frontend that BuildKit has built in. */
const builtIn = /^(docker\.io\/)?docker\/dockerfile(:|@|$)/;

/**
 * The text without the directive that has BuildKit pull its own frontend: pouch build pulls nothing that Pouch has not
 * checked. @throws PCH_NOT_SUPPORTED for another frontend
 */
export function withoutSyntax(text: string, buildArgs: Readonly<Record<string, string>>): string {
  const asked = buildArgs['BUILDKIT_SYNTAX'];
  if (asked !== undefined) throw refused(asked);
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const [, name, value = ''] = directive.exec(line) ?? [];
    if (name === undefined) break;
    if (name.toLowerCase() !== 'syntax') continue;
    if (!builtIn.test(value)) throw refused(value);
    lines[index] = '#';
    break;
  }
  return lines.join('\n');
}

function refused(frontend: string): PouchError {
  return new PouchError(
    'PCH_NOT_SUPPORTED',
    `the Dockerfile frontend ${frontend} is not supported by pouch build`,
    {
      hint: 'omit the directive syntax, or build with docker buildx',
    },
  );
}
