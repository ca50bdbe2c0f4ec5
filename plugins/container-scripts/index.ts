import { join } from 'node:path';
import { Containers, definePlugin, isSelected, messageOf, Type } from '../../hooks/index.ts';
import { callScript } from './callScript.ts';
import { checkProgram } from './checkProgram.ts';
import { readHistory } from './history.ts';
import { endLeftRuns } from './marks.ts';
import { Options } from './options.ts';
import { printHistory } from './printHistory.ts';
import { stages } from './stage.ts';

/** Milliseconds beyond the deadline of a script, for its end. */
const spareMs = 5_000;

/** Runs scripts of the host's operators before containers start and after they have stopped. */
export default definePlugin({
  name: 'container-scripts',
  version: '0.1.0',
  doc: 'Runs scripts on the host before containers start and after they have stopped, with a deadline, and keeps what they write.',
  options: Options,
  inject: { containers: Containers },
  setup({ hooks, options: { scripts }, services: { containers }, verb, doctorCheck, host, log }) {
    const marks = join(host.state, 'container-scripts');
    endLeftRuns(marks, log);
    for (const stage of stages)
      for (const [index, entry] of scripts.entries()) {
        const script = entry[stage];
        if (!script) continue;
        const timeoutMs = script.deadline * 1000 + spareMs;
        const policy =
          stage === 'prestart'
            ? ({ onError: 'fail' } as const)
            : ({ onError: 'degrade', alwaysCalled: true } as const);
        hooks.container[stage].tap(
          { name: `script-${index}`, timeoutMs, ...policy },
          async (moment, context) => {
            if (isSelected(entry, moment.container))
              await callScript({ stage, script, marks }, moment, context);
          },
        );
      }
    verb({
      name: 'scripts',
      doc: 'Prints which prestart and poststop scripts ran for a container, and what they wrote',
      args: Type.Object({ container: Type.String() }),
      run: ({ args: { container } }, { out }) =>
        out(printHistory(readHistory(containers.inspect(container).paths.directory))),
    });
    const paths = scripts.flatMap((entry) => stages.flatMap((stage) => entry[stage]?.path ?? []));
    if (paths.length > 0)
      doctorCheck({
        name: 'scripts of containers',
        run() {
          const problems = paths.flatMap(problemOf);
          if (problems.length === 0) return { ok: true, found: `${paths.length} can be run` };
          return {
            ok: false,
            found: problems.join('; '),
            fix: 'containers that they are for do not start: fix them, or their `path` in pouchd.yaml',
          };
        },
      });
  },
});

function problemOf(path: string): string[] {
  try {
    checkProgram(path);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}
