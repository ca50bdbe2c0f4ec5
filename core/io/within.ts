/** Resolves to whether `event` happened within `ms` milliseconds. */
export async function within(event: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([event.then(() => true), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
