import type { ErrorCode } from '../../../hooks/index.ts';

const form = 'send what the Docker Engine API takes for this call: see its reference';

/** What to do about errors whose message is all there is to say; not for Docker's clients, who would print it each time. */
export const standardHints: Partial<Record<ErrorCode, string>> = {
  PCH_BAD_REQUEST: form,
  PCH_BODY_TOO_LARGE: 'send less in one request',
  PCH_IMAGE_NOT_FOUND: 'list what is there: pouch images',
  PCH_NOT_SUPPORTED: 'leave it out',
  PCH_OPTION_INVALID: 'correct the value, or leave it out',
  PCH_PATH_NOT_FOUND: 'paths and methods are those of the Docker Engine API, and /pouch/…',
};
