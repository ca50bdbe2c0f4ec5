import { flavours } from '../../../../../plugins/runtime-kata/flavours.ts';
import { kataProvider, type KataRuntime } from '../../../../../plugins/runtime-kata/provider.ts';
import type { FakeHost } from './FakeHost.ts';

export function provider(host: FakeHost, name = 'kata', more: Partial<KataRuntime> = {}) {
  return kataProvider({
    flavour: flavours.find((flavour) => flavour.name === name)!,
    options: { shim: '', config: '', runtimeType: '', defaults: {} },
    ignore: [],
    sandboxAnnotations: true,
    snapshotter: 'overlayfs',
    host,
    ...more,
  });
}
