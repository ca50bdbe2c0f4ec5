/** What Pouch has to know of a Dockerfile: the images that it starts from. */
import { DockerfileParser, type Copy, type From, type Instruction } from 'dockerfile-ast';
import { PouchError } from '../../../../hooks/errors.ts';
import { expand } from './expand.ts';

/** An image that a build starts from. */
export interface NamedBase {
  /** As it is looked up: variables are replaced. */
  reference: string;
  /** `FROM --platform=`; undefined: that of the build. */
  platform: string | undefined;
}

/** A place in the text that names an image. */
interface ImageUse extends NamedBase {
  from: number;
  to: number;
}

export interface Dockerfile {
  /** Each once. */
  bases: NamedBase[];
  /** The text with other names for images. */
  renamed(nameOf: (base: NamedBase) => string): string;
}

export interface DockerfileOptions {
  buildArgs: Readonly<Record<string, string>>;
  target: string | undefined;
  /** Variables of platforms, `TARGETARCH` for one. */
  platformArgs: Readonly<Record<string, string>>;
}

/** The name of the empty image. */
const scratch = 'scratch';

/** @throws PCH_DOCKERFILE_INVALID */
export function readDockerfile(text: string, options: DockerfileOptions): Dockerfile {
  const parsed = DockerfileParser.parse(text);
  const stages = stagesOf(parsed.getInstructions());
  if (stages.length === 0) throw invalid('it has no FROM', 'begin it with FROM and the image to start from');
  const values = globalArgs(parsed.getInstructions(), options);
  const built = stages.slice(0, lastStage(stages, options.target) + 1);
  const offsetOf = offsets(text);
  const uses = built.flatMap((stage, index) => usesOf(stage, namesBefore(stages, index), values, offsetOf));
  return {
    bases: uses
      .filter((one, index) => uses.findIndex((other) => isSame(one, other)) === index)
      .map(({ reference, platform }) => ({ reference, platform })),
    renamed: (nameOf) =>
      uses.reduceRight((done, use) => done.slice(0, use.from) + nameOf(use) + done.slice(use.to), text),
  };
}

/** Whether both mean the same image. */
export function isSame(one: NamedBase, other: NamedBase): boolean {
  return one.reference === other.reference && one.platform === other.platform;
}

interface Stage {
  from: From;
  instructions: Instruction[];
}

function stagesOf(all: readonly Instruction[]): Stage[] {
  const stages: Stage[] = [];
  for (const one of all) {
    if (one.getKeyword() === 'FROM') stages.push({ from: one as From, instructions: [] });
    else stages.at(-1)?.instructions.push(one);
  }
  return stages;
}

/** A stage is named by its name or its number. @throws PCH_DOCKERFILE_INVALID in the words of dockerd */
function lastStage(stages: readonly Stage[], target: string | undefined): number {
  if (target === undefined) return stages.length - 1;
  const named = stages.findIndex(({ from }) => from.getBuildStage()?.toLowerCase() === target.toLowerCase());
  const found = named < 0 && /^\d{1,4}$/.test(target) ? Number(target) : named;
  if (found >= 0 && found < stages.length) return found;
  throw invalid(`failed to reach build target ${target} in Dockerfile`, 'name a stage: FROM IMAGE AS NAME');
}

/** Names that mean an earlier stage. */
function namesBefore(stages: readonly Stage[], index: number): Set<string> {
  const before = stages.slice(0, index);
  const names = before.map(({ from }) => from.getBuildStage()?.toLowerCase() ?? '');
  return new Set([...names.filter(Boolean), scratch]);
}

/** ARG before the first FROM: what FROM may use (Dockerfile reference, "Understand how ARG and FROM interact"). */
function globalArgs(
  all: readonly Instruction[],
  { buildArgs, platformArgs }: DockerfileOptions,
): Map<string, string> {
  const values = new Map(Object.entries(platformArgs));
  for (const one of all) {
    if (one.getKeyword() === 'FROM') break;
    if (one.getKeyword() !== 'ARG') continue;
    for (const argument of one.getArguments()) {
      const [name = '', ...rest] = argument.getValue().split('=');
      const given = Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined;
      const value = given ?? (rest.length > 0 ? expand(unquoted(rest.join('=')), values) : values.get(name));
      if (value !== undefined) values.set(name, value);
    }
  }
  return values;
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/s, '$1').replace(/^'(.*)'$/s, '$1');
}

type OffsetOf = (position: { line: number; character: number }) => number;

function usesOf(
  { from, instructions }: Stage,
  stages: ReadonlySet<string>,
  values: ReadonlyMap<string, string>,
  offsetOf: OffsetOf,
): ImageUse[] {
  const uses = [baseOf(from, values, offsetOf), ...instructions.flatMap((one) => sourcesOf(one, offsetOf))];
  // `COPY --from` takes numbers of stages, too.
  return uses.filter(({ reference }) => !stages.has(reference.toLowerCase()) && !/^\d+$/.test(reference));
}

function baseOf(from: From, values: ReadonlyMap<string, string>, offsetOf: OffsetOf): ImageUse {
  const range = from.getImageRange();
  if (!range) throw invalid('FROM has no image', 'name an image to start from, or scratch');
  const written = from.getImage() ?? '';
  const reference = expand(unquoted(written), values);
  if (reference === '')
    throw invalid(`base name (${written}) should not be blank`, 'give its ARG a value before the first FROM');
  const platform = expand(unquoted(from.getPlatformFlag()?.getValue() ?? ''), values) || undefined;
  return { reference, platform, from: offsetOf(range.start), to: offsetOf(range.end) };
}

/** Images of `COPY --from=` and `RUN --mount=…,from=`. Variables are not replaced there. */
function sourcesOf(instruction: Instruction, offsetOf: OffsetOf): ImageUse[] {
  const keyword = instruction.getKeyword();
  if (keyword !== 'COPY' && keyword !== 'RUN' && keyword !== 'ADD') return [];
  return (instruction as Copy).getFlags().flatMap((flag): ImageUse[] => {
    const range = flag.getValueRange();
    const value = flag.getValue() ?? '';
    if (!range || value.includes('$')) return [];
    const start = offsetOf(range.start);
    if (flag.getName() === 'from')
      return [{ reference: value, platform: undefined, from: start, to: offsetOf(range.end) }];
    const found = flag.getName() === 'mount' ? /(?:^|,)from=([^,]+)/d.exec(value) : null;
    const [at, end] = found?.indices?.[1] ?? [];
    if (at === undefined || end === undefined) return [];
    return [{ reference: value.slice(at, end), platform: undefined, from: start + at, to: start + end }];
  });
}

function offsets(text: string): OffsetOf {
  const starts = [0];
  for (const found of text.matchAll(/\r\n|\r|\n/g)) starts.push(found.index + found[0].length);
  return ({ line, character }) => (starts[line] ?? text.length) + character;
}

function invalid(problem: string, hint: string): PouchError {
  return new PouchError('PCH_DOCKERFILE_INVALID', `the Dockerfile cannot be built: ${problem}`, { hint });
}
