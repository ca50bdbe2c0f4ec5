/** Resolves to whether `event` happened within `ms` milliseconds. */
export async function within(event: Promise<unknown>, ms: number): Promise<boolean> {
  if (ms === Infinity) return await event.then(() => true);
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
