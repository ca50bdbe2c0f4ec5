/** Version of the protocol; it changes when a plugin of the previous version would not work. */
export const processProtocol = 1;

/** Bytes of one line, in both directions: as large as the largest draft. */
export const longestLine = 8 * 1024 * 1024;
