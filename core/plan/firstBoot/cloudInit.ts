/** The data source NoCloud of cloud-init: files that it finds without a network. */
import { parse, stringify } from 'yaml';
import { masked } from '../../../config/index.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import { markSecret } from '../../../hooks/markSecret.ts';
import type { FirstBootRequest } from '../../../hooks/request.ts';
import { formatPath } from '../../plugins/draft/fieldPath.ts';

const seed = '/var/lib/cloud/seed/nocloud';

/**
 * Adds the seed, which the first start writes. cloud-init takes another instance id for another host and begins anew,
 * so the container keeps its own.
 */
export function addCloudInitSeed(draft: ContainerDraft, request: FirstBootRequest): void {
  const { userData, metaData, networkConfig } = request;
  if (userData === undefined && metaData === undefined && networkConfig === undefined) return;
  addFile(draft, 'meta-data', metaDataOf(draft, metaData));
  // cloud-init requires both files.
  addFile(draft, 'user-data', userData ?? '#cloud-config\n{}\n');
  if (networkConfig !== undefined) addFile(draft, 'network-config', networkConfig);
}

function addFile(draft: ContainerDraft, name: string, content: string): void {
  const path = `${seed}/${name}`;
  draft.files[path] = { content, mode: 0o600, readonly: false, own: 'once' };
  markSecret(draft, formatPath(['files', path, 'content']));
}

function metaDataOf({ id, hostname }: ContainerDraft, text: string | undefined): string {
  const own = { 'instance-id': `pouch-${id.slice(0, 12)}`, 'local-hostname': hostname };
  return stringify({ ...own, ...(text === undefined ? {} : mapOf(text)) });
}

/** Errors have no text of it. */
function mapOf(text: string): object {
  if (text === masked) return {};
  let found: unknown;
  try {
    found = parse(text);
  } catch {
    found = undefined;
  }
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found;
  throw invalidField('firstBoot.metaData', 'expected a map in YAML, found another text', 'correct it');
}
