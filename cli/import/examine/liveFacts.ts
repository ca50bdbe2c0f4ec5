/** What a running host says about itself. */
export interface LiveFacts {
  /** TCP and UDP ports on which it listens beyond its loopback, such as `tcp/22`. */
  listening: string[];
}
