/** Narrows what a prune removes; without conditions it removes everything unused. */
export interface PruneFilter {
  /** Labels that must all be set: `name`, or `name=value`. */
  labels?: string[];
  /** Labels of which none may be set. */
  withoutLabels?: string[];
  /** Only what was created before this time; milliseconds since 1970. */
  createdBefore?: number;
}

export interface ImagePruneFilter extends PruneFilter {
  /** Images that have a name too; by default only those without one. */
  all?: boolean;
}

/** Which of the unused volumes are removed. */
export interface VolumePruneFilter extends Omit<PruneFilter, 'createdBefore'> {
  /** Named volumes too; by default only anonymous ones. */
  all?: boolean;
}
