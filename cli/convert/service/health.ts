import type { ComposeNode } from '../ComposeNode.ts';
import type { Words } from '../words.ts';

export function healthWords(check: ComposeNode): Words {
  const test = check.get('test');
  const words = test.isList ? test.texts().map(String) : undefined;
  const isOff = check.get('disable').flag() === true || words?.[0] === 'NONE';
  const options = {
    'health-cmd': words ? JSON.stringify(words) : lineOf(test.string()),
    'health-interval': check.get('interval').text(),
    'health-timeout': check.get('timeout').text(),
    'health-retries': check.get('retries').text(),
    'health-start-period': check.get('start_period').text(),
    'health-start-interval': check.get('start_interval').text(),
  };
  return isOff ? { 'no-healthcheck': true } : options;
}

/** A line that begins as a list does is not one here. */
function lineOf(text: string | undefined): string | undefined {
  return text?.trimStart().startsWith('[') ? JSON.stringify(['CMD-SHELL', text]) : text;
}
