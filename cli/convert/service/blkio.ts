import type { ComposeNode } from '../ComposeNode.ts';
import type { Words } from '../words.ts';

const rates = ['device_read_bps', 'device_write_bps', 'device_read_iops', 'device_write_iops'] as const;

export function blkioWords(config: ComposeNode): Words {
  const devices = (key: string, value: string) =>
    config
      .get(key)
      .items()
      .map((device) => `${device.get('path').string() ?? ''}:${device.get(value).string() ?? ''}`);
  return {
    'blkio-weight': config.get('weight').text(),
    'blkio-weight-device': devices('weight_device', 'weight'),
    ...Object.fromEntries(rates.map((key) => [key.replaceAll('_', '-'), devices(key, 'rate')])),
  };
}
