/**
 * Throws if npm has kept one of these options for itself, as it does without the `--`: the command would not see it. `usage`
 * is what has to be written before the option.
 */
export function refuseSwallowed(
  names: readonly string[],
  script: string,
  usage: string,
  env: NodeJS.ProcessEnv,
): void {
  const swallowed = names.find((name) => env[`npm_config_${name}`] !== undefined);
  if (swallowed && env['npm_lifecycle_event'] === script)
    throw new Error(`--${swallowed}: npm keeps options for itself; write ${usage} --${swallowed}`);
}
