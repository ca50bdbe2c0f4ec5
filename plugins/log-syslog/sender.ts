/** Sends messages to one server. */
export interface Sender {
  /** Resolves when the kernel has them. */
  send(messages: readonly Buffer[], signal: AbortSignal): Promise<void>;
  close(): void;
}
