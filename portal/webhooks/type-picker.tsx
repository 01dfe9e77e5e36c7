import { Skeleton } from '../design/skeleton.tsx';
import { texts } from '../i18n/i18n.ts';
import { groupByFamily, useEventTypes } from './event-types.ts';
import { everything, isImplied, isTicked, operational, toggleSelector } from './selectors.ts';

interface TypePickerProps {
  readonly value: readonly string[];
  readonly issue: string | undefined;
  readonly onChange: (selectors: readonly string[]) => void;
}

/** The event types, each with what it is about. A family, or everything, takes in what is added later. */
export function TypePicker({ value, issue, onChange }: TypePickerProps) {
  const { form: t } = texts();
  const types = useEventTypes().value.value;
  const choice = (selector: string, name: string, summary: string, level: number) => (
    <label key={selector} class={`choice level-${level}`}>
      <input
        type="checkbox"
        class="check"
        checked={isTicked(selector, value)}
        disabled={isImplied(selector, value)}
        onChange={() => onChange(toggleSelector(selector, value))}
      />
      <span>
        {name} <span class="tag">{selector}</span>
        <small>{summary}</small>
      </span>
    </label>
  );
  return (
    <fieldset class="field">
      <legend>{t.events}</legend>
      <div class="choices">
        {types ? (
          <>
            {choice(everything, t.everything, t.everythingHint, 0)}
            {groupByFamily(types).map(([family, members]) => (
              <>
                {family === operational
                  ? choice(family, t.operational, t.operationalHint, 0)
                  : choice(family, t.family(family.split('.')[0] ?? ''), t.familyHint, 0)}
                {members.map(({ type, name }) =>
                  choice(type, name, t.summary(type, summaryOf(members, type)), 1),
                )}
              </>
            ))}
          </>
        ) : (
          <span class="choice">
            <Skeleton width="60%" />
          </span>
        )}
      </div>
      <p class="hint bad" aria-live="polite" hidden={issue === undefined}>
        {issue}
      </p>
    </fieldset>
  );
}

function summaryOf(
  types: readonly { readonly type: string; readonly summary: string }[],
  type: string,
): string {
  return types.find((one) => one.type === type)?.summary ?? '';
}
