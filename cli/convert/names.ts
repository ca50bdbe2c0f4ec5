/** Names of containers, networks and volumes, by their names in the file. */
export interface Names {
  containerOf(service: string): string;
  networkOf(network: string): string;
  volumeOf(volume: string): string;
}
