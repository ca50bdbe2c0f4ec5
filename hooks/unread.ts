/**
 * A start of pouchd has declarations and plugins whose references cannot be read, such as a file that is gone: in the
 * place of its options such an object has one with the reason. Other loads refuse the files.
 */
const key = '${unread}';

/** The options of an object that could not be read. */
export function unread(problem: string): Map<string, string> {
  return new Map([[key, problem]]);
}

/** Why the options of an object could not be read; undefined if they were. */
export function unreadProblem(options: Readonly<Record<string, unknown>>): string | undefined {
  const { [key]: problem, ...others } = options;
  return typeof problem === 'string' && Object.keys(others).length === 0 ? problem : undefined;
}
