import { afterwards, meanwhile, type Switching } from './switching.ts';

/** Stops or starts all calls of the stage. Twice is once. */
export async function switchStage({ verb, stageStatus, now, print }: Switching): Promise<void> {
  const since = await stageStatus.findPausedSince();
  if (verb === 'pause') {
    if (since === undefined) await stageStatus.setStagePaused(true, now());
    print(
      since === undefined
        ? `All calls of the stage are stopped since ${now().toISOString()}.`
        : `All calls of the stage have been stopped since ${since}; nothing was changed.`,
    );
    for (const line of meanwhile) print(line);
    print('The sweeper logs `stage.paused` once a minute until you start them again: npm run resume.');
    return;
  }
  if (since === undefined) return print('The calls of the stage are not stopped; nothing was changed.');
  await stageStatus.setStagePaused(false, now());
  print(`The calls of the stage start again; they had been stopped since ${since}.`);
  print(afterwards);
}
