export interface Volume {
  name: string;
  mountpoint: string;
  createdAt: string;
  labels: Record<string, string>;
}

export interface Volumes {
  create(options: { name?: string; labels?: Record<string, string> }): Promise<Volume>;
  list(): Promise<Volume[]>;
  inspect(name: string): Promise<Volume>;
  remove(name: string, options?: { force?: boolean }): Promise<void>;
  prune(): Promise<string[]>;
}
