import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A resource as the template holds it, including intrinsic functions. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** One synthesized stack. */
export interface StackTemplate {
  readonly name: string;
  readonly resources: Readonly<Record<string, TemplateResource>>;
  readonly outputs: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
  /** The folder of each asset, by the asset's key in the assets bucket. */
  readonly assetFolders: ReadonlyMap<string, string>;
}

interface Manifest {
  readonly artifacts: Record<
    string,
    { type: string; properties?: { templateFile?: string; stackName?: string } }
  >;
}

interface AssetManifest {
  readonly files: Record<
    string,
    { source: { path: string }; destinations: Record<string, { objectKey: string }> }
  >;
}

/** Reads the stacks that the CDK app wrote into the folder. */
export async function readAssembly(assembly: string): Promise<StackTemplate[]> {
  const { artifacts } = await readJson<Manifest>(join(assembly, 'manifest.json'));
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  return Promise.all(
    stacks.map(async ([id, { properties }]) => {
      const template = await readJson<{
        Resources: StackTemplate['resources'];
        Outputs?: StackTemplate['outputs'];
      }>(join(assembly, properties?.templateFile ?? `${id}.template.json`));
      const { files } = await readJson<AssetManifest>(join(assembly, `${id}.assets.json`));
      const assetFolders = Object.values(files).flatMap(({ source, destinations }) =>
        Object.values(destinations).map(({ objectKey }) => [objectKey, join(assembly, source.path)] as const),
      );
      return {
        name: properties?.stackName ?? id,
        resources: template.Resources,
        outputs: template.Outputs ?? {},
        assetFolders: new Map(assetFolders),
      };
    }),
  );
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T;
}
