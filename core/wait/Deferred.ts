/** A promise and the functions that settle it (Promise.withResolvers is not in Node 20). */
export class Deferred<T = void> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (reason: unknown) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Waiters receive the rejection; without any, it must not count as unhandled.
    this.promise.catch(() => undefined);
  }
}
