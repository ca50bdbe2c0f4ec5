import { CliError, exitCodes, invalidOption } from '../../errors.ts';
import { smallestFailing } from '../../plugins/smallestFailing.ts';
import { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { definePlan, isRefusal, type PlanFlags, planned } from '../plans/planRun.ts';

/** Why a plan fails. */
interface Failure {
  code?: string | undefined;
  message: string;
  hint?: string | undefined;
}

/** Makes the plan without some plugins. */
type Attempt = (without: readonly string[]) => Promise<Failure | undefined>;

export function define(command: PouchCommand, session: Session): void {
  command
    .usage('-- run [OPTIONS] IMAGE [COMMAND…]')
    .argument('<words...>', 'The `pouch run` or `pouch plan run` that fails; it is planned, and never run')
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nLeaves out the taps of ever fewer plugins until it knows which of them, together, make the plan fail.',
    )
    .action(async (words: string[]) => {
      const attempt = await attemptOf(session, words);
      await bisect(session, attempt, await pluginsWithTaps(session));
    });
}

async function bisect(session: Session, attempt: Attempt, all: readonly string[]): Promise<void> {
  const failure = await attempt([]);
  if (!failure) throw new CliError('PCH_CONFLICT', 'the plan does not fail: there is nothing to find');
  session.print(`with all ${all.length} plugins: ${failure.message}`);
  const fails = async (plugins: readonly string[]) => {
    const found = await attempt(all.filter((name) => !plugins.includes(name)));
    // Another fault, such as that of a plugin that misses another one, is not the one in question.
    const isSame = found !== undefined && found.code === failure.code;
    session.print(`with ${plugins.join(', ') || 'no plugin'}: ${isSame ? 'fails' : outcome(found)}`);
    return isSame;
  };
  if (await fails([])) return report(session, [], failure);
  report(session, await smallestFailing(all, fails), failure);
}

function outcome(found: Failure | undefined): string {
  return found ? `another error (${found.code ?? found.message})` : 'works';
}

function report(session: Session, culprits: readonly string[], { code, message, hint }: Failure): void {
  const named = culprits.length === 0 ? 'no plugin' : culprits.join(' with ');
  session.print(`culprit: ${named}`);
  session.print(`  ${message}${code === undefined ? '' : ` (${code})`}`);
  if (hint !== undefined) session.print(`  hint: ${hint}`);
  session.exitCode = exitCodes.failure;
}

async function pluginsWithTaps(session: Session): Promise<string[]> {
  const { plugins } = await session.client.pouch.info();
  return plugins.filter(({ state, hooks }) => state === 'active' && hooks.length > 0).map(({ name }) => name);
}

/** @throws if the words are not those of a `pouch run` */
async function attemptOf(session: Session, words: readonly string[]): Promise<Attempt> {
  const rest = words[0] === 'plan' ? words.slice(1) : words;
  if (rest[0] !== 'run') throw invalidOption('WORDS', 'run or plan run, with its options', words.join(' '));
  let given: { image: string; args: string[]; flags: PlanFlags } | undefined;
  const command = new PouchCommand('run').exitOverride();
  definePlan(command, async (image, args, flags) => void (given = { image, args, flags }));
  await command.parseAsync(rest.slice(1), { from: 'user' });
  const { image, args, flags } = given!;
  return (without) => failureOf(planned(session, image, args, flags, without));
}

async function failureOf(plan: ReturnType<typeof planned>): Promise<Failure | undefined> {
  try {
    return (await plan).findings[0];
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
}
