import { text } from 'node:stream/consumers';
import { type BuildOptions, type Builds, type Engine, PouchError } from '../../../hooks/index.ts';
import { fakeImage } from './images.ts';

/** A context is the text of a Dockerfile; `RUN false` fails. */
export function fakeBuilds(engine: () => Engine): Builds & { seen: { options?: BuildOptions } } {
  const seen: { options?: BuildOptions } = {};
  return {
    seen,
    async build(context, options, report = () => undefined) {
      seen.options = options;
      const lines = (await text(context)).trim().split('\n');
      for (const [index, line] of lines.entries()) {
        await report({ text: `Step ${index + 1}/${lines.length} : ${line}\n` });
        if (line === 'RUN false')
          throw new PouchError(
            'PCH_BUILD_FAILED',
            "The command '/bin/sh -c false' returned a non-zero code: 1",
          );
      }
      const { id } = fakeImage(lines.join('\n'));
      engine().events.emit({ type: 'image', action: 'build', id, attributes: {} });
      return id;
    },
    solve: () => Promise.reject(noBuildKit('PCH_TOOL_MISSING')),
    connect: () => Promise.reject(noBuildKit('PCH_NOT_SUPPORTED')),
    sessionObstacle: () =>
      Promise.resolve({ problem: 'buildkitd is not installed', hint: 'install BuildKit' }),
    cache: () => Promise.resolve([]),
    prune: () => Promise.resolve({ ids: ['a'], bytes: 4096 }),
  };
}

function noBuildKit(code: 'PCH_TOOL_MISSING' | 'PCH_NOT_SUPPORTED'): PouchError {
  return new PouchError(code, 'building with BuildKit: buildkitd is not installed');
}
