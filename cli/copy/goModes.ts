/** Flags of Go's os.FileMode, in which the API has the type of a file. Bit 31 makes a number of 32 bits negative. */
export const goModes = { directory: 0x80000000 | 0, link: 0x8000000 } as const;
