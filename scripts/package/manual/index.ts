import { commandPages } from './commands.ts';
import { configPage, daemonPage } from './daemon.ts';
import { type Edition, writePage } from './roff.ts';
import { runlxcPage } from './runlxc.ts';

/**
 * Returns the manual: roff by path below the directory of manual pages.
 * @param usage of `pouchd --help`
 */
export async function manual(edition: Edition, usage: string): Promise<Record<string, string>> {
  const pages = [...(await commandPages()), daemonPage(usage), configPage(), runlxcPage()];
  return Object.fromEntries(
    pages.map((page) => [`man${page.section}/${page.name}.${page.section}`, writePage(page, edition)]),
  );
}
