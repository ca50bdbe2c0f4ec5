import { allNodes, describeTree } from '../../../../cli/completion/describeTree.ts';
import { buildProgram, wholeTree } from '../../../../cli/program.ts';
import { Session } from '../../../../cli/Session.ts';
import { fakeTerminal } from './fakeTerminal.ts';

/** Returns the long options of all commands. */
export async function commandOptions(): Promise<Set<string>> {
  const tree = describeTree(await buildProgram(new Session(fakeTerminal().terminal), wholeTree));
  return new Set(allNodes(tree).flatMap(({ options }) => options.map(({ long }) => long)));
}
