import type { ComposeNode } from '../ComposeNode.ts';

/** `[ADDRESS:][HOST-PORT:]PORT[/PROTOCOL]`. */
export function portText(port: ComposeNode): string[] {
  if (!port.isMap) return [port.string() ?? []].flat();
  port.get('mode').expectOnly('host', 'ingress');
  for (const key of ['name', 'app_protocol']) port.get(key).note('left out: it only describes the port');
  const [target, published] = [port.get('target').string() ?? '', port.get('published').string()];
  const address = port.get('host_ip').string();
  const host = address?.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
  const protocol = port.get('protocol').string();
  const parts = [host, published ?? (host === undefined ? undefined : ''), target];
  const text = parts.filter((part) => part !== undefined).join(':');
  return [protocol === undefined ? text : `${text}/${protocol}`];
}
