/** What a process costs in which nothing of ours runs. */
export async function handler(): Promise<void> {}
