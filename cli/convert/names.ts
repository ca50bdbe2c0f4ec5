import type { Files } from './service/fileMounts.ts';

/** What names of the file stand for. */
export interface Names {
  containerOf(service: string): string;
  networkOf(network: string): string;
  volumeOf(volume: string): string;
  readonly secrets: Files;
  readonly configs: Files;
}
