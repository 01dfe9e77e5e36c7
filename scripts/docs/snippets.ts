import { readFileSync } from 'node:fs';

/** Where a document asks for a part of a source file: its path and the region's name. */
const requestPattern = /(<!-- from (\S+): ([\w -]+) -->\n)```ts\n[\s\S]*?```/g;

/** The document with each of its snippets as the source file has it; throws for a region that there is not. */
export function embedSnippets(document: string, root: URL): string {
  return document.replaceAll(requestPattern, (_, request: string, path: string, region: string) => {
    const source = readFileSync(new URL(path, root), 'utf8');
    return `${request}\`\`\`ts\n${readRegion(source, region, path)}\n\`\`\``;
  });
}

/** The lines between `// #region <name>` and the next `// #endregion`, without their common indentation. */
function readRegion(source: string, region: string, path: string): string {
  const lines = source.split('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const end = lines.findIndex((line, index) => index > start && line.trim() === '// #endregion');
  if (start < 0 || end < 0) throw new Error(`${path} has no region ${region}`);
  const shown = lines.slice(start + 1, end);
  const indentation = Math.min(...shown.filter(Boolean).map((line) => line.search(/\S/)));
  return shown.map((line) => line.slice(indentation)).join('\n');
}
