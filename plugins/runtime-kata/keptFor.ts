/** Asks once for all calls within some milliseconds. */
export function keptFor<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let until = 0;
  return () => {
    if (answer === undefined || performance.now() > until) {
      answer = ask();
      until = performance.now() + ms;
    }
    return answer;
  };
}
