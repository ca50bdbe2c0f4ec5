/** A promise and what settles it (Promise.withResolvers is not in Node 20). */
export class Deferred<T = void> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (reason: unknown) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever waits sees the rejection; it is no fault if nobody does.
    this.promise.catch(() => undefined);
  }
}
