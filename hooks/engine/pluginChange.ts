/** What a load has changed about a plugin. */
export interface PluginChange {
  name: string;
  /** The change of a version that only plans, a shadow. */
  isShadow?: boolean;
  /**
   * `kept`: the new version cannot be loaded, and the previous one serves. `quarantined`: neither can. `updated`: its
   * file or its entry in pouchd.yaml has changed.
   */
  change: 'added' | 'removed' | 'updated' | 'enabled' | 'disabled' | 'kept' | 'quarantined';
  /** Why, for the last two. */
  reason?: string | undefined;
}
