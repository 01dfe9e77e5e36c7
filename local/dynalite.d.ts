declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** `path` is the folder of the LevelDB store. Without it, data is in memory. */
  export default function dynalite(options: { createTableMs?: number; path?: string }): Server;
}
