import { withSystemd } from '../support/debianImage.ts';
import { initImages } from '../support/initImages.ts';

/** The images of the matrix beside busybox. */
export const matrixImages = { systemd: withSystemd, ...initImages };
