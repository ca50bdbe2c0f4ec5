import type { Page, PageContent } from '../../../hooks/contributions/page.ts';
import type { DeclaredPage } from '../../../hooks/processProtocol.ts';
import { pageDeadlineMs } from '../../contract/driverDeadlines.ts';
import type { PluginCalls } from './PluginCalls.ts';
import { accepted } from './tapOfProcess.ts';

/** A console page whose function is in the process of its plugin. What it returns is checked where it is used. */
export function pageOfProcess(declared: DeclaredPage, calls: PluginCalls): Page {
  return {
    ...declared,
    async render({ query, signal }) {
      const timeoutMs = pageDeadlineMs(declared);
      const request = { type: 'page', page: declared.name, deadlineMs: timeoutMs, query } as const;
      return accepted(await calls.call(request, { timeoutMs, signal })).result as PageContent;
    },
  };
}
