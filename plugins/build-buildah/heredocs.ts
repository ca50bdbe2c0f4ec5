import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { PouchError } from '../../hooks/index.ts';

interface WithHeredocs {
  getHeredocs?(): readonly unknown[];
}

/** Before 1.33, buildah runs the first line of a heredoc, and reads the others as instructions. */
const since = [1, 33] as const;

/** @param version - the output of `buildah --version` @throws PCH_NOT_SUPPORTED with the line */
export function refuseHeredocs(dockerfile: string, version: string): void {
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  if (major > since[0] || (major === since[0] && minor >= since[1])) return;
  const found = DockerfileParser.parse(dockerfile)
    .getInstructions()
    .find((one) => ((one as Instruction & WithHeredocs).getHeredocs?.() ?? []).length > 0);
  if (!found) return;
  const line = found.getRange().start.line + 1;
  throw new PouchError(
    'PCH_NOT_SUPPORTED',
    `line ${line} of the Dockerfile: ${found.getKeyword()} with a heredoc is not supported by Buildah ${major}.${minor}`,
    { hint: 'use &&, or a script of the context; BuildKit and Buildah 1.33 have heredocs' },
  );
}
