import { Value } from '@sinclair/typebox/value';
import {
  type PageBlock,
  pageBlocks,
  type PageContent,
  pageLimits,
} from '../../../hooks/contributions/page.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { bytesLeft, clone, isRecord, mostLevels, type SizeRule } from '../../plugins/index.ts';

const sizeRule: SizeRule = {
  perValue: 16,
  lengthOf: (text) => Buffer.byteLength(text),
  tooDeep: () => contract(`is nested deeper than ${mostLevels} levels`),
};

const kinds = Object.keys(pageBlocks) as PageBlock['kind'][];

/**
 * What a page returned, as a copy of the form that the console renders.
 * @throws PCH_PLUGIN_CONTRACT
 */
export function checkPage(returned: unknown): PageContent {
  if (bytesLeft(returned, pageLimits.bytes, sizeRule) < 0)
    throw contract(`is larger than ${pageLimits.bytes / 2 ** 20} MiB`, 'show a part, and link to the rest');
  const content = clone(returned);
  if (!isRecord(content) || !Array.isArray(content['blocks']))
    throw contract('must be an object with a list of `blocks`');
  const unknown = Object.keys(content).find((key) => key !== 'title' && key !== 'blocks');
  if (unknown !== undefined) throw contract(`has the unknown field \`${unknown.slice(0, 100)}\``);
  const { title, blocks } = content as { title?: unknown; blocks: unknown[] };
  if (title !== undefined && typeof title !== 'string') throw contract('has a `title` that is not text');
  if (blocks.length > pageLimits.blocks)
    throw contract(`has ${blocks.length} blocks, expected at most ${pageLimits.blocks}`);
  for (const [index, block] of blocks.entries()) checkBlock(block, `blocks[${index}]`);
  return content as unknown as PageContent;
}

function checkBlock(block: unknown, at: string): void {
  const { kind } = isRecord(block) ? block : {};
  const schema = kinds.includes(kind as PageBlock['kind'])
    ? pageBlocks[kind as PageBlock['kind']]
    : undefined;
  if (!schema)
    throw contract(`has a block of an unknown kind: \`${at}.kind\` must be one of ${kinds.join(', ')}`);
  if (!Value.Check(schema, block)) {
    const error = Value.Errors(schema, block).First();
    const path = at + (error?.path ?? '').replaceAll(/\/(\d+)/g, '[$1]').replaceAll('/', '.');
    throw contract(`is not of the form: \`${path.slice(0, 200)}\`: ${error?.message ?? 'unexpected value'}`);
  }
  const { columns = [], rows = [] } = block as { columns?: unknown[]; rows?: unknown[][] };
  const uneven = rows.findIndex((row) => row.length !== columns.length);
  if (uneven >= 0)
    throw contract(
      `has \`${at}.rows[${uneven}]\` with ${rows[uneven]!.length} values, expected ${columns.length}: one per column`,
    );
}

function contract(problem: string, hint?: string): PouchError {
  return new PouchError('PCH_PLUGIN_CONTRACT', `the content of the page ${problem}`, {
    hint: hint ?? 'docs/guides/console.md describes the blocks of a page',
  });
}
