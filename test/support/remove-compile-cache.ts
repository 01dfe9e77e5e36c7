import { rm } from 'node:fs/promises';

export default async function removeCompileCache(): Promise<void> {
  await rm(process.env['NODE_COMPILE_CACHE'] ?? '', { recursive: true, force: true });
}
