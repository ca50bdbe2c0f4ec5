import type { ComposeNode } from '../ComposeNode.ts';
import type { Words } from '../words.ts';

/** `all`, or one reservation of devices with the capability gpu. */
export function gpuWords(gpus: ComposeNode): Words {
  if (!gpus.isList) return { gpus: gpus.text() };
  const [first, ...others] = gpus.items();
  for (const other of others) other.problem('a container is declared with one reservation of GPUs');
  if (!first) return {};
  first.get('driver').expectOnly('nvidia');
  const capabilities = first.get('capabilities');
  for (const capability of capabilities.items()) capability.expectOnly('gpu');
  const ids = first.get('device_ids').texts();
  return { gpus: ids.length > 0 ? `"device=${ids.join(',')}"` : (first.get('count').text() ?? 'all') };
}
